override_resource {
  target = terraform_data.a
  values = {
    id = []
  }
}

run "fails" {}

run "never" {}
