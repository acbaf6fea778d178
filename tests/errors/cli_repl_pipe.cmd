repl
1 + 2
var x = 5
x * y
nil.z
print "x" +
x
var = 1
throw "t"
x
