a = var.x
b = "${var.x}y"
c = f("${x}")
d = "${a}${b}"
e = (a +
b)
f = (
  a
)
g = x
h = ["${x}"]
i = { k = "${x}" }
