poh repl
Set a to 5
a plus 1
Repeat 2 times
  Write a
End
Write nope
Wrte 5
Set a to "text"
a
Make f with n Return n plus n
f(a)
