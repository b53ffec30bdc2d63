# What can be said before anything is made.

run "two_groups_by_default" {
  command = plan

  assert {
    condition     = length(azurerm_container_group.web) == 2
    error_message = "There should be two groups, not ${length(azurerm_container_group.web)}."
  }

  assert {
    condition     = azurerm_container_group.web[0].dns_name_label == "acier-tests-0"
    error_message = "The label should follow the name."
  }
}

run "capital_letters_are_refused" {
  command = plan

  variables {
    name = "Shop"
  }

  expect_failures = [var.name]
}

run "too_many_are_refused" {
  command = plan

  variables {
    replicas = 11
  }

  expect_failures = [azurerm_container_group.web]
}
