run "one" {
  variables {
    name = run.two.o
  }
}

run "two" {}
