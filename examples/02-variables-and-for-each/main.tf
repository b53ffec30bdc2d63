# One block, several groups: for_each over a map of objects with optional attributes and defaults,
# a validated variable, a local that merges tags, and outputs that gather the results.

variable "environment" {
  type    = string
  default = "emulator"
}

variable "stage" {
  type    = string
  default = "dev"

  validation {
    condition     = contains(["dev", "test", "prod"], var.stage)
    error_message = "The stage must be dev, test or prod, not \"${var.stage}\"."
  }
}

variable "sites" {
  type = map(object({
    image  = optional(string, "mcr.microsoft.com/azuredocs/aci-helloworld:latest")
    cpu    = optional(number, 1)
    memory = optional(number, 1)
    ports  = optional(list(number), [80])
  }))

  default = {
    shop = { cpu = 1, memory = 1.5 }
    blog = {}
    api  = { ports = [8080, 8081] }
  }
}

locals {
  tags = merge({ managed_by = "acier" }, { stage = var.stage })
}

provider "azurerm" {
  features {}
  environment = var.environment
}

resource "azurerm_resource_group" "sites" {
  name     = "acier-sites-${var.stage}"
  location = "northeurope"
  tags     = local.tags
}

resource "azurerm_container_group" "site" {
  for_each = var.sites

  name                = "site-${each.key}"
  resource_group_name = azurerm_resource_group.sites.name
  location            = azurerm_resource_group.sites.location
  os_type             = "Linux"
  dns_name_label      = "acier-${var.stage}-${each.key}"
  tags                = merge(local.tags, { site = each.key })

  container {
    name   = each.key
    image  = each.value.image
    cpu    = each.value.cpu
    memory = each.value.memory

    dynamic "ports" {
      for_each = each.value.ports
      content {
        port = ports.value
      }
    }
  }
}

output "urls" {
  value = { for name, site in azurerm_container_group.site : name => "http://${site.fqdn}" }
}
