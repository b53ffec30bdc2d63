variables {
  name = "x"
}
