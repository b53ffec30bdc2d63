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
