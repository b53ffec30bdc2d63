terraform {
  required_version = ">= 1.5"
}

variable "given" {
  type     = string
  nullable = false
}

variable "typed" {
  type    = map(list(number))
  default = { a = [1, 2.50] }
}

variable "nothing" {
  type    = string
  default = null
}

variable "secret" {
  type      = object({ password = string })
  default   = { password = "hush" }
  sensitive = true
}

variable "passing" {
  type      = string
  default   = "gone"
  ephemeral = true
}

variable "untyped" {
  default = {}
}

locals {
  one  = 1
  list = ["a", "b"]
}

module "called" {
  source     = "./sub"
  count      = 1 + local.one
  name       = "n-${count.index}"
  depends_on = [terraform_data.plain, module.keyed]
}

module "keyed" {
  source   = "./sub"
  for_each = toset(local.list)
  name     = each.key
  list     = [{ a = each.value, b = local.one }]
}

module "constant" {
  source = "./sub"
  name   = "constant"
}

resource "terraform_data" "plain" {
  input = "constant"

  provisioner "local-exec" {
    command     = "true ${self.id}"
    interpreter = ["/bin/sh", "-c"]
    environment = { A = var.given, B = "b" }
  }

  provisioner "local-exec" {
    when       = destroy
    command    = "true"
    on_failure = continue
  }
}

resource "terraform_data" "counted" {
  count = 2
  input = {
    heredoc  = <<-EOT
      one ${count.index}
      two
    EOT
    cond     = var.given == "x" ? local.one : length(local.list)
    splat    = terraform_data.plain[*].id
    index    = local.list[count.index]
    attr     = terraform_data.plain.output
    key      = var.typed["a"][0]
    paren    = (1 + 2) * 3
    tmpl     = "%{if var.given == "y"}yes%{else}no%{endif}"
    forobj   = { for k, v in var.typed : k => v... if length(v) > 0 }
    nul      = null
    neg      = -local.one
    not      = !true
    path     = path.module
    ws       = terraform.workspace
    same     = [var.given, var.given]
    fn       = upper("x")
    fns      = join(",", concat(local.list, ["c"]))
    constobj = { a = 1, "b c" = [true, null, "x"] }
  }
  triggers_replace = [terraform_data.plain]
}

resource "terraform_data" "each" {
  for_each = { for item in local.list : item => upper(item) }
  input    = "${each.key}=${each.value}"
  provider = terraform

  lifecycle {
    create_before_destroy = true
    prevent_destroy       = false
    ignore_changes        = [input]
    replace_triggered_by  = [terraform_data.counted[0]]
  }
}

resource "terraform_data" "empty" {
}

output "keyed" {
  value      = module.keyed["a"].it.output.name
  depends_on = [module.called]
}

output "const" {
  value = 5
}

output "sensitive" {
  value     = var.secret
  sensitive = true
}

output "partly" {
  value = { a = var.typed, n = var.nothing }
}
