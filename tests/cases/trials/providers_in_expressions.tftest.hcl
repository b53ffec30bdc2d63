mock_provider "terraform" {
  alias = "fake"
  mock_resource "terraform_data" {
    defaults = { id = "fake" }
  }
}

provider "terraform" {
  alias = "real"
}

run "real" {
  providers = { terraform = terraform.real }
}

run "both" {
  state_key = "other"
  providers = { terraform = terraform.fake }
  assert {
    condition     = output.id != "fake"
    error_message = "It is ${output.id}."
  }
}
