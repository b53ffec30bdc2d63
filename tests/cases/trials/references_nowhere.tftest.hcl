run "one" {
  variables {
    name = run.nope.o
  }
}
