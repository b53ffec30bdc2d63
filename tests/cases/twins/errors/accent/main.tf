locals {
  é = local.none
}
