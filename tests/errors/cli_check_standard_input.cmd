check -
print (1
