override_module {
  target = module.m
  outputs = { o = "file", extra = 1 }
}
override_module {
  target = module.k[0]
  outputs = { o = "k0" }
}
override_module {
  target = module.o.module.inner
  outputs = { id = "inn" }
}
run "one" {
  assert {
    condition = output.o == "x"
    error_message = "E ${jsonencode(output.m)} ${jsonencode(output.k)} ${jsonencode(output.oo)}"
  }
}
run "two" {
  override_module {
    target = module.m
    outputs = { id = 5, }
  }
  override_module {
    target = module.k
  }
  assert {
    condition = output.o == "x"
    error_message = "E ${jsonencode(output.m)} ${jsonencode(output.k)} ${jsonencode(output.oo)}"
  }
}
run "three" {
  command = plan
  override_module {
    target = module.o
    outputs = { here = "h" }
  }
  assert {
    condition = output.o == "x"
    error_message = "E ${jsonencode(output.m)} ${jsonencode(output.oo)}"
  }
}
