mock_provider "terraform" {
  alias = "fake"
  mock_resource "terraform_data" {
    defaults = { id = "fake" }
  }
}
run "real" {
  assert {
    condition = length(output.id) == 9
    error_message = "E ${jsonencode(output.id)}"
  }
}
run "faked" {
  state_key = "f"
  providers = { terraform = terraform.fake }
  assert {
    condition = length(output.id) == 9
    error_message = "E ${jsonencode(output.id)}"
  }
}
run "realagain" {
  variables { name = "q" }
  assert {
    condition = length(output.id) == 9
    error_message = "E ${jsonencode(output.id)} ${jsonencode(output.o)}"
  }
}
