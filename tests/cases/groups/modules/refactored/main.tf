provider "azurerm" {
  features {}
  environment = "emulator"
}

resource "azurerm_resource_group" "main" {
  name     = "twin"
  location = "westeurope"
}

resource "azurerm_container_group" "peer" {
  name                = "peer"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  os_type             = "Linux"

  container {
    name   = "peer"
    image  = "peer:2"
    cpu    = 1
    memory = 1

    ports {
      port     = 80
      protocol = "TCP"
    }
  }
}

module "renamed" {
  source = "./middle"
  count  = 2
  names  = { a = ["x", "new"], b = ["z"] }
  prefix = "o${count.index}"
  group  = azurerm_resource_group.main.name
  tag    = "3"
  peer   = azurerm_container_group.peer.ip_address
}

module "keyed" {
  source   = "./middle"
  for_each = { only = { c = ["q"] }, more = { d = ["r"] } }
  names    = each.value
  prefix   = each.key == "only" ? "al" : "mo"
  group    = azurerm_resource_group.main.name
  tag      = "1"
  peer     = "none"
}

resource "azurerm_container_group" "second" {
  name                = "plain"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  os_type             = "Linux"
  ip_address_type     = "None"
  restart_policy      = "Always"

  container {
    name                  = "one"
    image                 = "nginx:2"
    cpu                   = 1
    memory                = 1
    commands              = ["sleep", "2", "3"]
    environment_variables = { A = "2", C = "3" }
  }
}

resource "azurerm_container_group" "taken" {
  name                = "taken"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  os_type             = "Linux"
  ip_address_type     = "None"

  container {
    name   = "one"
    image  = "nginx:3"
    cpu    = 1
    memory = 1
  }
}

moved {
  from = module.outer
  to   = module.renamed
}

moved {
  from = module.alone
  to   = module.keyed["only"]
}

moved {
  from = azurerm_container_group.first
  to   = azurerm_container_group.second
}

removed {
  from = azurerm_container_group.forgotten
  lifecycle {
    destroy = false
  }
}

removed {
  from = azurerm_container_group.gone
  lifecycle {
    destroy = true
  }
}

import {
  to = azurerm_container_group.taken
  id = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/twin/providers/Microsoft.ContainerInstance/containerGroups/taken"
}

check "leaves" {
  assert {
    condition     = length(module.renamed[0].leaves) == 2
    error_message = "There are ${length(module.renamed[0].leaves)}."
  }
}

check "keys" {
  assert {
    condition     = length(module.keyed) == 3
    error_message = "There are ${length(module.keyed)}."
  }
}
