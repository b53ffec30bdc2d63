# Secrets reach the service and nothing else: acier stores keyed fingerprints of them, enough to
# see that one changed. Give the values from outside:
#   TF_VAR_database_password=... TF_VAR_registry_password=... TF_VAR_storage_key=... acier apply

variable "environment" {
  type    = string
  default = "emulator"
}

variable "database_password" {
  type      = string
  sensitive = true
}

variable "registry_password" {
  type      = string
  sensitive = true
}

variable "storage_key" {
  type      = string
  sensitive = true
}

provider "azurerm" {
  features {}
  environment = var.environment
}

resource "azurerm_resource_group" "vault" {
  name     = "acier-secrets"
  location = "westeurope"
}

resource "azurerm_container_group" "app" {
  name                = "app"
  resource_group_name = azurerm_resource_group.vault.name
  location            = azurerm_resource_group.vault.location
  os_type             = "Linux"
  ip_address_type     = "None"

  image_registry_credential {
    server   = "registry.example.com"
    username = "puller"
    password = var.registry_password
  }

  container {
    name   = "app"
    image  = "registry.example.com/app:1"
    cpu    = 1
    memory = 1

    environment_variables = {
      DATABASE_HOST = "db.example.com"
    }

    secure_environment_variables = {
      DATABASE_PASSWORD = var.database_password
    }

    volume {
      name                 = "uploads"
      mount_path           = "/uploads"
      share_name           = "uploads"
      storage_account_name = "appstorage"
      storage_account_key  = var.storage_key
    }

    volume {
      name       = "config"
      mount_path = "/etc/app"
      secret = {
        "app.conf" = base64encode("password=${var.database_password}")
      }
    }
  }
}

# A sensitive output is hidden on screens and sealed in the state.
output "connection" {
  value     = "postgres://app:${var.database_password}@db.example.com/app"
  sensitive = true
}
