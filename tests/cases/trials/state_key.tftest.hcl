run "first" {
  state_key = "own"
}

run "same" {
  state_key = "own"
  command   = plan
  assert {
    condition     = output.id == run.first.id
    error_message = "x"
  }
}

run "another" {
  assert {
    condition     = output.id == run.first.id
    error_message = "Both are not the same."
  }
}
