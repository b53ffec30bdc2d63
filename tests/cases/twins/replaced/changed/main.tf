resource "terraform_data" "source" {
  input            = "2"
  triggers_replace = "2"
}

resource "terraform_data" "first" {
  input            = terraform_data.source.id
  triggers_replace = ["1", { a = "y" }]
  lifecycle {
    create_before_destroy = true
  }
}

resource "terraform_data" "counted" {
  count            = 2
  triggers_replace = terraform_data.source.output
}

resource "terraform_data" "triggered" {
  input = "t"
  lifecycle {
    replace_triggered_by = [terraform_data.source]
  }
}

resource "terraform_data" "ignoring" {
  input            = "2"
  triggers_replace = "2"
  lifecycle {
    ignore_changes = all
  }
}

resource "terraform_data" "shrinking" {
  count = 1
  input = count.index
}

resource "terraform_data" "keyed" {
  for_each = toset(["b", "c"])
  input    = each.key
}

resource "terraform_data" "turning" {
  for_each = { x = 1 }
  input    = each.value
}

resource "terraform_data" "unturning" {
  input = 1
}

output "first" {
  value = terraform_data.first.id
}
