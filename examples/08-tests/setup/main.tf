# What a test needs before the configuration under test is made: here only a name.

variable "prefix" {
  type = string
}

output "name" {
  value = "${var.prefix}-shop"
}
