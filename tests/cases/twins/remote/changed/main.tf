data "terraform_remote_state" "far" {
  backend = "local"
  config = {
    path = "other.tfstate"
  }
}

resource "terraform_data" "near" {
  input            = "far"
  triggers_replace = 1
}

data "terraform_remote_state" "later" {
  backend = "local"
  config = {
    path = terraform_data.near.output == "far" ? "other.tfstate" : "none"
  }
}

data "terraform_remote_state" "behind" {
  backend    = "local"
  depends_on = [terraform_data.near]
  config = {
    path = "other.tfstate"
  }
  defaults = {
    more = "default"
  }
}

resource "terraform_data" "last" {
  for_each = toset(data.terraform_remote_state.far.outputs.list)
  input    = [upper(each.key), data.terraform_remote_state.later.outputs.name, data.terraform_remote_state.behind.outputs]
}

output "name" {
  value = data.terraform_remote_state.far.outputs.name
}

output "later" {
  value     = data.terraform_remote_state.later.outputs
  sensitive = true
}
