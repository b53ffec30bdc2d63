variable "name" {
  type        = string
  description = "Its name."
}

variable "list" {
  type    = list(object({ a = string, b = optional(number, 2) }))
  default = [{ a = "x" }]
}

resource "terraform_data" "it" {
  input = { name = var.name, list = var.list }
}

output "it" {
  value       = terraform_data.it
  description = "All of it."
  depends_on  = [terraform_data.it]
}
