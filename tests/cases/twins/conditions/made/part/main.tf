variable "ok" {}

resource "terraform_data" "in" {
  input = "in"
  lifecycle {
    precondition {
      condition     = var.ok
      error_message = "Not in here."
    }
  }
}

output "word" {
  value = "word"
  precondition {
    condition     = var.ok
    error_message = "Not out of here."
  }
}
