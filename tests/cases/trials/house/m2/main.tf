resource "terraform_data" "z" {
  input = 1
}

output "z" {
  value = terraform_data.z.id
}
