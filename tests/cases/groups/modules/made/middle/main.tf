variable "names" {
  type = map(set(string))
}

variable "prefix" {
  type = string
}

variable "group" {
  type = string
}

variable "tag" {
  type = string
}

variable "peer" {
  type = string
}

module "inner" {
  source     = "./inner"
  for_each   = var.names
  keys       = each.value
  prefix     = "${var.prefix}-${each.key}"
  group      = var.group
  containers = { app = "app:${var.tag}", side = "side:1" }
  peer       = var.peer
}

output "leaves" {
  value = module.inner
}
