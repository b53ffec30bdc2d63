# A job whose exit code is waited for: the apply fails if it does, with its events and its log.
# Run it again with another release (`-var release=2`), or with -replace=azurerm_container_group.migration.

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
  description = "The release that the database is migrated to."
}

variable "exit_code" {
  type        = number
  default     = 0
  description = "With which exit code the migration ends in the emulator."
}

provider "azurerm" {
  features {}
  environment = var.environment
}

resource "azurerm_resource_group" "jobs" {
  name     = "acier-jobs"
  location = "West Europe"
}

resource "azurerm_container_group" "migration" {
  name                = "migration"
  resource_group_name = azurerm_resource_group.jobs.name
  location            = azurerm_resource_group.jobs.location
  os_type             = "Linux"
  ip_address_type     = "None"
  restart_policy      = "Never"

  # "provisioned" (the default), "running", "succeeded" or "terminated".
  wait_for = "succeeded"
  triggers = { release = var.release }

  container {
    name     = "migrate"
    image    = "registry.example.com/migrate:latest"
    cpu      = 1
    memory   = 1
    commands = ["/bin/sh", "-c", "echo migrating to release ${var.release}; sleep 1; echo done; exit ${var.exit_code}"]
  }

  timeouts {
    create = "30m" # the wait for the job included
    update = "30m"
  }
}

output "migration" {
  value = azurerm_container_group.migration.id
}
