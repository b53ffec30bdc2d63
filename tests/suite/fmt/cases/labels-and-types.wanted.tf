variable "a" {
  type = string
}
variable "b" {
  type = list(string)
}
variable "c" {
  type = map(string)
}
variable "d" {
  type = list(any)
}
variable "e" {
  type    = map(list(string))
  default = x
}
resource "azurerm_x" "y" {}
module "m" { source = "./x" }
output "bé" {
}
