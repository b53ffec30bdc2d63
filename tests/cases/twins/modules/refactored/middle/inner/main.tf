variable "keys" {
  type = set(string)
}

variable "tag" {
  type    = string
  default = "1"
}

resource "terraform_data" "leaf" {
  for_each         = var.keys
  input            = { name = each.key, tags = [for key in var.keys : "${key}-${var.tag}" if key != "z"] }
  triggers_replace = [each.key == "x" ? var.tag : "fixed"]
}

resource "terraform_data" "new" {
  input = "kept"
}

output "leaves" {
  value = { for key, leaf in terraform_data.leaf : key => leaf.id }
}


moved {
  from = terraform_data.old
  to   = terraform_data.new
}
