# What a change costs. Apply once, then try:
#   acier plan -var tag=2          the image is updated in place; containers restart
#   acier plan -var 'note=hello'   only the tags are changed; nothing restarts
#   acier plan -var cpu=2          the service refuses to change this in place: the group is replaced

variable "environment" {
  type    = string
  default = "emulator"
}

variable "tag" {
  type    = string
  default = "1"
}

variable "cpu" {
  type    = number
  default = 1
}

variable "note" {
  type    = string
  default = "first"
}

provider "azurerm" {
  features {}
  environment = var.environment
}

resource "azurerm_resource_group" "shop" {
  name     = "acier-shop"
  location = "westeurope"
}

resource "azurerm_container_group" "shop" {
  name                = "shop"
  resource_group_name = azurerm_resource_group.shop.name
  location            = azurerm_resource_group.shop.location
  os_type             = "Linux"
  dns_name_label      = "acier-shop-front"
  tags                = { note = var.note }

  container {
    name   = "shop"
    image  = "registry.example.com/shop:${var.tag}"
    cpu    = var.cpu
    memory = 2

    ports {
      port = 443
    }

    environment_variables = {
      CURRENCY = "EUR"
    }

    liveness_probe {
      http_get {
        path   = "/health"
        port   = 443
        scheme = "https"
      }
      period_seconds = 20
    }
  }
}

output "name" {
  value = azurerm_container_group.shop.fqdn
}
