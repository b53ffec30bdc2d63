resource "terraform_data" "stubborn" {
  input            = "1"
  triggers_replace = "2"
  lifecycle {
    create_before_destroy = true
  }
  provisioner "local-exec" {
    command = "exit 3"
  }
}
