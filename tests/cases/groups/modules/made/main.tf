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
    image  = "peer:1"
    cpu    = 1
    memory = 1

    ports {
      port     = 80
      protocol = "TCP"
    }
  }
}

module "outer" {
  source = "./middle"
  count  = 2
  names  = { a = ["x", "y"], b = ["z"] }
  prefix = "o${count.index}"
  group  = azurerm_resource_group.main.name
  tag    = "1"
  peer   = azurerm_container_group.peer.ip_address
}

module "alone" {
  source = "./middle"
  names  = { c = ["q"] }
  prefix = "al"
  group  = azurerm_resource_group.main.name
  tag    = "1"
  peer   = "none"
}

resource "azurerm_container_group" "first" {
  name                = "plain"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  os_type             = "Linux"
  ip_address_type     = "None"
  restart_policy      = "Always"

  container {
    name                  = "one"
    image                 = "nginx:1"
    cpu                   = 1
    memory                = 1
    commands              = ["sleep", "1"]
    environment_variables = { A = "1", B = "2" }
  }
}

resource "azurerm_container_group" "forgotten" {
  name                = "forgotten"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  os_type             = "Linux"
  ip_address_type     = "None"

  container {
    name   = "one"
    image  = "nginx:1"
    cpu    = 1
    memory = 1
  }
}

resource "azurerm_container_group" "gone" {
  for_each            = toset(["g"])
  name                = each.key
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  os_type             = "Linux"
  ip_address_type     = "None"

  container {
    name   = "one"
    image  = "nginx:1"
    cpu    = 1
    memory = 1
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
    image  = "nginx:1"
    cpu    = 1
    memory = 1
  }
}
