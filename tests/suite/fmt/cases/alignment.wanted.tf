resource "a" "b" {
  name      = "x"
  long_name = "y" # one
  n         = 1   // two

  other = 2
  list = [
    1,
    2,
  ]
  after = 3
  one   = { a = 1, bb = 2 }
}
