variables {
  name  = "v"
  extra = upper("x")
}

run "fails_twice" {
  assert {
    condition     = output.o == "b" || length(terraform_data.b) == 3
    error_message = "It is ${output.o} of ${var.extra}."
  }
  assert {
    condition     = output.o == "v"
    error_message = "This holds."
  }
  assert {
    condition     = terraform_data.b[1].output == 0
    error_message = <<-EOT
      several
      lines
    EOT
  }
}

run "goes_on" {
  variables {
    name       = "${var.name}-${run.fails_twice.o}"
    undeclared = 1
  }
  assert {
    condition     = output.o == "v-v"
    error_message = "It is ${output.o}."
  }
}

run "sees_secrets" {
  assert {
    condition     = output.secret == "x"
    error_message = "It is not x."
  }
}

run "has_no_condition" {
  assert {
    condition     = terraform_data.a.nope
    error_message = "x"
  }
}

run "never" {}
