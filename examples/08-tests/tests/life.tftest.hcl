# A whole life: made, found running, grown, changed in place, and destroyed at the end.

run "setup" {
  module {
    source = "./setup"
  }

  variables {
    prefix = "acier"
  }
}

run "make" {
  variables {
    name     = run.setup.name
    replicas = 1
  }

  assert {
    condition     = output.urls == ["http://acier-shop-0.westeurope.azurecontainer.io"]
    error_message = "The address is ${one(output.urls)}."
  }

  assert {
    condition     = can(cidrhost("${output.addresses[0]}/32", 0))
    error_message = "The group should have an address."
  }
}

run "grow" {
  variables {
    name     = run.setup.name
    replicas = 3
  }

  assert {
    condition     = output.addresses[0] == run.make.addresses[0]
    error_message = "The first group should be left as it is."
  }

  assert {
    condition     = length(toset(output.addresses)) == 3
    error_message = "Every group should have an address of its own."
  }
}

run "nothing_is_left_to_do" {
  command = plan

  variables {
    name     = run.setup.name
    replicas = 3
  }

  assert {
    condition     = azurerm_container_group.web[2].ip_address == run.grow.addresses[2]
    error_message = "Planning again should change nothing."
  }
}
