# A configuration with tests: "acier test" runs the files that end in .tftest.hcl, each against an
# emulated cloud of its own that lives in memory. Whole lives of objects, in milliseconds, offline.

variable "environment" {
  type        = string
  default     = "emulator"
  description = "emulator, public, usgovernment or china"
}

variable "name" {
  type    = string
  default = "acier-tests"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "The name must be 3 to 31 lower-case letters, digits and dashes."
  }
}

variable "replicas" {
  type    = number
  default = 2
}

variable "image" {
  type    = string
  default = "mcr.microsoft.com/azuredocs/aci-helloworld:latest"
}

provider "azurerm" {
  features {}
  environment = var.environment
}

resource "azurerm_resource_group" "all" {
  name     = var.name
  location = "westeurope"
}

resource "azurerm_container_group" "web" {
  count               = var.replicas
  name                = "${var.name}-${count.index}"
  resource_group_name = azurerm_resource_group.all.name
  location            = azurerm_resource_group.all.location
  os_type             = "Linux"
  ip_address_type     = "Public"
  dns_name_label      = "${var.name}-${count.index}"

  container {
    name   = "web"
    image  = var.image
    cpu    = 1
    memory = 1

    ports {
      port     = 80
      protocol = "TCP"
    }
  }

  lifecycle {
    precondition {
      condition     = var.replicas <= 10
      error_message = "${var.replicas} groups are more than the quota of the subscription allows."
    }
  }
}

output "urls" {
  value = [for group in azurerm_container_group.web : "http://${group.fqdn}"]
}

output "addresses" {
  value = azurerm_container_group.web[*].ip_address
}
