mock_provider "terraform" {}
run "one" {
  assert {
    condition = length(output.id) == 8 && output.o == "x"
    error_message = "E ${jsonencode(output.id)} ${jsonencode(output.o)} ${jsonencode(output.m)} ${jsonencode(output.ds)}"
  }
}
run "two" {
  variables { 
    name = "k"
  }
  assert {
    condition = length(output.id) == 8 && output.o == "x"
    error_message = "E ${jsonencode(output.id)} ${jsonencode(output.o)} ${jsonencode(output.m)} ${jsonencode(output.ds)}"
  }
}
