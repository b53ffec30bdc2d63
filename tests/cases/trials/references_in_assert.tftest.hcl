run "one" {}

run "two" {
  assert {
    condition     = run.one.nope == 1
    error_message = "x"
  }
}
