run "one" {
  variables {
    name = terraform_data.a.id
  }
}
