//! Source text in, output out: every kind of statement and expression.

mod support;

use sox_diagnostics::{SourceId, SourceMap};
use sox_lang::{Host, ImportError, Imported, Session, Unit};
use sox_program::Program;
use sox_runtime::{Args, Config, Cx, Fault, Isolate, NativeFn, NativeInfo, Value};
use support::{World, config, on_thread};

/// Answers imports from a list of names and texts.
struct Modules<'a>(&'a [(&'a str, &'a str)]);

impl Host for Modules<'_> {
    fn is_builtin(&self, name: &str) -> bool {
        BUILTINS.contains(&name)
    }

    fn builtin_names(&self) -> Vec<String> {
        BUILTINS.map(String::from).to_vec()
    }

    fn import(
        &mut self,
        sources: &mut SourceMap,
        _importer: SourceId,
        path: &str,
    ) -> Result<Imported, ImportError> {
        let key = path.to_owned();
        let known = sources.files().find(|(_, file)| *file.name == *path).map(|(id, _)| id);
        let source = known.unwrap_or_else(|| {
            let (_, text) = self.0.iter().find(|(name, _)| *name == path).expect("a listed module");
            sources.add(path, *text)
        });
        Ok(Imported { key, source, library: false })
    }
}

const BUILTINS: [&str; 2] = ["half", "twice"];

/// `half(x)`, a leaf.
fn half<'h>(iso: &'h Isolate, args: Args) -> Result<Value<'h>, Fault> {
    match args.get(iso, 0).and_then(Value::as_number) {
        Some(number) => Ok(Value::number(number / 2.0)),
        None => Err(Fault::type_error("half of what?")),
    }
}

/// `twice(f)` calls `f` two times and gives what the second call gave.
fn twice(cx: &mut Cx<'_>, args: Args) -> Result<(), Fault> {
    let callee = cx.iso.stack().get(args.first);
    cx.iso.stack().push(callee);
    cx.call(0)?;
    cx.iso.stack().truncate(args.first + args.count);
    let callee = cx.iso.stack().get(args.first);
    cx.iso.stack().push(callee);
    cx.call(0)
}

fn install(iso: &mut Isolate) {
    let rows = [
        NativeInfo {
            name: "half".into(),
            required: 1,
            params: 1,
            run: NativeFn::Leaf(half),
            intrinsic: None,
        },
        NativeInfo {
            name: "twice".into(),
            required: 1,
            params: 1,
            run: NativeFn::Calling(twice),
            intrinsic: None,
        },
    ];
    for row in rows {
        let name = row.name.clone();
        let native = iso.register_native(row);
        let index = iso.stack().len();
        iso.stack().push(iso.native(native).into());
        iso.define_builtin(&name, index);
        iso.stack().truncate(index);
    }
}

fn lower(text: &str, modules: &[(&str, &str)], sources: &mut SourceMap) -> Program {
    let entry = sources.add("test.sox", text);
    let outcome = Session::default().lower(sources, entry, Unit::Script, &mut Modules(modules));
    outcome.program.unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics))
}

fn world(config: Config) -> World {
    let mut world = World::new(config);
    install(&mut world.iso);
    world
}

/// Runs a script with these modules to import, and compares what it prints, line ends being blanks.
#[track_caller]
fn prints_under(config: Config, modules: &[(&str, &str)], text: &str, expected: &str) {
    let mut sources = SourceMap::default();
    let program = lower(text, modules, &mut sources);
    let mut world = world(config);
    if world.run(program, &sources).is_err() {
        panic!("after {:?}: {:?}", world.printed(), world.error());
    }
    assert_eq!(world.printed().trim_end().replace('\n', " "), expected);
}

#[track_caller]
fn prints_with(modules: &[(&str, &str)], text: &str, expected: &str) {
    prints_under(config(), modules, text, expected);
}

#[track_caller]
fn prints(text: &str, expected: &str) {
    prints_with(&[], text, expected);
}

/// Runs a script that ends with an error of this message and trace.
#[track_caller]
fn fails(text: &str, message: &str, trace: &[&str]) {
    let mut sources = SourceMap::default();
    let program = lower(text, &[], &mut sources);
    let mut world = world(config());
    let fault = world.run(program, &sources).expect_err("the script fails");
    assert!(matches!(fault, Fault::Thrown), "{fault:?}");
    let error = world.error();
    assert_eq!((&*error.1, error.2), (message, trace.iter().map(|&s| s.to_owned()).collect()));
}

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
fn evaluation_goes_from_left_to_right() {
    let show = "fn s(x) { print x return x }\n";
    prints(&format!("{show} print s(1) + s(2) * s(3)"), "1 2 3 7");
    prints(&format!("{show} var t = {{}} t[s(1)] = s(2) print t"), "1 2 <table>{{1:2}}");
    prints(
        &format!(
            "{show} fn f(a, b) {{ return fn(c) {{ return a + b + c }} }} print f(s(1), s(2))(s(3))"
        ),
        "1 2 3 6",
    );
    prints(&format!("{show} var t = {{a: s(1), [s(\"b\")]: s(2)}}"), "1 b 2");
    prints(&format!("{show} print \"${{s(1)}}-${{s(2)}}\""), "1 2 1-2");
}

#[test]
fn the_object_of_a_compound_assignment_is_evaluated_once() {
    let get = "fn get(x) { print \"once\" return x }\n";
    prints(&format!("{get} var t = {{n: 1}} get(t).n += 2 print t.n"), "once 3");
    prints(&format!("{get} var a = [1, 2] get(a)[get(1)] *= 4 print a"), "once once [1,8]");
    prints("var t = {n: 1} print t.n -= 5", "-4");
}

#[test]
fn tables_arrays_and_slices() {
    prints("var a = [1, [2], nil] a[0] = \"x\" print a print a[1][0]", "[x,[2],nil] 2");
    prints("var t = {a: 1, b: 2, a: 3} t.c = 4 print t", "<table>{{\"a\":3},{\"b\":2},{\"c\":4}}");
    prints("print {}.missing print {a: 1}[nil]", "nil nil");
    prints(
        "var a = [1, 2, 3] print a[0:1] print a[:1] print a[1:] print a[:]",
        "[1,2] [1,2] [2,3] [1,2,3]",
    );
    prints("print \"hello\"[1:2] print \"hello\"[4]", "el o");
    prints("var t = {f: fn(x) { return x + 1 }} print t.f(1)", "2");
    fails("var a = [1]\nprint a[3]", "Index out of bounds. index=(3) count=(1)", &["script:2"]);
    fails("var t = {}\nt.f()", "Undefined property 'f'.", &["script:2"]);
    fails("var x = 1\nx.y = 2", "Only instances and tables have fields.", &["script:2"]);
    fails("var x = nil print x.y", "Only instances and tables have properties.", &["script:1"]);
}

#[test]
fn variables_and_scopes() {
    prints("var a = 1 { var a = 2 print a } print a", "2 1");
    prints("var a, b = 1, 2 print a + b", "3");
    prints("fn f() { var x if true { x = 1 } return x } print f()", "1");
    prints("var f { var n = 0 f = fn() { n += 1 return n } } f() print f()", "2");
    prints("fn later() { return x } var x = 5 print later()", "5");
    fails(
        "fn early() { return x }\nearly()\nvar x = 5",
        "Undefined variable 'x'.",
        &["early:1", "script:2"],
    );
    fails("fn f() { nothing = 1 }\nf()", "Undefined variable 'nothing'.", &["f:1", "script:2"]);
}

#[test]
fn conditions_and_switch() {
    let choose = "fn f(x) { if x == 1 { return \"one\" } else if x == 2 { return \"two\" } else { return \"many\" } }\n";
    prints(&format!("{choose} print f(1) print f(2) print f(3)"), "one two many");
    let switch = "fn f(x) { switch x { case 1 { return \"a\" } case 2 case 3 { return \"b\" } default { return \"c\" } } }\n";
    prints(&format!("{switch} print f(1) print f(2) print f(3) print f(4)"), "a b b c");
    prints("switch 9 { case 1 { print 1 } } print \"on\"", "on");
}

#[test]
fn loops() {
    prints("var i = 0 while i < 3 { i += 1 if i == 2 { continue } print i }", "1 3");
    prints("for var i = 0; i < 9; i += 1 { if i == 3 { break } print i }", "0 1 2");
    prints("foreach var i, x in [5, 6] { print i print x }", "0 5 1 6");
    prints("for c in \"aé\" { print c }", "a é");
    prints("foreach var k, v in ({a: 1, b: 2}) { print k + v }", "a1 b2");
    prints("var t = {a: 1} for x in t { if x < 3 { t[x] = x + 1 } print x }", "1 2 3");
    prints(
        "fn f() { for x in [1, 2, 3] { for y in [x] { if y == 2 { return y } } } } print f()",
        "2",
    );
    prints("for x in [1, 2] { for y in [3, 4] { if y == 4 { break } print x * 10 + y } }", "13 23");
    fails("for x in 5 { }", "Only arrays, strings and tables can be iterated.", &["script:1"]);
}

#[test]
fn each_turn_has_its_own_variables() {
    prints(
        "var fs = {} for x in [1, 2] { fs[x] = fn() { x += 10 return x } } print fs[1]() print fs[2]()",
        "11 12",
    );
    prints(
        "var fs = {} for var i = 0; i < 2; i += 1 { fs[i] = fn() { return i } } print fs[0]()",
        "2",
    );
}

#[test]
fn functions() {
    prints("fn f(a, b = a + 1) { return a * b } print f(3) print f(3, 2)", "12 6");
    prints("fn f() { } print f() print f", "nil <fn f>");
    prints(
        "var f = fn(x) { return x } print f(1) print f print fn() { }",
        "1 <fn f> <fn anonymous>",
    );
    prints("fn fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) } print fib(12)", "144");
    prints("print half(5) print twice(fn() { return 3 })", "2.5 3");
    prints("var n = 0 print twice(fn() { n += 1 return n })", "2");
    fails("fn f(a) { }\n\nf()", "Expected 1 arguments but got 0.", &["script:3"]);
    fails("half()", "Expected 1 arguments but got 0.", &["script:1"]);
    fails("\nhalf(nil)", "half of what?", &["script:2"]);
    fails("nil()", "Can only call functions and classes.", &["script:1"]);
    fails("twice(fn() {\n return half(nil)\n})", "half of what?", &["anonymous:2", "script:1"]);
    fails("twice(fn(x) { })", "Expected 1 arguments but got 0.", &["script:1"]);
}

#[test]
fn classes() {
    let shapes = "
        class Shape { init(name) { this.name = name } describe() { return this.name + this.size() } size() { return 0 } }
        class Square < Shape {
            init(side) { super.init(\"square\") this.side = side }
            size() { return this.side * this.side }
            describe() { var above = super.describe return \"<\" + above() + \">\" }
        }\n";
    prints(&format!("{shapes} print Square(3).describe()"), "<square9>");
    prints(
        &format!("{shapes} var d = Square(2).describe print d() print d"),
        "<square4> <fn describe>",
    );
    prints(
        "class A { } var a = A() a.f = fn() { return 1 } print a.f() print a print A",
        "1 <instance: A> <class: A>",
    );
    prints(
        "class P { init(x) { this.x = x } toString() { return \"P\" + this.x } }
        print P(1) print \"a\" + P(2) print \"${P(3)}\" print [P(4)]",
        "P1 aP2 P3 [P4]",
    );
    prints(
        "class A { init(n) { if n { return } this.n = 1 } } print A(1) print A(nil).n",
        "<instance: A> 1",
    );
}

#[test]
fn class_errors() {
    fails("class A { }\nA(1)", "Expected 0 arguments but got 1.", &["script:2"]);
    fails("class A { m(x) { } }\nA().m()", "Expected 1 arguments but got 0.", &["script:2"]);
    fails("class A { }\nprint A().x", "Undefined property 'x'.", &["script:2"]);
    fails("var B = 1\nclass A < B { }", "Superclass must be a class.", &["script:2"]);
    fails(
        "class A { }\nclass B < A { m() {\n super.m() } }\nB().m()",
        "Undefined property 'm'.",
        &["m:3", "script:4"],
    );
    fails(
        "class P { toString() {\n return nil + 1 } }\nprint P()",
        "Operands must be two numbers or involve a string.",
        &["toString:2", "script:3"],
    );
}

#[test]
fn errors_are_thrown_and_caught() {
    prints("try { throw 5 print \"no\" } catch (e) { print e } print \"on\"", "5 on");
    prints(
        "try { nil() } catch (e) { print e.kind print e.message print e.line }",
        "TypeError Can only call functions and classes. 1",
    );
    prints("try { try { throw 1 } catch (e) { throw e + 1 } } catch (e) { print e }", "2");
    prints("try { throw 1 } catch { print \"caught\" }", "caught");
    prints("fn f() { try { return 1 } finally { print \"last\" } } print f()", "last 1");
    prints("fn f() { try { throw 1 } finally { return 2 } } print f()", "2");
    prints("for x in [1, 2] { try { continue } finally { print x } }", "1 2");
    prints("var f try { throw 1 } catch (e) { f = fn() { e += 1 return e } } f() print f()", "3");
    prints("try { try { nil() } finally { print 1 } } catch (e) { print e.trace }", "1 [script:1]");
    prints(
        "fn f() {\n nil()\n}\ntry {\n f() } catch (e) { try { throw e } catch (g) { print g.trace } }",
        "[f:2,script:5]",
    );
    fails("fn f() {\n throw 1\n}\nf()", "1", &["f:2", "script:4"]);
}

#[test]
fn assertions() {
    prints("assert(true, x) print 1", "1");
    fails("assert(1 == 2, \"no \" + 1)", "Assertion failed: no 1", &["script:1"]);
    prints(
        "try { assert(nil, [1]) } catch (e) { print e.kind print e.message }",
        "AssertionError Assertion failed: [1]",
    );
}

#[test]
fn defers() {
    prints(
        "fn f() { defer { print 1 } defer () { print 2 } print 3 return 4 } print f()",
        "3 2 1 4",
    );
    prints(
        "fn f() { for i in [1, 2] { defer { print i } } throw 9 } try { f() } catch (e) { print e }",
        "2 1 9",
    );
    prints("defer { print \"end\" } print \"top\"", "top end");
    prints("fn f() { var x = 1 defer { x = 2 } return x } print f()", "1");
    prints("fn f() { defer { throw 2 } throw 1 } try { f() } catch (e) { print e }", "2");
    prints(
        "fn f() { defer { try { throw 2 } catch (e) { print e } } throw 1 } try { f() } catch (e) { print e }",
        "2 1",
    );
    fails(
        "fn f() {\n\n defer {\n nil() }\n}\nf()",
        "Can only call functions and classes.",
        &["defer:4", "f:1", "script:6"],
    );
}

#[test]
fn modules_run_once() {
    let modules = [
        ("count", "print \"loading\" var n = 0 fn bump() { n += 1 return n }"),
        ("value", "return 42"),
        ("user", "import \"count\" return count.bump()"),
    ];
    prints_with(
        &modules,
        "import \"count\" import c \"count\" print count.bump() print c.bump()",
        "loading 1 2",
    );
    prints_with(&modules, "import \"value\" print value", "42");
    prints_with(
        &modules,
        "import \"user\" import \"count\" print user print count.bump()",
        "loading 1 2",
    );
    prints_with(&modules, "fn f() { import \"value\" return value } print f()", "42");
    prints_with(
        &modules,
        "import \"count\" print count",
        "loading <table>{{\"n\":0},{\"bump\":<fn bump>}}",
    );
}

#[test]
fn circular_imports_name_the_circle() {
    let modules = [("a", "import \"b\""), ("b", "import \"c\""), ("c", "import \"b\"")];
    prints_with(
        &modules,
        "try { import \"a\" } catch (e) { print e.kind print e.message print e.trace }",
        "ImportError Circular import: b -> c -> b [c:1,b:1,a:1,script:1]",
    );
}

#[test]
fn overflow_is_an_error_wherever_it_happens() {
    let scripts = [
        "fn f() { return f() + 1 } try { f() } catch (e) { print e.kind }",
        "class A { toString() { return \"\" + this } } try { print A() } catch (e) { print e.kind }",
        "fn f() { twice(f) } try { f() } catch (e) { print e.kind }",
        "fn f() { try { f() } finally { 1 < 2 } } try { f() } catch (e) { print e.kind }",
        "fn f() { defer { 1 < 2 } f() } try { f() } catch (e) { print e.kind }",
        "class A { init() { A() } } try { A() } catch (e) { print e.kind }",
    ];
    on_thread(80 << 20, move || {
        for script in scripts {
            let config = Config { gc_stress: false, ..config() };
            prints_under(config, &[], script, "StackOverflow");
        }
    });
}
