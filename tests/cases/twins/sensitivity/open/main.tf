variable "word" {
  default   = "hush"
  sensitive = false
}

output "word" {
  value = var.word
}

output "alone" {
  value = "the same"
}

output "inside" {
  value = { a = 1, b = ["x"] }
}
