variable "token" {
  type      = string
  sensitive = true
}

variable "open" {
  type = map(string)
}

resource "terraform_data" "part" {
  input = merge(var.open, { token = var.token })
}

output "part" {
  value     = terraform_data.part.output
  sensitive = true
}

output "open" {
  value = var.open
}
