run "made" {}

run "replaced" {
  plan_options {
    replace = [terraform_data.a]
  }
  assert {
    condition     = output.id == run.made.id
    error_message = "It was replaced."
  }
}

run "refreshed" {
  variables {
    name = "other"
  }
  plan_options {
    mode = refresh-only
  }
  assert {
    condition     = terraform_data.a.output == "d"
    error_message = "It changed."
  }
}

run "not_refreshed" {
  plan_options {
    refresh = false
  }
  assert {
    condition     = terraform_data.a.output == "d"
    error_message = "It changed."
  }
}
