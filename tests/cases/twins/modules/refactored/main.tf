module "renamed" {
  source = "./middle"
  count  = 2
  names  = { a = ["x", "y"], b = ["z"] }
  tag    = "1"
}

module "keyed" {
  source   = "./middle"
  for_each = { only = { c = ["q"], d = ["new"] } }
  names    = each.value
  tag      = "1"
}

resource "terraform_data" "named" {
  for_each = { zero = 0, one = 1 }
  input    = each.value
}

resource "terraform_data" "out" {
  input            = { name = "changed", tags = ["one"] }
  triggers_replace = ["fixed"]
}

resource "terraform_data" "taken" {
  for_each = { t = "11111111-1111-4111-8111-111111111111" }
}

moved {
  from = module.outer
  to   = module.renamed
}

moved {
  from = module.alone
  to   = module.keyed["only"]
}

moved {
  from = module.outer[1].module.inner["a"].terraform_data.leaf["y"]
  to   = terraform_data.out
}

moved {
  from = terraform_data.counted[0]
  to   = terraform_data.named["zero"]
}

moved {
  from = terraform_data.counted[1]
  to   = terraform_data.named["one"]
}

moved {
  from = terraform_data.loose
  to   = module.renamed[0].module.inner["b"].terraform_data.leaf["z"]
}

removed {
  from = terraform_data.forgotten
  lifecycle {
    destroy = false
  }
}

removed {
  from = terraform_data.gone
  lifecycle {
    destroy = true
  }
}

import {
  for_each = { t = "11111111-1111-4111-8111-111111111111" }
  to       = terraform_data.taken[each.key]
  id       = each.value
}

check "leaves" {
  assert {
    condition     = length(module.renamed[0].leaves) == 2
    error_message = "There are ${length(module.renamed[0].leaves)}."
  }
}

check "input" {
  assert {
    condition     = terraform_data.out.input.name == "in"
    error_message = "It is ${terraform_data.out.input.name}."
  }
}

check "later" {
  assert {
    condition     = terraform_data.out.output.name == "changed"
    error_message = "never"
  }
}

output "all" {
  value = module.renamed[*].leaves
}
