override_resource {
  target = terraform_data.nope
  values = { id = "all" }
}
override_data {
  target = module.zz.data.azurerm_x.nope
}
override_module {
  target = module.nope
}
mock_provider "terraform" {
  mock_resource "nope" {
    defaults = {}
  }
  mock_resource "terraform_data" {
    defaults = { zz = 2 }
  }
}
run "one" {
  assert {
    condition = output.o == "x"
    error_message = "E ${jsonencode(output.b)}"
  }
}
