# Defaults, a refused value, and what becomes of a map with more members: all of it without an account.

run "three_sites_by_default" {
  command = plan

  assert {
    condition     = toset(keys(azurerm_container_group.site)) == toset(["api", "blog", "shop"])
    error_message = "The sites are ${join(", ", keys(azurerm_container_group.site))}."
  }

  assert {
    condition     = azurerm_container_group.site["blog"].container[0].memory == 1
    error_message = "What is left out of a site has its default."
  }

  assert {
    condition     = azurerm_container_group.site["api"].tags == tomap({ managed_by = "acier", stage = "dev", site = "api" })
    error_message = "Each site has the tags of all and its own."
  }
}

run "other_stages_are_refused" {
  command = plan

  variables {
    stage = "production"
  }

  expect_failures = [var.stage]
}

run "one_site_is_made" {
  variables {
    stage = "test"
    sites = { docs = { ports = [8080] } }
  }

  assert {
    condition     = output.urls == { docs = "http://acier-test-docs.northeurope.azurecontainer.io" }
    error_message = "The addresses are ${jsonencode(output.urls)}."
  }
}

run "a_second_site_leaves_the_first_alone" {
  variables {
    stage = "test"
    sites = { docs = { ports = [8080] }, shop = {} }
  }

  assert {
    condition     = output.urls["docs"] == run.one_site_is_made.urls["docs"] && length(output.urls) == 2
    error_message = "The addresses are ${jsonencode(output.urls)}."
  }
}
