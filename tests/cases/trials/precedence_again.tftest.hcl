mock_provider "terraform" {
  override_resource {
    target = terraform_data.b[0]
    values = { id = "provider" }
  }
}
override_resource {
  target = terraform_data.b
  values = { id = "file" }
}
run "one" {
  override_resource {
    target = terraform_data.c
    values = { id = "run" }
  }
  assert {
    condition = output.o == "x"
    error_message = "E ${jsonencode(output.b)} ${jsonencode(output.c)}"
  }
}
