run "attribute" {
  command = plan
  assert {
    condition     = terraform_data.a.id == "x" && var.name == "d"
    error_message = "x"
  }
}
