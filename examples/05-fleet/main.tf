# A fleet: three copies of one container group, one in each availability zone, that Azure Container
# Instances keeps and updates by itself. The profile says what a copy is, the ngroup how many there
# are and where.
#
#   acier apply -auto-approve
#   acier ps                                   # the three container groups and their zones' addresses
#   acier plan  -var image=nginx:1.28          # another revision of the profile, rolled out batch by batch
#   acier apply -var image=nginx:1.28 -auto-approve
#   acier plan  -var copies=5                  # two more; those that are there run on
#   acier destroy -auto-approve

terraform {
  required_providers {
    azurerm = {
      source = "hashicorp/azurerm"
    }
  }
}

variable "environment" {
  type    = string
  default = "emulator"
}

variable "image" {
  type    = string
  default = "nginx:1.27"
}

variable "copies" {
  type    = number
  default = 3
}

provider "azurerm" {
  environment = var.environment
  features {}
}

resource "azurerm_resource_group" "fleet" {
  name     = "acier-fleet"
  location = "westeurope"
}

# Changing the image changes nothing that runs: it makes another revision of the profile. What runs
# follows because the ngroup below refers to `revision`; without that reference only new copies
# would use the new image.
resource "azurerm_container_group_profile" "web" {
  name                = "web"
  resource_group_name = azurerm_resource_group.fleet.name
  location            = azurerm_resource_group.fleet.location
  os_type             = "Linux"
  ip_address_type     = "Public"

  container {
    name   = "web"
    image  = var.image
    cpu    = 1
    memory = 1

    ports {
      port = 80
    }

    readiness_probe {
      http_get {
        path = "/"
        port = 80
      }
    }
  }
}

resource "azurerm_container_ngroup" "web" {
  name                = "web"
  resource_group_name = azurerm_resource_group.fleet.name
  location            = azurerm_resource_group.fleet.location
  zones               = ["1", "2", "3"]

  desired_count               = var.copies
  maintain_desired_count      = true # a copy that somebody deletes is made again
  container_group_name_prefix = "web-"

  # Replaces the copies of one zone after those of another; `in_place_update` would restart them
  # with their addresses instead. "Manual", the default, would leave them as they are.
  update_mode = "Rolling"

  rolling_update {
    max_batch_percent          = 40
    max_unhealthy_percent      = 0 # a copy that does not come up stops the rollout
    pause_time_between_batches = "PT30S"
  }

  container_group_profile {
    id       = azurerm_container_group_profile.web.id
    revision = azurerm_container_group_profile.web.revision
  }
}

output "revision" {
  value = azurerm_container_group_profile.web.revision
}

output "fleet" {
  value = azurerm_container_ngroup.web.id
}
