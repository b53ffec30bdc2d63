module "inner" {
  source = "../m"
  name   = "inner"
}

resource "terraform_data" "here" {}

output "inner" {
  value = module.inner
}

output "here" {
  value = terraform_data.here.id
}
