mock_resource "terraform_data" {
  defaults = { id = "sourced" }
}
mock_data "terraform_remote_state" {
  defaults = { outputs = { q = 1 } }
}
override_resource {
  target = terraform_data.b[0]
  values = { id = "zero" }
}
