variable a {
  type = "string"
}
variable "b" {
type="list"
}
variable "c" {
  type = "map"
}
variable "d" {
  type = list
}
variable "e" {
  type = map(list(string))
  default = "${x}"
}
resource azurerm_x /* c */ "y" {}
module "m" { source="./x" }
output "b\u00e9" {
}
