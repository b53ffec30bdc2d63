mock_provider "terraform" {
  override_during = plan
}
run "one" {
  command = plan
  assert {
    condition = length(output.id) == 8 && output.o == "x"
    error_message = "E ${jsonencode(output.id)} ${jsonencode(output.o)} ${jsonencode(output.m)} ${jsonencode(output.ds)}"
  }
}
