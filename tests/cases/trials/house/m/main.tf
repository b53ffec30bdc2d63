variable "name" {
  type = string
}

resource "terraform_data" "x" {
  input = var.name
}

output "o" {
  value = terraform_data.x.output
}

output "id" {
  value = terraform_data.x.id
}
