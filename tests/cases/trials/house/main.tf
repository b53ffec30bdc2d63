# What all files of tests beside this folder are about.
variable "name" {
  type    = string
  default = "d"
  validation {
    condition     = length(var.name) < 9
    error_message = "The name ${var.name} is too long."
  }
}

variable "bad" {
  type    = bool
  default = false
}

resource "terraform_data" "a" {
  input = var.name
  lifecycle {
    precondition {
      condition     = !var.bad
      error_message = "It is bad."
    }
  }
}

resource "terraform_data" "b" {
  count = 2
  input = count.index
}

resource "terraform_data" "c" {
  for_each = toset(["x", "y"])
  input    = each.key
}

resource "terraform_data" "t" {
  triggers_replace = var.name
}

data "terraform_remote_state" "s" {
  backend = "local"
  config = {
    path = "x.tfstate"
  }
}

data "terraform_remote_state" "l" {
  backend = "local"
  config = {
    path = length(terraform_data.a.id) > 0 ? "x.tfstate" : ""
  }
}

module "m" {
  source = "./m"
  name   = var.name
}

module "k" {
  source = "./m"
  count  = 2
  name   = "k${count.index}"
}

module "o" {
  source = "./o"
}

check "name" {
  assert {
    condition     = var.name != "checked"
    error_message = "The name is checked."
  }
}

output "o" {
  value = terraform_data.a.output
  precondition {
    condition     = var.name != "outbad"
    error_message = "The output is bad."
  }
}

output "id" {
  value = terraform_data.a.id
}

output "m" {
  value = module.m
}

output "ds" {
  value = data.terraform_remote_state.s.outputs
}

output "l" {
  value = data.terraform_remote_state.l.outputs
}

output "b" {
  value = terraform_data.b[*].id
}

output "c" {
  value = [for k, v in terraform_data.c : "${k}=${v.id}"]
}

output "k" {
  value = module.k
}

output "oo" {
  value = module.o
}

output "secret" {
  value     = "hush"
  sensitive = true
}
