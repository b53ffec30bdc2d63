extra = 5
