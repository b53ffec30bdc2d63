run "fine" {}

run "checked" {
  variables {
    name = "checked"
  }
}

run "never" {}
