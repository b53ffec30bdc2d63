é="ü"
a="日本語" # wide
bb="x" # y
