variable "size" {
  type    = number
  default = 3
  validation {
    condition     = var.size < 10
    error_message = "Size ${var.size} is too large."
  }
}

variable "name" {
  type    = string
  default = "n"
  validation {
    condition     = var.name != "wrong"
    error_message = "Wrong name."
  }
}

variable "plain" {
  default = 1
}

module "net" {
  source   = "./net"
  for_each = { a = "10.2.0.0/16", c = "10.3.0.0/16" }
  cidr     = each.value
}

module "nobody" {
  source = "./net"
  count  = 0
  cidr   = "10.0.0.0/16"
}

resource "terraform_data" "single" {
  input = var.size
  lifecycle {
    postcondition {
      condition     = self.input > 1
      error_message = "Too small."
    }
  }
}

resource "terraform_data" "free" {
  input = "no conditions"
}

output "single" {
  value = terraform_data.single.output
  precondition {
    condition     = terraform_data.single.output != 99
    error_message = "99."
  }
}

output "free" {
  value = 1
}

check "size" {
  assert {
    condition     = var.size == 3
    error_message = "The size is ${var.size}."
  }
  assert {
    condition     = var.name == "n"
    error_message = "The name is ${var.name}."
  }
}

check "later" {
  assert {
    condition     = terraform_data.single.id != ""
    error_message = "No id."
  }
}
