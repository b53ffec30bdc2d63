run "applies" {
  variables {
    bad = true
  }
  expect_failures = [terraform_data.a]
}

run "never" {}
