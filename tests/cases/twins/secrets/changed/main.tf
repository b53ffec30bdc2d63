variable "secret" {
  default   = "hush2"
  sensitive = true
}

variable "pair" {
  type      = object({ user = string, password = string })
  default   = { user = "u2", password = "p" }
  sensitive = true
}

module "part" {
  source = "./part"
  token  = "t"
  open   = { a = var.secret }
}

resource "terraform_data" "whole" {
  input            = "open"
  triggers_replace = [var.pair.user, "open"]
}

resource "terraform_data" "nested" {
  input = {
    list = ["open", "hush", { deep = var.pair }]
    map  = tomap({ a = "x", b = var.secret })
    set  = toset(["x", "y"])
    text = "open-u"
  }
}

resource "terraform_data" "after" {
  input = terraform_data.nested.output
}

output "whole" {
  value     = terraform_data.whole.output
  sensitive = true
}

output "nested" {
  value     = { a = terraform_data.nested.input.list, b = 2 }
  sensitive = true
}

output "open" {
  value     = module.part.open
  sensitive = true
}

output "turning" {
  value     = "open"
  sensitive = true
}
