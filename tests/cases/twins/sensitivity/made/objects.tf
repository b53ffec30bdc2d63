resource "terraform_data" "plain" {
  input = var.word
}

resource "terraform_data" "inside" {
  input = {
    list = ["open", var.word, [var.word]]
    map  = tomap({ a = var.word, b = "c" })
    set  = toset(["a", var.word])
    json = jsonencode({ a = var.word })
    text = "a\n${var.word}\n"
  }
}

resource "terraform_data" "ignored" {
  input = var.word
  lifecycle {
    ignore_changes = [input]
  }
}

resource "terraform_data" "counted" {
  count            = 2
  triggers_replace = [var.word, count.index]
}

# What follows the sensitivity of another object.
resource "terraform_data" "after" {
  input            = terraform_data.plain.input
  triggers_replace = "open"
}

resource "terraform_data" "triggered" {
  for_each = toset(["whole", "member"])
  lifecycle {
    replace_triggered_by = [terraform_data.inside.input.list]
  }
}

resource "terraform_data" "untouched" {
  lifecycle {
    replace_triggered_by = [terraform_data.inside.id]
  }
}

module "part" {
  source = "./part"
  word   = var.word
}
