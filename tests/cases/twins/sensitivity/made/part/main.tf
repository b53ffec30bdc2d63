variable "word" {}

resource "terraform_data" "in" {
  input = { word = var.word, other = "x" }
}

output "word" {
  value = terraform_data.in.input.word
}
