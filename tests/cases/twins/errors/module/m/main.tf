variable "needed" {
}

output "there" {
  value = 1
}
