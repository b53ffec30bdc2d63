variable "names" {
  type = map(set(string))
}

variable "tag" {
  type = string
}

module "inner" {
  source   = "./inner"
  for_each = var.names
  keys     = each.value
  tag      = var.tag
}

resource "terraform_data" "about" {
  input      = keys(var.names)
  depends_on = [module.inner]
}

output "leaves" {
  value = module.inner
}
