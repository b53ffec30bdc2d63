variable "keys" {
  type = set(string)
}

variable "prefix" {
  type = string
}

variable "group" {
  type = string
}

variable "containers" {
  type = map(string)
}

variable "peer" {
  type = string
}

resource "azurerm_container_group" "leaf" {
  for_each            = var.keys
  name                = "${var.prefix}-${each.key}"
  resource_group_name = var.group
  location            = "westeurope"
  os_type             = "Linux"
  ip_address_type     = "None"
  tags                = { key = each.key, prefix = var.prefix }

  dynamic "container" {
    for_each = var.containers
    content {
      name                  = container.key
      image                 = container.value
      cpu                   = 1
      memory                = 1
      environment_variables = { PEER = var.peer, NAME = "${each.key}-${container.key}" }

      dynamic "volume" {
        for_each = container.key == "side" ? ["a", "b"] : []
        content {
          name       = "volume-${volume.value}"
          mount_path = "/mnt/${volume.value}"
          empty_dir  = true
        }
      }
    }
  }
}

resource "azurerm_container_group" "old" {
  name                = "${var.prefix}-kept"
  resource_group_name = var.group
  location            = "westeurope"
  os_type             = "Linux"
  ip_address_type     = "None"

  container {
    name   = "one"
    image  = "nginx:1"
    cpu    = 1
    memory = 1
  }

  dynamic "container" {
    for_each = ["two", "three"]
    content {
      name   = container.value
      image  = "nginx:${container.key}"
      cpu    = 1
      memory = 1
    }
  }
}

output "leaves" {
  value = { for key, leaf in azurerm_container_group.leaf : key => leaf.id }
}
