resource "terraform_data" "a" {
  input = "1"
}

resource "terraform_data" "b" {
  input = terraform_data.a.output
}

resource "terraform_data" "old" {
  input = terraform_data.b.id
}

module "m" {
  source = "./m"
  in     = terraform_data.a.output
}

output "a" {
  value = terraform_data.a.output
}

output "m" {
  value = module.m.out
}
