mock_provider "terraform" {
  mock_data "terraform_remote_state" {
    defaults = { outputs = { q = 1 } }
  }
}
run "one" {
  assert {
    condition = output.l == "x"
    error_message = "E ${jsonencode(output.l)}"
  }
}
