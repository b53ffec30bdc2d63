variable "in" {
  type = any
}

module "leaf" {
  source   = "../leaf"
  for_each = { k = var.in }
  in       = each.value
  other    = "fixed"
}

output "id" {
  value = module.leaf["k"].id
}

output "leaf" {
  value = module.leaf
}
