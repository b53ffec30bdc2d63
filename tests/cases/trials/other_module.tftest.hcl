override_resource {
  target = terraform_data.z
  values = { id = "file" }
}
override_resource {
  target = terraform_data.a
  values = { id = "filea" }
}
run "one" {
  module { source = "./m2" }
  assert {
    condition = output.z == "x"
    error_message = "E ${jsonencode(output.z)}"
  }
}
run "two" {
  assert {
    condition = output.id == "x"
    error_message = "E ${jsonencode(output.id)}"
  }
}
