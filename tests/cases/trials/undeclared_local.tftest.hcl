run "one" {
  assert {
    condition     = local.nope == 1
    error_message = "x"
  }
}
