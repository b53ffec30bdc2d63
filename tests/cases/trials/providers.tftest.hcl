provider "terraform" {
}
provider "terraform" {
  alias = "x"
}
provider "other" {}
run "one" {
  providers = { terraform = terraform.x }
}
