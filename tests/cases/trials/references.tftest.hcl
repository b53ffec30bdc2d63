variables {
  name = "f"
}

run "planned" {
  command = plan
}

run "unknown" {
  variables {
    name = run.planned.id
  }
}
