# An app: one container group with a public address.

variable "name" {
  type = string
}

variable "port" {
  type = number

  validation {
    condition     = var.port > 0 && var.port < 65536
    error_message = "A port is between 1 and 65535, not ${var.port}."
  }
}

variable "group" {
  type = object({ name = string, location = string })
}

module "labels" {
  source = "./labels"
  name   = var.name
}

resource "azurerm_container_group" "this" {
  name                = var.name
  resource_group_name = var.group.name
  location            = var.group.location
  os_type             = "Linux"
  dns_name_label      = module.labels.dns
  tags                = module.labels.tags

  container {
    name   = "app"
    image  = "mcr.microsoft.com/azuredocs/aci-helloworld:latest"
    cpu    = 1
    memory = 1

    ports {
      port = var.port
    }
  }
}

output "address" {
  value = "http://${azurerm_container_group.this.fqdn}:${var.port}"
}
