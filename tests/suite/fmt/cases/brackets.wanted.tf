a = [{
  b = 1
  }, {
  c = 2
}]
d = f({
  e = [
    1
  ]
})
g = ((
  h
))
i {
  j = [
    for k in l :
    k
  ]
}
