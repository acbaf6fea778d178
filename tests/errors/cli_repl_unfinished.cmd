repl
fn f() {
  return 1
