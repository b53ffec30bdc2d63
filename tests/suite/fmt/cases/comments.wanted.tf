# first
a  = 1  # x
bb = 22 # yy
// alone
/* block
     comment */
c = /* inside */ 3
d = x /* behind */
e {
  # in a body
  f = 1 /* end */
}
