# Two subscriptions in one configuration, and one object in each of many: provider aliases, and for_each
# on a provider block. Every object is made, read and destroyed with the configuration that it names; the
# state remembers where each one lives.

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
  description = "\"emulator\", or \"public\" to use real accounts."
}

variable "teams" {
  type        = map(string)
  description = "The subscription of each team."
  default = {
    blue  = "00000000-0000-4000-8000-00000000000b"
    green = "00000000-0000-4000-8000-00000000000c"
  }
}

provider "azurerm" {
  features {}
  environment = var.environment
}

provider "azurerm" {
  alias           = "archive"
  subscription_id = "00000000-0000-4000-8000-00000000000a"
  features {}
  environment = var.environment
}

provider "azurerm" {
  alias           = "team"
  for_each        = var.teams
  subscription_id = each.value
  features {}
  environment = var.environment
}

resource "azurerm_resource_group" "main" {
  name     = "acier-subscriptions"
  location = "West Europe"
}

resource "azurerm_resource_group" "archive" {
  provider = azurerm.archive
  name     = "acier-subscriptions"
  location = "North Europe"
}

resource "azurerm_resource_group" "team" {
  for_each = var.teams
  provider = azurerm.team[each.key]
  name     = "acier-${each.key}"
  location = "West Europe"
}

resource "azurerm_container_group" "main" {
  name                = "web"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  os_type             = "Linux"
  ip_address_type     = "None"

  container {
    name   = "web"
    image  = "nginx:1.27"
    cpu    = 1
    memory = 1
  }
}

data "azurerm_subscription" "archive" {
  provider = azurerm.archive
}

output "subscriptions" {
  value = [data.azurerm_subscription.archive.subscription_id, azurerm_resource_group.team["blue"].id]
}
