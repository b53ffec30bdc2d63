module "m" {
  source  = "./m"
  unknown = 1
}

output "o" {
  value = module.m.missing
}
