# One folder, called once for each app: a module with for_each, a module inside it, inputs with
# types and checks, and outputs that come back as values. No init is needed for folders.

variable "environment" {
  type    = string
  default = "emulator"
}

provider "azurerm" {
  features {}
  environment = var.environment
}

resource "azurerm_resource_group" "apps" {
  name     = "acier-modules"
  location = "westeurope"
}

module "app" {
  source   = "./app"
  for_each = { shop = 80, blog = 8080 }

  name  = each.key
  port  = each.value
  group = azurerm_resource_group.apps
}

output "addresses" {
  value = { for name, app in module.app : name => app.address }
}
