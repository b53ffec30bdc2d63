# A module by itself, all of them together, and the rest of the configuration with a module left out.

run "one_app" {
  command = plan

  module {
    source = "./app"
  }

  variables {
    name  = "solo"
    port  = 8080
    group = { name = "anywhere", location = "westeurope" }
  }

  assert {
    condition     = azurerm_container_group.this.tags["app"] == "solo"
    error_message = "The tags are ${jsonencode(azurerm_container_group.this.tags)}."
  }
}

run "ports_have_a_range" {
  command = plan

  module {
    source = "./app"
  }

  variables {
    name  = "solo"
    port  = 65536
    group = { name = "anywhere", location = "westeurope" }
  }

  expect_failures = [var.port]
}

run "apps_have_addresses" {
  assert {
    condition     = length(output.addresses) == 2 && endswith(output.addresses["blog"], ":8080")
    error_message = "The addresses are ${jsonencode(output.addresses)}."
  }
}

run "without_the_shop" {
  override_module {
    target = module.app["shop"]
    outputs = {
      address = "http://shop.example"
    }
  }

  assert {
    condition     = output.addresses["shop"] == "http://shop.example"
    error_message = "The addresses are ${jsonencode(output.addresses)}."
  }
}
