//! Warnings: W0001 on.

super::table! {
UNKNOWN_NAME = "W0001", "unknown name", "\
Nothing declares this name: no variable in reach, no name of the file, no builtin. Reading it at run
time is the error `Undefined variable`.

```sox
var counter = 1
fn next() { return conuter + 1 }
```

```sox
var counter = 1
fn next() { return counter + 1 }
```
";
REDECLARED_GLOBAL = "W0002", "name of the file declared again", "\
Two declarations at the top level have the same name. The second one replaces the first when it runs,
also for functions that were written before it.

```sox
fn greet() { print \"hello\" }
fn greet() { print \"good day\" }
```

```sox
fn greet() { print \"hello\" }
fn greetFormally() { print \"good day\" }
```
";
IMPLICIT_DECLARATION = "W0003", "declared by assignment", "\
At the top level of a script, assigning an unknown name declares it. That may be a misspelling, and
inside functions and blocks it is an error at run time. `var` says what is meant.

```sox
total = 5
```

```sox
var total = 5
```
";
LEADING_MINUS = "W0004", "minus at the beginning of a line", "\
An operator at the beginning of a line continues the line before. For most operators that is the only
meaning, but a `-` could also have been meant to begin a statement of its own.

```sox
var x = 10
  - 3
```

Write the operator at the end of the line, or end the line before with `;`:

```sox
var x = 10 -
  3
```
";
UNREACHABLE = "W0005", "unreachable code", "\
The statement before always leaves the block, so this one never runs.

```sox
fn f() {
    return 1
    print 2
}
```

```sox
fn f() {
    print 2
    return 1
}
```
";
}
