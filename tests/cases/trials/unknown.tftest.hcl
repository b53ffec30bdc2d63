run "output" {
  command = plan
  assert {
    condition     = output.id == "x"
    error_message = "x"
  }
}
