resource "terraform_data" "stubborn" {
  input            = "1"
  triggers_replace = "1"
  lifecycle {
    create_before_destroy = true
  }
}
