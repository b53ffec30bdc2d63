locals {
  more = [
    1,
    var.nope,
  ]
}
