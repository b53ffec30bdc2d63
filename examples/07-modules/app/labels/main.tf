# What things of one app are called. A module needs no resources.

variable "name" {
  type = string
}

output "dns" {
  value = "acier-modules-${var.name}"
}

output "tags" {
  value = { app = var.name }
}
