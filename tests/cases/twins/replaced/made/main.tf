resource "terraform_data" "source" {
  input            = "1"
  triggers_replace = "1"
}

resource "terraform_data" "first" {
  input            = terraform_data.source.id
  triggers_replace = ["1", { a = "x" }]
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
  input            = "1"
  triggers_replace = "1"
  lifecycle {
    ignore_changes = all
  }
}

resource "terraform_data" "shrinking" {
  count = 3
  input = count.index
}

resource "terraform_data" "keyed" {
  for_each = toset(["a", "b"])
  input    = each.key
}

resource "terraform_data" "turning" {
  input = 1
}

resource "terraform_data" "unturning" {
  count = 1
  input = 1
}

output "first" {
  value = terraform_data.first.id
}
