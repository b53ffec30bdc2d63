override_resource {
  target = terraform_data.a
}
override_resource {
  target = module.m.terraform_data.x
  values = {
    id = "given"
    input = "no"
    nope = 3
  }
}
override_data {
  target = data.terraform_remote_state.s
  values = {
    outputs = { a = 1 }
  }
}
run "one" {
  assert {
    condition = output.o == "x"
    error_message = "E ${jsonencode(output.id)} ${jsonencode(output.o)} ${jsonencode(output.m)} ${jsonencode(output.ds)}"
  }
}
