mock_provider "terraform" {
}
run "one" { 
}
run "two" {
  command = plan
  variables { name = "z" }
  assert {
    condition = terraform_data.t.id == "x"
    error_message = "E ${jsonencode(terraform_data.t)}"
  }
}
run "three" {
  plan_options { replace = [terraform_data.t] }
  assert {
    condition = terraform_data.t.id == run.one.id
    error_message = "E ${jsonencode(terraform_data.t)}"
  }
}
