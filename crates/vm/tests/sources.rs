//! Source text in, output out: every instruction, with and without collections at every safepoint.

mod support;

use support::{fails, prints, prints_with};

#[test]
fn operators() {
    prints("print 7 - 2 * 3 / 4 % 5", "5.5");
    prints("print -(1 + 2) print !nil print !0", "-3 true false");
    prints("print 1 < 2 print 2 <= 1 print \"b\" > \"a\" print 1 >= 1", "true false true true");
    prints("print 1 == 1 print \"a\" != \"a\" print nil == false", "true false false");
    prints("var nan = 0 / 0 print nan < 1 print nan >= 1 print nan == nan", "false false false");
    prints("print \"a\" + 1 + nil print 1 + 2 + \"b\"", "a1nil 3b");
    prints("print nil or 2 print 1 or x print nil and x print 1 and 2", "2 1 nil 2");
    prints("print true ? 1 : x print false ? x : 2", "1 2");
    prints("var x = 3 x += 1 x *= 5 x -= 2 x /= 2 x %= 5 print x", "4");
    fails("print 1 + nil", "Operands must be two numbers or involve a string.", &["script:1"]);
    fails("var a = 1\nprint a\n * nil", "Operands must be numbers.", &["script:3"]);
    fails("print -\"a\"", "Operand must be a number.", &["script:1"]);
    fails("print 1 < \"a\"", "Operands must be numbers.", &["script:1"]);
}

#[test]
fn operators_on_locals_and_constants() {
    prints(
        "fn f(a, b) { return [a + b, a - b, a * b, a / b, a % b, -a, a + 2, a - 2, a * 2, a / 2, \
         a % 2, 2 + a, 2 - a, 2 * a, 2 / a, 2 % a] }
         print f(6, 4)",
        "[10,2,24,1.5,2,-6,8,4,12,3,0,8,-4,12,0.3333333333333333,2]",
    );
    prints(
        "fn f(a, b) { return [a < b, a <= b, a > b, a >= b, a == b, a != b, a < 3, a <= 3, a > 3, \
         a >= 3, a == 3, a != 3, 3 < a, 3 <= a, 3 > a, 3 >= a, 3 == a, 3 != a] }
         print f(3, 3) print f(2, 4) print f(0 / 0, 3)
         print f(0 / 0, 3) == f",
        "[false,true,false,true,true,false,false,true,false,true,true,false,false,true,false,true,\
         true,false] [true,true,false,false,false,true,true,true,false,false,false,true,false,\
         false,true,true,false,true] [false,false,false,false,false,true,false,false,false,false,\
         false,true,false,false,false,false,false,true] false",
    );
    prints("fn f(a) { return [\"x\" + a, a + \"x\", 1 + a] } print f(\"s\")", "[xs,sx,1s]");
    prints(
        "fn f(a, b) { return a == b } print f(\"a\" + \"b\", \"ab\") print f(nil, nil) \
            print f(true, false) print f(-0, 0) print f([], [])",
        "true true false true false",
    );
    prints(
        "fn f(a) { return [a == nil, a != nil, a == true, a == 1, nil == a] } print f(nil) \
            print f(1) print f(true)",
        "[true,false,false,false,true] [false,true,false,true,false] [false,true,true,false,false]",
    );
    prints(
        "fn f(a) { return [a - a, a / a * 0, -(0 / 0), 0 / 0 + a, 0 % 0] } print f(1 / 0)",
        "[nan,nan,nan,nan,nan]",
    );
}

#[test]
fn arithmetic_errors_name_their_place() {
    for (text, message) in [
        ("a + b", "Operands must be two numbers or involve a string."),
        ("a + 1", "Operands must be two numbers or involve a string."),
        ("1 + a", "Operands must be two numbers or involve a string."),
        ("a - b", "Operands must be numbers."),
        ("a - 1", "Operands must be numbers."),
        ("1 - a", "Operands must be numbers."),
        ("a * 2", "Operands must be numbers."),
        ("2 * a", "Operands must be numbers."),
        ("a / 2", "Operands must be numbers."),
        ("2 / a", "Operands must be numbers."),
        ("a % 2", "Operands must be numbers."),
        ("2 % a", "Operands must be numbers."),
        ("a < b", "Operands must be numbers."),
        ("a < 1", "Operands must be numbers."),
        ("1 >= a", "Operands must be numbers."),
        ("-a", "Operand must be a number."),
        ("a()", "Can only call functions and classes."),
        ("a.b", "Only instances and tables have properties."),
        ("a.b()", "Only instances and tables have properties."),
        ("a.b = 1", "Only instances and tables have fields."),
    ] {
        fails(
            &format!("fn f(a, b) {{\nvar c = 1\nreturn {text}\n}}\n\nf(nil, nil)"),
            message,
            &["f:3", "script:6"],
        );
        let caught = format!(
            "fn f(a, b) {{\nvar c = 1\ntry {{ c = {text} }} catch (e) {{ return [c, e.line] }}\n}}\n\
             print f(nil, nil)"
        );
        prints(&caught, "[1,3]");
    }
    for text in ["if a < b { }", "while a < b { }", "if a < 1 { }", "while !(a >= 1) { }"] {
        fails(
            &format!("fn f(a, b) {{\n\n{text}\n}}\nf(nil, nil)"),
            "Operands must be numbers.",
            &["f:3", "script:5"],
        );
    }
    fails(
        "fn f(n) {\nfor var i = 0; i < n; i += 1 {\nif i == 3 { n = nil }\n}\n}\nf(9)",
        "Operands must be numbers.",
        &["f:2", "script:6"],
    );
    fails(
        "fn f(n) {\nfor var i = 0; i < n;\ni += 1 {\nif i == 3 { i = nil }\n}\n}\nf(9)",
        "Operands must be two numbers or involve a string.",
        &["f:3", "script:7"],
    );
}

#[test]
fn jumps_on_every_comparison() {
    let ops = ["<", "<=", ">", ">=", "==", "!="];
    for (index, op) in ops.iter().enumerate() {
        let text = format!(
            "fn f(a, b) {{ var s = \"\"
                if a {op} b {{ s += 1 }} else {{ s += 0 }}
                if !(a {op} b) {{ s += 1 }} else {{ s += 0 }}
                if a {op} 2 {{ s += 1 }} else {{ s += 0 }}
                if !(a {op} 2) {{ s += 1 }} else {{ s += 0 }}
                if 2 {op} b {{ s += 1 }} else {{ s += 0 }}
                return s }}
             print f(1, 2) print f(2, 2) print f(3, 2) print f(0 / 0, 2) print f(\"a\", \"b\") == 1"
        );
        let expect = |a: f64, b: f64| {
            let test = |x: f64, y: f64| match index {
                0 => x < y,
                1 => x <= y,
                2 => x > y,
                3 => x >= y,
                4 => x == y,
                _ => x != y,
            };
            [test(a, b), !test(a, b), test(a, 2.0), !test(a, 2.0), test(2.0, b)]
                .map(|truth| if truth { "1" } else { "0" })
                .concat()
        };
        let numbers = [1.0, 2.0, 3.0, f64::NAN].map(|a| expect(a, 2.0)).join(" ");
        let mut text = text;
        let expected = if index < 4 {
            text = text.replace(" print f(\"a\", \"b\") == 1", "");
            numbers
        } else {
            numbers + " false"
        };
        prints(&text, &expected);
    }
    prints(
        "fn f(a, b) { if a < b { return 1 } return 2 } print f(\"a\", \"b\") print f(\"b\", \"a\")",
        "1 2",
    );
    prints(
        "fn f(a, b) { return a < b and b < 9 or a == 7 ? \"y\" : \"n\" } \
            print f(1, 2) print f(7, 3) print f(1, 10)",
        "y y n",
    );
}

#[test]
fn loops_of_every_kind() {
    prints(
        "fn f(n) { var s = 0 for var i = 0; i < n; i += 1 { s += i } return s } print f(5)",
        "10",
    );
    prints(
        "fn f(n) { var s = 0 for var i = 0; i <= 5; i = i + 2 { s += i } return s } print f(5)",
        "6",
    );
    prints(
        "fn f(n) { var s = 0 for var i = n; i > 0; i -= 1 { s += i } return s } print f(5)",
        "15",
    );
    prints(
        "fn f(n) { var s = 0 for var i = n; i >= n - n; i -= 1 { s += i } return s } print f(4)",
        "10",
    );
    prints(
        "fn f(n) { var s = 0 for var i = n; n - n < i; i -= 1 { s += i } return s } print f(4)",
        "10",
    );
    prints(
        "fn f(n) { var i = 0 while true { i += 1 if i == n { break } continue } return i } \
            print f(7)",
        "7",
    );
    prints("fn f(n) { var i = 0 while !(i == n) { i += 1 } return i } print f(7)", "7");
    prints(
        "fn f(n) { var i = 0 while i < n and i != 4 { i += 1 } return i } print f(7) print f(2)",
        "4 2",
    );
    prints(
        "fn f(n) { var i = 0 while i < n or i < 4 { i += 1 } return i } print f(7) print f(2)",
        "7 4",
    );
    prints(
        "fn f(n) { for var i = 0; i < n; i += 1 { if i == 2 { continue } print i } } f(4)",
        "0 1 3",
    );
    prints("fn f(n) { var i = n for ; i < n; { } return i } print f(4)", "4");
    prints(
        "fn f(a) { var s = \"\" for var i = \"\"; i < a; i = i + \"x\" { s += i + \"|\" } return s } \
            print f(\"xxx\")",
        "|x|xx|",
    );
    prints(
        "fn f() { var fs = [] for var i = 0; i < 3; i += 1 { push(fs, fn() { return i }) } \
            return fs[0]() + fs[2]() } print f()",
        "6",
    );
    prints("fn f() { var i = 10 for var j = 0; j < 3; j += 1 { i = j } return i } print f()", "2");
    prints(
        "fn f(n) { var k = 0 for var i = 0; i < n; i += 0.1 { k += 1 } return k } print f(1)",
        "11",
    );
    prints("var s = 0 for var i = 0; i < 4; i += 1 { s += i } print s", "6");
    prints("var i = 0 while i < 3 { i += 1 } print i", "3");
}

#[test]
fn foreach_walks_all_kinds() {
    prints("foreach var i, v in [5, 6] { print i + v }", "5 7");
    prints("fn f(a) { var s = 0 foreach var v in a { s += v } return s } print f([1, 2, 3])", "6");
    prints(
        "fn f(a) { foreach var k, v in a { print k + v } } f({a: 1, \"b\": \"x\"}) f(\"hé\")",
        "a1 bx 0h 1é",
    );
    prints("fn f(a) { for x in a { print x if x < 3 { push(a, x + 1) } } } f([1])", "1 2 3");
    prints(
        "fn f(a) { var fs = [] foreach var i, v in a { push(fs, fn() { i += 1 v += i return v }) } \
            return [fs[0](), fs[0](), fs[1]()] } print f([10, 20])",
        "[11,13,22]",
    );
    prints(
        "fn f() { foreach var i, i2 in [1] { foreach var j, j2 in [i2] { return j2 } } } print f()",
        "1",
    );
    prints(
        "fn f(a) { foreach var k, v in a { if v == 2 { continue } if v == 4 { break } print v } } \
            f([1, 2, 3, 4, 5])",
        "1 3",
    );
    fails(
        "fn f(x) {\n\nforeach var v in x { } }\nf(1)",
        "Only arrays, strings and tables can be iterated.",
        &["f:3", "script:4"],
    );
}

#[test]
fn variables() {
    prints("fn f() { var a = 1 var b = a a = 2 return [a, b] } print f()", "[2,1]");
    prints("fn f(x) { var y = x x = x + 1 return x * 10 + y } print f(1)", "21");
    prints("fn f(x) { return [x, x = 5, x] } print f(1)", "[1,5,5]");
    prints("fn f(x) { return x + (x = 5) + x } print f(1)", "11");
    prints("fn f(x, y) { x = y = x + y return [x, y] } print f(1, 2)", "[3,3]");
    prints("fn f(x) { var g = fn() { x += 1 return x } g() g() return x } print f(1)", "3");
    prints(
        "fn f(x) { var g = fn() { return fn() { x += 1 return x } } return g()() + x } print f(1)",
        "4",
    );
    prints("fn f(x) { var y = 3 return fn() { return [x, y] } } print f(1)()", "[1,3]");
    prints(
        "fn f(x) { var y = x var g = fn() { return fn() { return x + y } } return g()() } print f(4)",
        "8",
    );
    prints("var g = 1 fn f() { var a = g g = 2 return a * 10 + g } print f() print f()", "12 22");
    prints(
        "var g = 1 fn h() { g = 5 return 1 } fn f() { return g + h() + g } print f() print f()",
        "7 11",
    );
    prints(
        "fn f() { return later } try { f() } catch (e) { print e.message } var later = 3 print f()",
        "Undefined variable 'later'. 3",
    );
    prints(
        "fn f() { return g(1) } fn g(x) { return x + 1 } print f() g = fn(x) { return x - 1 } \
            print f() print f()",
        "2 0 0",
    );
    fails("fn f() {\nnope = 1\n}\nf()", "Undefined variable 'nope'.", &["f:2", "script:4"]);
    fails("fn f() {\nreturn nope\n}\nf()", "Undefined variable 'nope'.", &["f:2", "script:4"]);
    fails(
        "fn f() {\nlater = 1\n}\nf()\nvar later",
        "Undefined variable 'later'.",
        &["f:2", "script:4"],
    );
    fails("print 1\nprint missing", "Undefined variable 'missing'.", &["script:2"]);
}

#[test]
fn evaluation_goes_from_left_to_right() {
    let show = "fn s(x) { print x return x }\n";
    prints(&format!("{show}s(1) + s(2) * s(3)"), "1 2 3");
    prints(&format!("{show}fn f() {{ return s }} f()(s(1))"), "1 1");
    prints(&format!("{show}var t = {{}} t[s(\"a\")] = s(2) print t.a"), "a 2 2");
    prints(&format!("{show}var a = [s(1), s(2)] a[s(0)] += s(5) print a"), "1 2 0 5 [6,2]");
    prints(
        "fn g() { f = nil return 1 } fn f(x) { return x } fn t() { return f(g()) } print t()",
        "1",
    );
    prints("var o = {} fn t(o, m) { return o.m(o.m = fn(x) { return 2 }) } print t(o, 1)", "2");
    fails(
        "fn t() {\nreturn undef(\nprint_it())\n}\nfn print_it() { print 1 }\nt()",
        "Undefined variable 'undef'.",
        &["t:2", "script:6"],
    );
}

#[test]
fn calls_of_every_callee() {
    prints(
        "fn f(a, b, c) { return [a, b, c] } print f(1, 2, 3) var g = f print g(4, 5, 6)",
        "[1,2,3] [4,5,6]",
    );
    prints("fn f(g, x) { return g(x) } print f(fn(x) { return x * 2 }, 4) print f(half, 4)", "8 2");
    prints(
        "fn f(c) { return c ? half : fn(x) { return x } } print f(true)(8) print f(false)(8)",
        "4 8",
    );
    prints("print half(half(8)) print twice(fn() { print 1 return 2 })", "2 1 1 2");
    prints(
        "class A { } print A() fn f(C) { return C() } print f(A) class B { init() { print 1 } } \
            f(B) f(A) f(B)",
        "<instance: A> <instance: A> 1 1",
    );
    prints(
        "class A { init(x, y) { this.s = x + y } } fn f(a, b) { return A(a, b).s } print f(1, 2) \
            print f(\"a\", 2)",
        "3 a2",
    );
    prints(
        "class A { init(x) { this.x = x } m(y, z) { return [this.x, y, z] } } \
            fn f(g) { return g(1, 2) } var m = A(0).m print m(1, 2) print f(m) print f(A(5).m)",
        "[0,1,2] [0,1,2] [5,1,2]",
    );
    prints(
        "var a = [1, 2] var l = a.length print l() print a.length() var d = a.add d(3) d(4, 5) \
            print a",
        "2 2 [1,2,3,4,5]",
    );
    prints(
        "fn f(a) { return a.length() } print f([1]) print f([]) class L { length() { return 7 } } \
            print f(L()) print f([1, 2]) print f({length: fn() { return 9 }})",
        "1 0 7 2 9",
    );
    fails("fn f(a) {\nreturn a\n}\n\nf()", "Expected 1 arguments but got 0.", &["script:5"]);
    fails("class A { init(a) { } }\nA()", "Expected 1 arguments but got 0.", &["script:2"]);
    fails("class A { }\n\nA(1)", "Expected 0 arguments but got 1.", &["script:3"]);
    fails(
        "class A { m(a, b) { } }\nfn f() {\nA().m(1)\n}\nf()",
        "Expected 2 arguments but got 1.",
        &["f:3", "script:5"],
    );
    fails("half()", "Expected 1 arguments but got 0.", &["script:1"]);
    fails("[].add()", "Expected 1 to 2 arguments but got 0.", &["script:1"]);
    fails("fn f(x) {\n\nreturn half(x) }\nf(\"a\")", "half of what?", &["f:3", "script:4"]);
    fails("fn f() {\nthrow 1 }\ntwice(f)", "1", &["f:2", "script:3"]);
    fails("3()", "Can only call functions and classes.", &["script:1"]);
    fails("var t = {}\nt.p()", "Undefined property 'p'.", &["script:2"]);
}

#[test]
fn defaults() {
    prints(
        "fn f(a, b = a + 1, c = b * 2) { return [a, b, c] } print f(1) print f(1, 5) print f(1, 5, 6)",
        "[1,2,4] [1,5,10] [1,5,6]",
    );
    prints(
        "class A { init(x = 3) { this.x = x } m(y = this.x) { return y } } print A().m() \
            print A(4).m() print A().m(9)",
        "3 4 9",
    );
    prints("fn f(a = 1, b = fn() { return a }) { a = 5 return b() } print f() print f(2)", "5 5");
    prints(
        "fn f(g) { return g() } print f(fn(x = 4) { return x }) print f(fn() { return 5 })",
        "4 5",
    );
    prints(
        "fn f(x = nil) { return x == nil } print f() print f(nil) print f(1)",
        "true true false",
    );
    fails("fn f(a, b = 1, c = 2) { }\nf()", "Expected 1 to 3 arguments but got 0.", &["script:2"]);
    fails(
        "fn f(a, b = 1, c = 2) { }\nf(1, 2, 3, 4)",
        "Expected 1 to 3 arguments but got 4.",
        &["script:2"],
    );
    fails("fn f(a,\nb = -nil) { }\nf(1)", "Operand must be a number.", &["f:2", "script:3"]);
}

#[test]
fn classes_and_members() {
    prints(
        "class A { init() { this.x = 1 } get() { return this.x } set(v) { this.x = v return this } } \
            var a = A() print a.get() print a.set(5).get() a.y = 2 print a.x + a.y",
        "1 5 7",
    );
    prints(
        "class A { m() { return \"A\" } n() { return this.m() } } \
            class B < A { m() { return \"B\" + super.m() } } print B().n() print A().n()",
        "BA A",
    );
    prints(
        "class A { init(x) { this.x = x } } class B < A { init(x, y) { super.init(x) this.y = y } } \
            fn f(i) { return B(i, 2) } print f(1).x + f(2).y",
        "3",
    );
    prints(
        "class A { m() { return 1 } } class B < A { m() { var f = super.m return f() + 1 } } \
            print B().m()",
        "2",
    );
    prints(
        "class A { m(a, b) { return a + b } } class B < A { m(a) { return super.m(a, 10) } } \
            fn f(o) { return o.m(1) } print f(B()) print f(B())",
        "11 11",
    );
    prints(
        "class A { } var a = A() a.f = fn(x) { return x } print a.f(3) a.f = half print a.f(8)",
        "3 4",
    );
    prints(
        "class A { f() { return 1 } } fn c(a) { return a.f() } var a = A() print c(a) print c(a) \
            a.f = fn() { return 2 } print c(a) print c(A())",
        "1 1 2 1",
    );
    prints(
        "var t = {a: 1} t.b = t.a + 1 print t.b t.f = fn(x) { return x * 2 } print t.f(4) print t.no",
        "2 8 nil",
    );
    prints(
        "fn g(o) { return o.x } class A { init() { this.x = 1 } } \
            class B { init() { this.y = 0 this.x = 2 } } print g(A()) print g(B()) print g(A()) \
            print g({x: 3}) print g({})",
        "1 2 1 3 nil",
    );
    prints(
        "class A { } fn s(o, v) { o.p = v o.q = v o.r = v o.s = v o.t = v return o.t } \
            print s(A(), 1) print s(A(), 2) print s({}, 3) var a = A() s(a, 4) print s(a, 5) print a.p",
        "1 2 3 5 5",
    );
    prints(
        "class A { toString() { return \"<A>\" } } print A() print \"x\" + A() print \"${A()}!${1}\" \
            print [A()]",
        "<A> x<A> <A>!1 [<A>]",
    );
    prints(
        "class A { } class B < A { } fn f() { class L < B { m() { return 4 } } return L().m() } \
            print f()",
        "4",
    );
    fails("var B = 1\nclass A < B { }", "Superclass must be a class.", &["script:2"]);
    fails("class A { }\nA().no", "Undefined property 'no'.", &["script:2"]);
    fails(
        "class A { m() { } }\nclass B < A { m() {\nreturn super.no() } }\nB().m()",
        "Undefined property 'no'.",
        &["m:3", "script:4"],
    );
    fails("class A { toString() { throw \"t\" } }\nprint A()", "t", &["toString:1", "script:2"]);
}

#[test]
fn containers() {
    prints(
        "var a = [1, 2, 3] print a[1] a[1] = 5 print a[0:1] print a[1:] print a[:1] print a[:]",
        "2 [1,5] [5,3] [1,5] [1,5,3]",
    );
    prints(
        "fn f(a, i) { a[i] += 10 return a[i] } print f([1, 2], 1) print f({x: 1}, \"x\")",
        "12 11",
    );
    prints("fn f(a) { return a[1.5] } print f([1, 2])", "2");
    prints(
        "print [] print {} print {a: 1, [1 + 1]: 2, \"c d\": [3]}",
        "[] <table>{} <table>{{\"a\":1},{2:2},{\"c d\":[3]}}",
    );
    prints(
        "fn f(x) { return [x, [x, x + 1], {k: [x]}] } print f(1)",
        "[1,[1,2],<table>{{\"k\":[1]}}]",
    );
    prints("fn f(s) { return s[1] + s[0:1] } print f(\"héj\")", "éhé");
    prints("fn f(a, x) { var y = a[0] = x return y + a[0] } print f([0], 4)", "8");
    fails("var a = [1]\nprint a[1]", "Index out of bounds. index=(1) count=(1)", &["script:2"]);
    fails("var a = [1]\na[-1] = 2", "Index out of bounds. index=(-1) count=(1)", &["script:2"]);
    let items: Vec<String> = (0..600).map(|item| item.to_string()).collect();
    prints(&format!("print [{}]", items.join(", ")), &format!("[{}]", items.join(",")));
    let entries: Vec<String> = (0..300).map(|item| format!("k{item}: {item}")).collect();
    prints(&format!("var t = {{{}}} print t.k299 + t.k0", entries.join(", ")), "299");
}

#[test]
fn strings_grow() {
    prints("var s = \"\" for var i = 0; i < 5; i += 1 { s = s + i } print s", "01234");
    prints(
        "fn f(n) { var s = \"\" for var i = 0; i < n; i += 1 { s += \"ab\" } return s } \
            print f(3) print f(300) == f(300)",
        "ababab true",
    );
    prints("print \"${1 + 1} and ${\"in ${nil}\"}\"", "2 and in nil");
}

#[test]
fn errors_are_caught_in_all_positions() {
    prints("try { throw 1 } catch (e) { print e }", "1");
    prints(
        "try { nil() } catch (e) { print e.message print e.kind print e.line }",
        "Can only call functions and classes. TypeError 1",
    );
    prints("fn f() { try { return 1 } finally { print 2 } } print f()", "2 1");
    prints(
        "fn f() { try { throw 1 } catch (e) { return e + 1 } finally { print 3 } } print f()",
        "3 2",
    );
    prints("fn f() { try { throw 1 } finally { return 4 } } print f()", "4");
    prints(
        "fn f() { for var i = 0; i < 3; i += 1 { try { if i == 1 { continue } print i } \
            finally { print \"f\" } } } f()",
        "0 f f 2 f",
    );
    prints(
        "fn f() { try { try { throw 1 } finally { print 2 } } catch (e) { print e } } f()",
        "2 1",
    );
    prints(
        "fn f() { try { try { throw 1 } catch (e) { throw e + 1 } } catch (e) { print e } } f()",
        "2",
    );
    prints(
        "fn g() { throw [1] } fn f(x) { var a = x try { a = g() } catch (e) { return [a, e] } } \
            print f(7)",
        "[7,[1]]",
    );
    prints(
        "fn g(x) { throw x } print [1, 2, fn() { try { g(3) } catch (e) { return e } }()]",
        "[1,2,3]",
    );
    prints("class A { init() { throw 5 } } try { A() } catch (e) { print e }", "5");
    prints(
        "class A { toString() { throw 6 } } try { print A() } catch (e) { print e } \
            try { var x = \"\" + A() } catch (e) { print e } try { print \"${A()}\" } catch (e) { print e }",
        "6 6 6",
    );
    prints("try { twice(fn() { throw 7 }) } catch (e) { print e }", "7");
    prints("try { half(nil) } catch (e) { print e.message }", "half of what?");
    prints(
        "fn f(n) { if n == 0 { throw \"deep\" } f(n - 1) } try { f(50) } catch (e) { print e }",
        "deep",
    );
    prints(
        "try { assert(false, \"m\" + 1) } catch (e) { print e.message } \
            try { assert(1 == 2) } catch (e) { print e.message } assert(true, nil())",
        "Assertion failed: m1 Assertion failed.",
    );
    prints(
        "fn f() { var e1 try { nil.x } catch (e) { e1 = e } \
            try { throw e1 } catch (e) { return e == e1 } } print f()",
        "true",
    );
    fails(
        "fn g() {\nthrow 1\n}\nfn f() {\ntry { g() } finally { print 1 }\n}\nf()",
        "1",
        &["g:2", "f:5", "script:7"],
    );
    fails(
        "fn f() {\ntry {\nnil()\n} catch (e) {\nthrow e\n}\n}\nf()",
        "Can only call functions and classes.",
        &["f:3", "script:8"],
    );
    fails("assert(false,\n\"why\")", "Assertion failed: why", &["script:1"]);
}

#[test]
fn defers_run_at_every_exit() {
    prints("fn f() { defer { print 1 } defer { print 2 } return 3 } print f()", "2 1 3");
    prints("fn f() { defer { print 1 } throw 2 } try { f() } catch (e) { print e }", "1 2");
    prints(
        "fn f() { defer { throw 3 } defer { print 1 } throw 2 } try { f() } catch (e) { print e }",
        "1 3",
    );
    prints("defer { print \"end\" } print \"start\"", "start end");
    prints("fn f(n) { for var i = 0; i < n; i += 1 { defer { print i } } } f(2)", "2 2");
}

#[test]
fn modules_run_once() {
    let modules = [
        ("a", "print \"in a\" var x = 1 fn f() { x += 1 return x }"),
        ("b", "import \"a\" return a.f() + 10"),
        ("c", "import \"d\""),
        ("d", "import \"c\""),
        ("bad", "var y = 1 throw \"bad\""),
    ];
    prints_with(&modules, "import \"a\" import \"b\" print b print a.f() print a.x", "in a 12 3 1");
    prints_with(&modules, "fn f() { import \"a\" return a.f() } print f() print f()", "in a 2 3");
    prints_with(
        &modules,
        "try { import \"c\" } catch (e) { print e.message print e.kind }",
        "Circular import: c -> d -> c ImportError",
    );
    prints_with(
        &modules,
        "fn g() { import \"c\" } try { g() } catch (e) { } \
            try { g() } catch (e) { print e.message }",
        "Circular import: c -> d -> c",
    );
    prints_with(
        &modules,
        "fn g() { import \"bad\" } try { g() } catch (e) { print e } \
            try { g() } catch (e) { print e }",
        "bad bad",
    );
    prints_with(
        &[("std/l", "return {each: fn(f) { return f() }, t: fn(f) { return twice(f) }}")],
        "import l \"std/l\"\ntry {\nl.t(fn() {\nnil() }) } catch (e) { print e.trace }",
        "[anonymous:4,script:3]",
    );
}

#[test]
fn methods_of_natives_see_collections() {
    prints(
        "fn f() { var a = [] for var i = 0; i < 3; i += 1 { a.add([i], \"x\" + i) collect() } \
            return a } print f()",
        "[[0],x0,[1],x1,[2],x2]",
    );
    prints(
        "fn mk(i) { return fn() { return i } } fn call(f) { return f() } \
            var s = 0 for var i = 0; i < 50; i += 1 { s += call(mk(i)) collect() } print s",
        "1225",
    );
    prints(
        "fn mk(i) { class K { init() { this.i = i } get() { return this.i } } return K } \
            fn use(K) { return K().get() } var s = 0 for var i = 0; i < 20; i += 1 { s += use(mk(i)) \
            collect() } print s",
        "190",
    );
}
