# Something to do on this machine after an object is made, and before it goes: local-exec provisioners,
# on a container group and on terraform_data, which needs no cloud at all. Another release
# (`-var release=2`) replaces the terraform_data, so its commands run again; the container group is left alone.

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

variable "release" {
  type        = string
  default     = "1"
  description = "What is announced."
}

provider "azurerm" {
  features {}
  environment = var.environment
}

resource "azurerm_resource_group" "shop" {
  name     = "acier-provisioners"
  location = "West Europe"
}

resource "azurerm_container_group" "shop" {
  name                = "shop"
  resource_group_name = azurerm_resource_group.shop.name
  location            = azurerm_resource_group.shop.location
  os_type             = "Linux"
  ip_address_type     = "Public"
  dns_name_label      = "acier-provisioned-shop"

  container {
    name   = "shop"
    image  = "nginx:1.27"
    cpu    = 1
    memory = 1
    ports {
      port = 80
    }
  }

  # Runs before it is destroyed, and may refer to self, count.index and each.key only.
  provisioner "local-exec" {
    when       = destroy
    command    = "echo ${self.fqdn} goes away"
    on_failure = continue
  }
}

resource "terraform_data" "announcement" {
  input            = "http://${azurerm_container_group.shop.fqdn}"
  triggers_replace = var.release

  # A command that fails taints the object: the next apply replaces it, and runs its commands again.
  provisioner "local-exec" {
    command     = "echo Release $RELEASE is at $ADDRESS"
    environment = { RELEASE = var.release, ADDRESS = self.output }
  }
}

output "announced" {
  value = terraform_data.announcement.output
}
