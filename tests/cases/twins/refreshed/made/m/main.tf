variable "in" {
}

resource "terraform_data" "c" {
  input = var.in
}

output "out" {
  value = terraform_data.c.id
}
