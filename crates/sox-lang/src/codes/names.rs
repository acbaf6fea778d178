//! Errors of the resolver: E0030 to E0049.

super::table! {
RETURN_OUTSIDE = "E0030", "return outside of a function", "\
A script has no caller to return to. (A module may return: that is its value.)

```sox
return 5
```

To end the process with a status, call `sysExit`:

```sox
sysExit(5)
```
";
RETURN_FROM_INIT = "E0031", "value returned from an initializer", "\
Calling a class gives the new instance, so `init` cannot return anything else. A bare `return` is
fine.

```sox
class A { init() { return 1 } }
```

```sox
class A { init(x) { if x == nil { return } this.x = x } }
```
";
BREAK_OUTSIDE = "E0032", "break outside of a loop", "\
`break` ends the loop around it, and there is none: a function inside a loop does not count, and a
`case` needs no `break`.

```sox
break
```

```sox
while true { break }
```
";
CONTINUE_OUTSIDE = "E0033", "continue outside of a loop", "\
`continue` begins the next turn of the loop around it, and there is none. A function inside a loop
does not count.

```sox
continue
```

```sox
for i in [1, 2] { if i == 1 { continue } print i }
```
";
THIS_OUTSIDE = "E0034", "this outside of a class", "\
`this` is the instance whose method is running. It has a meaning in methods and in functions inside
them.

```sox
fn f() { return this }
```

```sox
class A { me() { return this } }
```
";
SUPER_OUTSIDE = "E0035", "super outside of a class", "\
`super.name` is a method of the superclass of the class around it, and there is no class around it.

```sox
fn f() { return super.m() }
```

```sox
class A { m() { return 1 } }
class B < A { m() { return super.m() + 1 } }
```
";
SUPER_ALONE = "E0036", "super without a superclass", "\
The class around this `super` has no superclass.

```sox
class A { m() { return super.m() } }
```

```sox
class A { m() { return 1 } }
class B < A { m() { return super.m() + 1 } }
```
";
INHERITS_ITSELF = "E0037", "class inherits from itself", "\
A class can't be its own superclass.

```sox
class A < A { }
```

```sox
class Base { }
class A < Base { }
```
";
ALREADY_DECLARED = "E0038", "name declared twice", "\
Two variables of one scope have the same name. Parameters share the scope of their function's body.

```sox
{ var a = 1  var a = 2 }
```

Assign the variable, or use another name. An inner block may declare the name anew:

```sox
{ var a = 1  a = 2  { var a = 3  print a } }
```
";
OWN_INITIALIZER = "E0039", "variable read in its own initializer", "\
The variable has no value yet while its first value is computed. An outer variable of the same name is
hidden already. (A function in the initializer may mention it, since it runs later.)

```sox
{ var a = a }
```

```sox
var outer = 1
{ var a = outer  var again = fn(n) { if n > 0 { again(n - 1) } }  again(a) }
```
";
ASSIGN_CONSTANT = "E0040", "assignment to a constant", "\
A name declared with `const` keeps its value. What the value contains may change.

```sox
const limit = 10
limit = 11
```

```sox
const limits = [10]
limits[0] = 11
var changing = 10
changing = 11
```
";
TOO_MANY_LOCALS = "E0041", "too many local variables", "\
A function has at most 65,535 local variables at one time, and captures at most as many from the
functions around it.

```text
fn f() { var a0 = 0  var a1 = 1 … more than 65,535 of them … }
```

Put the values into an array or table.
";
REDECLARED_CONSTANT = "E0042", "constant declared again", "\
A constant of the file is declared a second time, which would change its value.

```sox
const limit = 10
var limit = 11
```

```sox
const limit = 10
const higherLimit = 11
```
";
LOCAL_ATTRIBUTE = "E0043", "attribute inside a block", "\
`#[test]` and `#[bench]` find functions at the top level of a file only; this one is local.

```sox
{ #[test] fn T(t) { } }
```

```sox
#[test] fn T(t) { }
```
";
FUNCTION_TOO_LARGE = "E0044", "function too large", "\
Bytecode has room for 65,535 local variables and intermediate values of a function, taken together.
Intermediate values are those that an expression keeps while it works on: in `a + (b + c)`, `a` is one
while `b + c` is computed. A program with such a function runs with `--engine ast`.

```text
fn f() { var a0 = 0  var a1 = 1 … 65,535 of them …  return a0 + (a1 + a2) }
```

Divide the function, or put the values into an array or table.
";
}
