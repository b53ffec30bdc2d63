run "one" {
  assert {
    condition     = output.nothing == 1
    error_message = "x"
  }
}

run "two" {}
