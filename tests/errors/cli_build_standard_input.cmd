build -
print 1
