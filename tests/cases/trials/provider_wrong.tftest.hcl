provider "terraform" {
  nope = 3
}
run "one" {
}
