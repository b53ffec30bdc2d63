mock_provider "terraform" {
  override_during = plan
  mock_resource "terraform_data" {
    defaults = { id = "deff" }
  }
  override_resource {
    target = terraform_data.b[0]
    values = { id = "zero" }
  }
}
run "one" {
  command = plan
  assert {
    condition = length(output.id) == 9
    error_message = "E ${jsonencode(output.id)} ${jsonencode(output.b)}"
  }
}
run "two" {
  assert {
    condition = length(output.id) == 9
    error_message = "E ${jsonencode(output.id)} ${jsonencode(output.b)}"
  }
}
