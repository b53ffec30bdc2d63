mock_provider "terraform" {
  source = "./tests/mocks"
  mock_resource "terraform_data" {
    defaults = { id = "own" }
  }
}
run "one" {
  assert {
    condition = length(output.id) == 9
    error_message = "E ${jsonencode(output.id)} ${jsonencode(output.b)} ${jsonencode(output.ds)}"
  }
}
