# Instances that depend on what is made first: the plan goes as far as it can, says what waits for
# what, and apply goes on in stages, each shown and approved (all at once with -auto-approve).

terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
  }
}

variable "environment" {
  type        = string
  default     = "emulator"
  description = "\"emulator\", or \"public\" to use a real account."
}

provider "azurerm" {
  features {}
  environment = var.environment
}

resource "azurerm_resource_group" "ledger" {
  name     = "acier-ledger"
  location = "West Europe"
}

resource "azurerm_container_group" "ledger" {
  name                = "ledger"
  resource_group_name = azurerm_resource_group.ledger.name
  location            = azurerm_resource_group.ledger.location
  os_type             = "Linux"
  ip_address_type     = "Public"
  dns_name_label      = "acier-ledger"

  container {
    name   = "ledger"
    image  = "registry.example.com/ledger:1"
    cpu    = 1
    memory = 1

    ports {
      port     = 80
      protocol = "TCP"
    }
  }
}

locals {
  # The service chooses the address, so nobody knows it before the ledger is made.
  watched = {
    by-name    = azurerm_container_group.ledger.fqdn
    by-address = azurerm_container_group.ledger.ip_address
  }
}

# Second stage: one watcher for each address that starts with a digit.
resource "azurerm_container_group" "watcher" {
  for_each = { for name, address in local.watched : name => address if can(regex("^[0-9]", address)) }

  name                = "watch-${each.key}"
  resource_group_name = azurerm_resource_group.ledger.name
  location            = azurerm_resource_group.ledger.location
  os_type             = "Linux"
  ip_address_type     = "None"

  container {
    name                  = "watch"
    image                 = "registry.example.com/watch:1"
    cpu                   = 1
    memory                = 1
    environment_variables = { TARGET = each.value }
  }
}

output "watchers" {
  value = keys(azurerm_container_group.watcher)
}
