mock_provider "terraform" {
  mock_resource "terraform_data" {
    defaults = { id = "default" }
  }
  override_resource {
    target = terraform_data.b
    values = { id = "provider" }
  }
  override_resource {
    target = module.m.terraform_data.x
    values = { id = "prov" }
  }
  override_data {
    target = data.terraform_remote_state.s
    values = { outputs = { p = "r" } }
  }
}
override_resource {
  target = terraform_data.b[1]
  values = { id = "file" }
}
run "one" {
  override_resource {
    target = module.m.terraform_data.x
    values = {}
  }
  assert {
    condition = output.o == "x"
    error_message = "E ${jsonencode(output.b)} ${jsonencode(output.c)} ${jsonencode(output.m)} ${jsonencode(output.ds)}"
  }
}
