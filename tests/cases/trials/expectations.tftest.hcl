run "variable" {
  command = plan
  variables {
    name = "much too long"
  }
  expect_failures = [var.name]
}

run "precondition" {
  command = plan
  variables {
    bad = true
  }
  expect_failures = [terraform_data.a]
}

run "output" {
  command = plan
  variables {
    name = "outbad"
  }
  expect_failures = [output.o]
}

run "checked" {
  variables {
    name = "checked"
  }
  expect_failures = [check.name]
}

run "did_not_fail" {
  command         = plan
  expect_failures = [check.name, var.name]
}

run "never" {}
