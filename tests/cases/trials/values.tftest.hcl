# `extra` comes from terraform.tfvars beside this file, and no module declares it.
run "one" {
  variables {
    name = "n${var.extra}"
  }
  assert {
    condition     = output.o == "n5" && var.extra == 5
    error_message = "It is ${output.o}."
  }
}
