a=1+2*3-4/5%6
b=-1
c=a-1
d=a- -1
e=(-1)
f=[-1,-2]
g=!a&&!b||c
h=a==b?c:d
i=a<=b
j=f(-1,a...)
k=a.b.c[0].d[*].e
l=a[-1]
m=[for x in[1]:x if x!=2]
n={for k,v in m:k=>v...}
o=provider::x::y(1)
p = a?-1:-2
q = x % -3
