variable "word" {
  default   = "hush"
  sensitive = true
}

output "word" {
  value     = var.word
  sensitive = true
}

output "alone" {
  value     = "the same"
  sensitive = true
}

output "inside" {
  value     = { a = 1, b = ["x"] }
  sensitive = true
}
