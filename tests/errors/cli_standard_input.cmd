- one
fn f() { return argc + nil }
f()
