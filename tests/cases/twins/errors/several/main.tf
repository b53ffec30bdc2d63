variable "number" {
  type    = number
  default = "text"
}

resource "terraform_data" "a" {
  inputs = 1
}

resource "terraform_data" "b" {
  input = terraform_data.none.id
}

resource "terraform_data" "c" {
  count    = 1
  for_each = {}
}

output "o" {
}

output "p" {
  value = nofunction(1)
}
