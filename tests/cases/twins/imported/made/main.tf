import {
  to = terraform_data.as_is
  id = "11111111-1111-4111-8111-111111111111"
}

resource "terraform_data" "as_is" {
}

import {
  to = terraform_data.changed
  id = "22222222-2222-4222-8222-222222222222"
}

resource "terraform_data" "changed" {
  input = "new"
}

import {
  to = terraform_data.replaced
  id = "33333333-3333-4333-8333-333333333333"
}

resource "terraform_data" "replaced" {
  triggers_replace = "new"
}

import {
  for_each = toset(["a", "b"])
  to       = module.m[each.key].terraform_data.in
  id       = "44444444-4444-4444-8444-44444444444${each.key == "a" ? 1 : 2}"
}

module "m" {
  source   = "./m"
  for_each = toset(["a", "b"])
}

output "as_is" {
  value = terraform_data.as_is.id
}
