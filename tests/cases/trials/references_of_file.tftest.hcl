variables {
  name = run.zero.o
}

run "zero" {}
