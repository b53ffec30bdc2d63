# One resource group and three container groups: a web app with a public address, an app with a
# sidecar, and a task that runs once. Nothing but acier is needed: the cloud is the emulator in
# the same process, unless you say otherwise with -var environment=public.

variable "environment" {
  type        = string
  default     = "emulator"
  description = "emulator, public, usgovernment or china"
}

variable "location" {
  type    = string
  default = "westeurope"
}

provider "azurerm" {
  features {}
  environment = var.environment
}

resource "azurerm_resource_group" "quickstart" {
  name     = "acier-quickstart"
  location = var.location
  tags     = { example = "01-quickstart" }
}

resource "azurerm_container_group" "web" {
  name                = "acier-web"
  resource_group_name = azurerm_resource_group.quickstart.name
  location            = azurerm_resource_group.quickstart.location
  os_type             = "Linux"
  ip_address_type     = "Public"
  dns_name_label      = "acier-quickstart-web"

  container {
    name   = "web"
    image  = "mcr.microsoft.com/azuredocs/aci-helloworld:latest"
    cpu    = 1
    memory = 1

    ports {
      port     = 80
      protocol = "TCP"
    }
  }
}

resource "azurerm_container_group" "app" {
  name                = "acier-app"
  resource_group_name = azurerm_resource_group.quickstart.name
  location            = azurerm_resource_group.quickstart.location
  os_type             = "Linux"
  ip_address_type     = "Public"

  container {
    name   = "app"
    image  = "mcr.microsoft.com/azuredocs/aci-helloworld:latest"
    cpu    = 1
    memory = 1

    ports {
      port     = 80
      protocol = "TCP"
    }
  }

  container {
    name   = "sidecar"
    image  = "mcr.microsoft.com/azuredocs/aci-tutorial-sidecar:latest"
    cpu    = 0.5
    memory = 0.5
  }
}

resource "azurerm_container_group" "task" {
  name                = "acier-task"
  resource_group_name = azurerm_resource_group.quickstart.name
  location            = azurerm_resource_group.quickstart.location
  os_type             = "Linux"
  ip_address_type     = "None"
  restart_policy      = "Never"

  container {
    name   = "wordcount"
    image  = "mcr.microsoft.com/azuredocs/aci-wordcount:latest"
    cpu    = 1
    memory = 1

    # Replaces the image's own command.
    commands = ["/bin/sh", "-c", "echo counting the $NumWords most used words of at least $MinLength letters"]

    environment_variables = {
      NumWords  = "5"
      MinLength = "8"
    }
  }
}

output "fqdn" {
  value       = azurerm_container_group.web.fqdn
  description = "The name under which the web app answers"
}

output "address" {
  value       = azurerm_container_group.app.ip_address
  description = "The address of the app with the sidecar"
}
