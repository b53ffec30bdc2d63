variable "ok" {
  type    = bool
  default = true
}

variable "word" {
  default = "w"
  validation {
    condition     = length(var.word) == 1
    error_message = "One letter, please."
  }
}

resource "terraform_data" "one" {
  input = "a"
  lifecycle {
    precondition {
      condition     = var.ok
      error_message = "Not before."
    }
    postcondition {
      condition     = self.output == (var.ok ? "a" : "b")
      error_message = "Not after: ${self.output}."
    }
  }
}

resource "terraform_data" "many" {
  for_each = toset(["x", "y"])
  input    = each.key
  lifecycle {
    postcondition {
      condition     = var.ok || self.input == "x"
      error_message = "Not ${each.key}."
    }
  }
}

resource "terraform_data" "alone" {
  input = "alone"
}

resource "terraform_data" "user" {
  input = module.part["a"].word
}

module "part" {
  source   = "./part"
  for_each = toset(["a", "b"])
  ok       = var.ok
}

output "one" {
  value = terraform_data.one.id
  precondition {
    condition     = var.ok
    error_message = "No output."
  }
}

check "all" {
  assert {
    condition     = var.ok
    error_message = "Not well."
  }
}
