resource "terraform_data" "source" {
  input = { a = "1", b = ["x", "y"] }
}

locals {
  picked = terraform_data.source.output.b[0]
  twice  = "${local.picked}-${local.picked}"
}

module "one" {
  source = "./mid"
  in     = terraform_data.source.output.a
}

module "many" {
  source = "./leaf"
  count  = 2
  in     = local.twice
  other  = module.one.id
}

resource "terraform_data" "user" {
  count = length(terraform_data.source.input.b)
  input = [module.one.leaf["k"].whole.id, module.many[*].id, module.many[0].deep.list[0]]
}

resource "terraform_data" "by_key" {
  for_each         = toset(["a", "b"])
  input            = lookup(terraform_data.source.output, each.key, null)
  triggers_replace = [module.many[1].id]
  depends_on       = [terraform_data.user, local.twice]
}

resource "terraform_data" "still" {
  input = "nothing here"
}

resource "terraform_data" "triggered" {
  input = "x"
  lifecycle {
    replace_triggered_by = [terraform_data.source.input]
  }
}

output "one" {
  value = module.one
}

output "user" {
  value = terraform_data.user[0].output
}

output "still" {
  value = terraform_data.still.id
}

output "keyed" {
  value = { for key, it in terraform_data.by_key : key => it.output }
}
