variable "in" {
  type = any
}

variable "other" {
  type    = any
  default = null
}

locals {
  both = [var.in, var.other]
}

resource "terraform_data" "inner" {
  input = local.both
}

resource "terraform_data" "second" {
  input = terraform_data.inner.output[0]
}

output "id" {
  value = terraform_data.inner.id
}

output "whole" {
  value = terraform_data.inner
}

output "deep" {
  value = { list = [terraform_data.second.output], in = var.in }
}
