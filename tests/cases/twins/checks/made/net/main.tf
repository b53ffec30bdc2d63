variable "cidr" {
  type = string
  validation {
    condition     = can(cidrhost(var.cidr, 0))
    error_message = "Not a network: ${var.cidr}."
  }
  validation {
    condition     = length(var.cidr) > 3
    error_message = "Too short."
  }
}

resource "terraform_data" "subnet" {
  count = 2
  input = cidrsubnet(var.cidr, 8, count.index)
  lifecycle {
    precondition {
      condition     = count.index < 3
      error_message = "Too many."
    }
    postcondition {
      condition     = self.output != "x"
      error_message = "It is x."
    }
  }
}

resource "terraform_data" "none" {
  count = 0
  input = 1
  lifecycle {
    precondition {
      condition     = var.cidr != ""
      error_message = "Empty."
    }
  }
}

output "subnets" {
  value = terraform_data.subnet[*].output
  precondition {
    condition     = length(terraform_data.subnet) == 2
    error_message = "Not two."
  }
}

check "inside" {
  assert {
    condition     = var.cidr == "10.0.0.0/16"
    error_message = "It is ${var.cidr}."
  }
  assert {
    condition     = terraform_data.subnet[0].input != "never"
    error_message = "Never."
  }
}
