//! Limits: depth of calls, steps, memory, size of functions; interruptions; sessions.

mod support;

use sox_diagnostics::SourceMap;
use sox_lang::{Session, Unit};
use sox_runtime::{Config, Engine, Fault, Limit};
use support::{World, compiled, fails, in_session, plain, prints, prints_under, stressed};

#[test]
fn two_hundred_thousand_frames() {
    prints_under(
        plain(),
        &[],
        "fn f(n) { return n == 0 ? 0 : 1 + f(n - 1) } print f(199990)",
        "199990",
    );
    prints_under(
        plain(),
        &[],
        "class A { m(n, a, b) { var c = [a, b] if n > 0 { return this.m(n - 1, b, c[0]) + 1 } return a } }
         print A().m(199990, 1, 2)",
        "199991",
    );
}

#[test]
fn overflow_is_an_error_with_a_bounded_trace() {
    let text = "fn f(n) {\nreturn f(n + 1) + 1\n}\nfn start() {\nf(0)\n}\nstart()";
    let mut world = World::new(plain());
    assert!(matches!(world.run(compiled(text, &[])), Err(Fault::Thrown)));
    let (kind, message, trace) = world.error();
    assert_eq!((&*kind, &*message), ("StackOverflow", "Stack overflow."));
    assert_eq!(trace.len(), 64);
    assert!(trace[..62].iter().all(|frame| frame == "f:2"));
    assert_eq!(trace[62..], ["start:5", "script:7"]);
    prints_under(
        plain(),
        &[],
        "var n = 0 fn f() { n += 1 f() } for var i = 0; i < 3; i += 1 { n = 0 \
         try { f() } catch (e) { print n > 100000 and n < 210000 } }",
        "true true true",
    );
}

#[test]
fn a_small_limit_of_frames_is_kept() {
    let few = Config { max_frames: 50, ..plain() };
    let text = "fn f(n) { return n == 0 ? 0 : 1 + f(n - 1) } print f(40) \
                try { f(60) } catch (e) { print e.kind }";
    prints_under(few, &[], text, "40 StackOverflow");
    let more = Config { max_frames: 2_000, ..plain() };
    let text = "fn f(n) { return n == 0 ? 0 : 1 + f(n - 1) } print f(1900) \
                try { f(2500) } catch (e) { print e.kind }";
    prints_under(more, &[], text, "1900 StackOverflow");
}

#[test]
fn natives_that_call_back_overflow_cleanly() {
    prints(
        "var n = 0 fn f() { n += 1 twice(f) } try { f() } catch (e) { print e.message } print n > 20",
        "Stack overflow. true",
    );
    prints(
        "class A { toString() { return \"\" + this } } try { print A() } catch (e) { print e.kind }",
        "StackOverflow",
    );
}

#[test]
fn steps_are_counted_alike() {
    for config in [plain(), stressed()] {
        let limited = |steps| Config { max_steps: Some(steps), ..config.clone() };
        let text = "fn f(n) { for var i = 0; i < n; i += 1 { } } f(5) print steps()";
        // The script, f, five turns.
        prints_under(limited(100), &[], text, "7");
        let text = "class A { init() { } toString() { return \"a\" } } fn f() { return A() } \
                    foreach var v in [1, 2] { f() } \"\" + A() half(2) print steps()";
        // The script, two turns with f and init each, init, toString.
        prints_under(limited(100), &[], text, "9");
        let mut world = World::new(limited(1_000));
        let text = "try { while true { } } catch (e) { print e } finally { print 1 }";
        let fault = world.run(compiled(text, &[])).unwrap_err();
        assert!(matches!(fault, Fault::Limit(Limit::Steps(1_000))), "{fault:?}");
        assert_eq!(world.printed(), "");
    }
}

#[test]
fn memory_is_limited() {
    let little = Config { max_memory: Some(64 << 20), ..plain() };
    let mut world = World::new(little.clone());
    let text = "var a = [] while true { try { push(a, [1, 2, 3]) } catch (e) { print e } }";
    assert!(matches!(world.run(compiled(text, &[])), Err(Fault::Limit(Limit::Memory(_)))));
    let text = "fn f() { for var i = 0; i < 300000; i += 1 { var a = [i, i, i, i] } } f() print 1";
    prints_under(little, &[], text, "1");
}

#[test]
fn interruption_ends_the_run() {
    let mut world = World::new(plain());
    let handle = world.iso.interrupt_handle();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(30));
        handle.interrupt();
    });
    let fault = world.run(compiled("while true { }", &[])).unwrap_err();
    assert!(matches!(fault, Fault::Limit(Limit::Interrupted)));
    thread.join().unwrap();
    world.run(compiled("print 1", &[])).unwrap();
    assert_eq!(world.printed(), "1\n");
}

#[test]
fn large_functions_work() {
    // Many locals: calls far from the base, frames beyond the red zone.
    for count in [100, 1_000, 40_000] {
        let mut text = String::from("fn g(x) { if x == 0 { throw \"z\" } return x }\nfn f(n) {\n");
        for local in 0..count {
            text += &format!("var v{local} = {local}\n");
        }
        text += "if n > 0 { return f(n - 1) + v1 }\n";
        text += "class A { init(x) { this.x = x } m(y) { return this.x + g(y) } }\n";
        text += "var a = A(g(5))\nvar s = a.m(7) + \"${v3}\"\n";
        text += "try { a.m(0) } catch (e) { s += e }\n";
        text += "return s\n}\nprint f(3)\n";
        prints_under(plain(), &[], &text, "123z111");
        prints_under(stressed(), &[], &text, "123z111");
    }
}

#[test]
fn long_jumps_work() {
    let mut text = String::from(
        "fn f(n, m) { var s = 0 for var i = 0; i < n; i += 1 { if i > m { s += 1 } else {\n",
    );
    for _ in 0..12_000 {
        text += "s = s + n * m - m * n\n";
    }
    text += "} if i == m { s += 100 } } return s }\nprint f(5, 2)";
    prints_under(plain(), &[], &text, "102");
}

#[test]
fn many_constants_and_wide_calls_work() {
    let args: Vec<String> = (0..255).map(|arg| format!("a{arg}")).collect();
    let values: Vec<String> = (0..255).map(|arg| arg.to_string()).collect();
    let text = format!(
        "fn f({}) {{ return a0 + a254 }} print f({})\n\
         class A {{ init({}) {{ this.s = a1 + a254 }} }} print A({}).s",
        args.join(", "),
        values.join(", "),
        args.join(", "),
        values.join(", ")
    );
    prints(&text, "254 255");
}

#[test]
fn deep_expressions_work() {
    let text = format!("var x = 1 print {}x{}", "(1 + ".repeat(500), ")".repeat(500));
    prints(&text, "501");
    let text = format!("fn f(x) {{ return x }} print {}1{}", "f(1 + ".repeat(300), ")".repeat(300));
    prints(&text, "301");
    fails("var a = [1,\n[2,\nnil()]]", "Can only call functions and classes.", &["script:3"]);
}

#[test]
fn many_operands_keep_what_they_were() {
    for count in [20, 94, 96, 98, 100, 150, 200, 310] {
        let deep = |last: &str| format!("{}{last}{}", "v - (".repeat(count), ")".repeat(count));
        let (set, called) = (deep("v = v + 1"), deep("f(v = v + 1, n) - n"));
        let text = format!(
            "fn f(v, n) {{ return v + n }} fn g(v, n, a) {{ var b = {set} var c = {called} \
             v = 3 a[0] += v - {set} a[v - 4] *= v > 3 ? {called} : 0 return [v, b, c, a[0]] }} \
             print g(3, 5, [10])"
        );
        prints_under(plain(), &[], &text, "[5,4,5,55]");
        prints_under(stressed(), &[], &text, "[5,4,5,55]");
    }
}

#[test]
fn sessions_share_globals() {
    for config in [plain(), stressed()] {
        let mut world = World::new(config);
        let (mut session, mut sources) = (Session::default(), SourceMap::default());
        let modules = [("m", "print \"m\" return 7")];
        let mut last = None;
        for text in [
            "var x = 1 fn f() { return x }",
            "x = 2 print f()",
            "fn g() { return f() + x } print g()",
            "f = fn() { return 10 } print g() import \"m\"",
            "print m + g()",
            "nil()",
            "print x",
        ] {
            let module = in_session(&mut session, &mut sources, text, Unit::ReplEntry, &modules);
            let unit = match last {
                None => world.vm.load(&mut world.iso, module),
                Some(before) => world.vm.extend(&mut world.iso, before, module),
            };
            let unit = unit.unwrap();
            let outcome = world.vm.run_entry(&mut world.iso, unit);
            assert_eq!(outcome.is_err(), text == "nil()", "{text}");
            last = Some(unit);
        }
        assert_eq!(world.printed(), "2\n4\n12\nm\n19\n2\n");
    }
}

#[test]
fn functions_are_called_from_outside() {
    for config in [plain(), stressed()] {
        let mut world = World::new(config);
        let text = "fn a() { return \"a\" + 1 }\nfn b() {\nthrow 2 }\nclass C { init() { this.x = 1 } }\n\
                    var d = half\nvar n = 3";
        let unit = world.run(compiled(text, &[])).unwrap();
        world.iso.stack().truncate(0);
        let mut globals = std::collections::HashMap::new();
        for (number, global) in world.vm.module(unit).globals.iter().enumerate() {
            globals.insert(world.vm.module(unit).name(global.name).to_owned(), number as u32);
        }
        world.call(unit, globals["a"]).unwrap();
        assert_eq!(world.iso.stack().pop().as_str().unwrap().text(), "a1");
        assert!(matches!(world.call(unit, globals["b"]), Err(Fault::Thrown)));
        assert_eq!(world.error().2, ["b:3"]);
        world.call(unit, globals["C"]).unwrap();
        world.iso.stack().truncate(0);
        assert!(matches!(world.call(unit, globals["d"]), Err(Fault::Thrown)));
        assert_eq!(world.error().1, "Expected 1 arguments but got 0.");
        assert!(matches!(world.call(unit, globals["n"]), Err(Fault::Thrown)));
        assert!(world.error().2.is_empty());
        assert!(world.iso.stack().is_empty());
        assert!(world.vm.trace(&world.iso).is_empty());
    }
}
