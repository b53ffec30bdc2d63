override_resource {
  target = terraform_data.b
  values = { id = "all" }
}
override_resource {
  target = terraform_data.b[1]
  values = { id = "one" }
}
override_resource {
  target = terraform_data.c["y"]
  values = { id = "why" }
}
override_resource {
  target = module.k.terraform_data.x
  values = { id = "kk" }
}
override_resource {
  target = module.k[1].terraform_data.x
  values = { id = "k1" }
}
run "one" {
  assert {
    condition = output.o == "x"
    error_message = "E ${jsonencode(output.b)} ${jsonencode(output.c)} ${jsonencode(output.k)}"
  }
}
run "two" {
  override_resource {
    target = terraform_data.b
    values = { id = "again" }
  }
  plan_options { replace = [terraform_data.b[0]] }
  assert {
    condition = output.o == "x"
    error_message = "E ${jsonencode(output.b)} ${jsonencode(output.c)} ${jsonencode(output.k)}"
  }
}
