resource "terraform_data" "said" {
  input = "x"
  provisioner "local-exec" {
    command = "echo one; echo two"
  }
  provisioner "local-exec" {
    command    = "echo late; exit 2"
    on_failure = continue
  }
  provisioner "local-exec" {
    when    = destroy
    command = "echo bye ${self.input}"
  }
}

resource "terraform_data" "quiet" {
  provisioner "local-exec" {
    command = "echo unseen"
    quiet   = true
  }
}

resource "terraform_data" "failing" {
  input = "f"
  provisioner "local-exec" {
    command = "echo before; exit 7"
  }
}

resource "terraform_data" "behind" {
  input = terraform_data.failing.id
}
