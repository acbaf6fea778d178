//! Errors of the lexer and the parser: E0001 to E0029.

super::table! {
UNEXPECTED_CHARACTER = "E0001", "unexpected character", "\
This character begins no token of Sox. Often it is an operator of another language, or a quotation
mark that a word processor made curly.

```sox
if true && false { print 1 }
```

Sox spells the logical operators as words:

```sox
if true and false { print 1 }
```
";
UNTERMINATED_STRING = "E0002", "unterminated string", "\
A string runs to the end of the file, because its closing `\"` is missing. The caret is at its
beginning. Strings may span lines, so the end of a line does not end them.

```sox
print \"hello
```

Close it, and write a quotation mark inside a string as `\\\"`:

```sox
print \"hello\"
print \"she said \\\"yes\\\"\"
```
";
UNTERMINATED_COMMENT = "E0003", "unterminated comment", "\
A `/*` comment runs to the end of the file. Comments of this kind nest: each `/*` inside needs a
`*/` of its own.

```sox
/* outer /* inner */ still outer
```

```sox
/* outer /* inner */ still outer */
```
";
UNTERMINATED_INTERPOLATION = "E0004", "unterminated interpolation", "\
A `${` in a string has no `}`, so the rest of the file was read as the expression in it.

```sox
print \"sum: ${1 + 2
```

Close the braces, then the string. For a literal dollar before a brace write `\\$`:

```sox
print \"sum: ${1 + 2}\"
print \"\\${not an interpolation}\"
```
";
BAD_ESCAPE = "E0005", "invalid escape", "\
A backslash in a string begins an escape: `\\n` newline, `\\t` tab, `\\r` carriage return, `\\0` NUL,
`\\\\`, `\\\"`, `\\'`, `\\$`, `\\xHH` and `\\u{H…}` the character with that code point.

```sox
print \"C:\\qemu\"
```

A backslash that is meant literally is doubled:

```sox
print \"C:\\\\qemu\"
print \"\\x41 \\u{1F600}\"
```
";
BAD_NUMBER = "E0006", "invalid number", "\
A number has a form that Sox does not know: letters after the digits, an exponent without digits, a
digit that its base does not have, or a `_` at the end.

```sox
print 0b102
```

```sox
print [12, 1.5, 2e-3, 0xff, 0b101, 1_000_000]
```
";
EXPECT_EXPRESSION = "E0007", "expected an expression", "\
A value should stand here: a number, a string, a name, a call, something in parentheses …

```sox
var x = ;
```

```sox
var x = 1;
var y
```

A table or array in braces may not stand where the body of an `if`, `while`, `for` or `switch` could
begin: there it needs parentheses.

```sox
var t = nil
if t == ({}) { print \"empty\" }
```
";
EXPECT_TOKEN = "E0008", "expected something else", "\
The grammar asks for a certain word or sign here, and something else stands there. The message says
what is missing; if it closes something, a second label shows what it should close.

```sox
print (1 + 2
print 3
```

```sox
print (1 + 2)
print 3
```
";
EXPECT_NAME = "E0009", "expected a name", "\
A name should stand here: of a variable, a function, a parameter, a property. Keywords are no names,
except after a `.` and as keys of tables.

```sox
var while = 1
```

```sox
var loops = 1
var t = {while: 1}
print t.while
```
";
INVALID_TARGET = "E0010", "invalid assignment target", "\
Only a variable, a field and an element can be assigned. What stands left of `=` is something else.

```sox
1 + 2 = 3
```

To compare, write `==`:

```sox
print 1 + 2 == 3
```
";
DECLARATION_AS_BODY = "E0011", "declaration as a body", "\
The body of `if`, `else`, `while` or `for` may be any statement, but a declaration there would be
gone at once. It needs a block, which says how long the name lives.

```sox
if true var x = 1
```

```sox
if true { var x = 1  print x }
```
";
TOO_MANY_ARGUMENTS = "E0012", "too many parameters or arguments", "\
A function has at most 255 parameters, and a call at most 255 arguments. Pass an array instead.

```sox
fn f(a0,a1,a2,a3,a4,a5,a6,a7,a8,a9,b0,b1,b2,b3,b4,b5,b6,b7,b8,b9,c0,c1,c2,c3,c4,c5,c6,c7,c8,c9,
d0,d1,d2,d3,d4,d5,d6,d7,d8,d9,e0,e1,e2,e3,e4,e5,e6,e7,e8,e9,f0,f1,f2,f3,f4,f5,f6,f7,f8,f9,
g0,g1,g2,g3,g4,g5,g6,g7,g8,g9,h0,h1,h2,h3,h4,h5,h6,h7,h8,h9,i0,i1,i2,i3,i4,i5,i6,i7,i8,i9,
j0,j1,j2,j3,j4,j5,j6,j7,j8,j9,k0,k1,k2,k3,k4,k5,k6,k7,k8,k9,l0,l1,l2,l3,l4,l5,l6,l7,l8,l9,
m0,m1,m2,m3,m4,m5,m6,m7,m8,m9,n0,n1,n2,n3,n4,n5,n6,n7,n8,n9,o0,o1,o2,o3,o4,o5,o6,o7,o8,o9,
p0,p1,p2,p3,p4,p5,p6,p7,p8,p9,q0,q1,q2,q3,q4,q5,q6,q7,q8,q9,r0,r1,r2,r3,r4,r5,r6,r7,r8,r9,
s0,s1,s2,s3,s4,s5,s6,s7,s8,s9,t0,t1,t2,t3,t4,t5,t6,t7,t8,t9,u0,u1,u2,u3,u4,u5,u6,u7,u8,u9,
v0,v1,v2,v3,v4,v5,v6,v7,v8,v9,w0,w1,w2,w3,w4,w5,w6,w7,w8,w9,x0,x1,x2,x3,x4,x5,x6,x7,x8,x9,
y0,y1,y2,y3,y4,y5,y6,y7,y8,y9,z0,z1,z2,z3,z4,z5) {}
```

```sox
fn f(values) { return len(values) }
```
";
NESTED_TOO_DEEPLY = "E0013", "nested too deeply", "\
Brackets, blocks, functions and the like nest at most 1,000 levels deep, and one expression is at
most 10,000 operations high. This is far beyond what people write; generated code may meet it.

```text
((((((((… more than 1,000 of them …))))))))
```

Give names to parts of the expression, or build it in a loop.
";
MISSPELT_KEYWORD = "E0014", "misspelt keyword", "\
This word begins a statement but is neither a keyword nor used like a variable. It looks like a
misspelt keyword, or like the keyword of another language.

```sox
funtion add(a, b) { return a + b }
```

```sox
fn add(a, b) { return a + b }
```
";
RESERVED_WORD = "E0015", "reserved word", "\
`extern` is reserved for declaring C functions and has no meaning in this version.

```sox
extern \"libm.so.6\" fn cos(x: f64): f64
```

Other names are free:

```sox
var external = 1
```
";
BAD_ATTRIBUTE = "E0016", "misplaced or unknown attribute", "\
`#[test]` and `#[bench]` mark a function at the top level of a file for `sox test` and `sox bench`.
They stand directly before its `fn`.

```sox
#[test] var x = 1
```

```sox
#[test] fn Adds(t) { assert(1 + 1 == 2) }
```
";
DEFAULT_ORDER = "E0017", "parameter without a default after one with a default", "\
Arguments are given in order, so once a parameter may be left out, all after it may be too.

```sox
fn f(a = 1, b) { return a + b }
```

```sox
fn f(a, b = 1) { return a + b }
```
";
VALUE_COUNT = "E0018", "as many values as names", "\
A declaration of several variables needs one value for each, or none at all.

```sox
var a, b = 1, 2, 3
```

```sox
var a, b = 1, 2
var c, d
```
";
TRY_ALONE = "E0019", "try without catch or finally", "\
A `try` block alone would do nothing: it needs a `catch`, a `finally`, or both.

```sox
try { print 1 }
```

```sox
try { print 1 } catch (e) { print e }
try { print 1 } finally { print 2 }
```
";
SWITCH_ARM = "E0020", "wrong part of a switch", "\
A `switch` holds `case` parts and at most one `default`, each with a block in braces. A `case` without
a block shares that of the next one.

```sox
switch 1 { default { } default { } }
```

```sox
switch 1 { case 1 case 2 { print \"few\" } default { print \"many\" } }
```
";
LITERAL_ENTRY = "E0021", "keys and items mixed", "\
Braces hold either a table (`name: value`, `\"text\": value`, `[expression]: value`) or an array
(values only). Other keys stand in brackets.

```sox
var t = {1: \"one\"}
```

```sox
var t = {[1]: \"one\", two: 2, \"three\": 3}
var a = {1, 2, 3}
```
";
UNKNOWN_OPERATOR = "E0022", "operator of another language", "\
`++` and `--` do not exist in Sox.

```sox
var i = 1
i++
```

```sox
var i = 1
i += 1
```
";
CLASS_MEMBER = "E0023", "not a method", "\
The body of a class holds methods only, each a name with parameters and a block. Fields come to life
when they are assigned, usually in `init`.

```sox
class Point { var x = 0 }
```

```sox
class Point { init() { this.x = 0 } }
```
";
}
