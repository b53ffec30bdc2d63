locals {
  é = "añ👩‍👩‍👧 ${upper(1, 2)}"
}
