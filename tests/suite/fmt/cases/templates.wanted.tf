a = "a${b}c%{if d}e%{else}f%{endif}"
b = "$${x} %%{y} \"q\" ${"n${m}"}"
c = { a = 1 }
d = [1, 2][0]
f = "%{for x in y}${x}%{endfor}"
