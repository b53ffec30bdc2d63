provider "terraform" {
  alias = "x"
}
run "one" {
  providers = { terraform = terraform.y }
}
