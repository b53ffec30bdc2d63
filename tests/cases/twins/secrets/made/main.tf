variable "secret" {
  default   = "hush"
  sensitive = true
}

variable "passing" {
  type      = string
  default   = "gone"
  ephemeral = true
}

variable "pair" {
  type      = object({ user = string, password = string })
  default   = { user = "u", password = "p" }
  sensitive = true
}

module "part" {
  source = "./part"
  token  = var.secret
  open   = { a = "1" }
}

resource "terraform_data" "whole" {
  input            = var.secret
  triggers_replace = [var.pair.user, "open"]
}

resource "terraform_data" "nested" {
  input = {
    list  = ["open", var.secret, { deep = var.pair }]
    map   = tomap({ a = "x", b = var.secret })
    set   = toset(["x", var.secret])
    text  = "open-${var.pair.user}"
    plain = nonsensitive(var.secret)
    null  = sensitive(null)
  }
}

resource "terraform_data" "after" {
  input = terraform_data.nested.output
}

output "whole" {
  value     = terraform_data.whole.output
  sensitive = true
}

output "declared" {
  value     = "only declared"
  sensitive = true
}

output "nested" {
  value     = { a = terraform_data.nested.input.list, b = 1 }
  sensitive = true
}

output "open" {
  value = module.part.open
}

output "turning" {
  value = "open"
}
