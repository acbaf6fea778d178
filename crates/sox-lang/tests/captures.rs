//! Where captured variables live, and how captures chain.

mod support;
use support::dump;

fn assert_contains(text: &str, parts: &[&str]) {
    let dump = dump(text);
    for part in parts {
        assert!(dump.contains(part), "{part} is not in:\n{dump}");
    }
}

#[test]
fn a_variable_assigned_once_is_copied() {
    assert_contains(
        "{ var a = 1  var f = fn() { return a } }",
        &["(let a@0 1)", "fn 1 f Plain params 0..0 locals 0 (a from 0)", "(return a@^0)"],
    );
}

#[test]
fn a_variable_that_is_assigned_again_is_shared() {
    assert_contains(
        "{ var a = 1  var f = fn() { return a }  a = 2 }",
        &["(cell a@0 1)", "(a from [0])", "(return a@^[0])", "(= a@[0] 2)"],
    );
    assert_contains(
        "{ var a  var f = fn() { a += 1 } }",
        &["(cell a@0)", "(= a@^[0] (+ a@^[0] 1))"],
    );
}

#[test]
fn a_variable_that_nobody_captures_needs_no_cell() {
    assert_contains("{ var a = 1  a = 2 }", &["(let a@0 1)", "(= a@0 2)"]);
}

#[test]
fn a_local_function_that_mentions_itself_lives_in_a_cell() {
    assert_contains("{ fn f() { return f } }", &["(cell f@0)\n", "(= f@[0] (fn 1))", "f@^[0]"]);
    assert_contains("{ var f = fn() { return f } }", &["(cell f@0)\n", "(= f@[0] (fn 1))"]);
    assert_contains("{ fn f() {} f() }", &["(let f@0 (fn 1))"]);
    assert_contains(
        "{ var f, g = fn() { g() }, fn() { f() } }",
        &["(cell f@0)\n", "(cell g@1)\n", "(= f@[0] (fn 1))", "(= g@[1] (fn 2))"],
    );
}

#[test]
fn captures_chain_through_functions() {
    assert_contains(
        "fn a(x) { return fn() { return fn() { return x } } }",
        &["(x from 0)", "(x from ^0)"],
    );
    assert_contains(
        "fn a(x) { return fn() { return fn() { x = 1 } } }",
        &["(box x@0)", "(x from [0])", "(x from ^[0])"],
    );
}

#[test]
fn the_variable_of_a_for_loop_is_one_for_all_turns() {
    assert_contains(
        "for var i = 0; i < 3; i += 1 { defer { print i } }",
        &["(cell i@0 0)", "(while (< i@[0] 3))", "(step (= i@[0] (+ i@[0] 1)))", "(i from [0])"],
    );
}

#[test]
fn foreach_variables_are_fresh_each_turn() {
    assert_contains(
        "foreach var k, v in [1] { v = 2  defer { print k + v } }",
        &["(foreach 0 k@2 v@[3] (array 1)", "(k from 2) (v from [3])"],
    );
    assert_contains("for x in [1] { print x }", &["(foreach 0 _ x@2 (array 1)"]);
}

#[test]
fn methods_have_this_in_slot_0_and_functions_in_them_capture_it() {
    assert_contains(
        "class A { m(x) { return fn() { return this.y + x } } }",
        &["fn 1 m Method params 1..1 locals 2", "(this from 0) (x from 1)", "(.y this@^0)"],
    );
}

#[test]
fn initializers_return_this() {
    assert_contains(
        "class A { init(x) { if x { return } this.x = x } }",
        &["(return this@0)\n    )\n", "    (return this@0)", "fn 1 init Initializer"]
            .map(|part| part.strip_suffix("\n    )\n").unwrap_or(part)),
    );
}

#[test]
fn superclasses_are_kept_in_a_hidden_slot() {
    assert_contains(
        "class A { m() {} }\nclass B < A { m() { super.m(1)  var f = super.m } }",
        &[
            "(class B@g1 (super 0 A@g0) (m fn 2))",
            "(super from 0)",
            "(invoke super.m 1)",
            "(super.m)",
        ],
    );
}

#[test]
fn local_classes_are_declared_before() {
    assert_contains("{ class A {} print A }", &["(let A@0)", "(class A@0)"]);
    assert_contains("{ class A { m() { return A } } }", &["(cell A@0)", "(class A@[0] (m fn 1))"]);
}

#[test]
fn slots_are_reused_between_scopes() {
    assert_contains(
        "{ var a  { var b } { var c  var d } var e }",
        &["fn 0 script Module params 0..0 locals 3", "(let b@1)", "(let b@1)", "(let d@2)"],
    );
}

#[test]
fn finally_has_two_hidden_slots() {
    assert_contains(
        "fn f() { try { var a } catch (e) { var b } finally { var c } }",
        &["(let a@2)", "(catch a@2", "(let b@3)", "(finally 0", "locals 4"],
    );
}

#[test]
fn switch_is_a_chain_of_tests() {
    assert_contains(
        "switch 1 { case 2 case 3 { print 1 } default { print 2 } case 4 { print 3 } }",
        &[
            "(let @0 1)",
            "(if (or (== @0 2) (== @0 3))",
            "(print 1) (== @0 4)",
            "else\n      (print 2)",
        ]
        .map(|part| part.trim_start_matches("(print 1) ")),
    );
    // A case that shares the default's block is tested in its turn.
    assert_contains(
        "switch 1 { case 2 default { print 1 } case 3 { print 2 } }",
        &["(let @1 false)", "(and (! (= @1 (== @0 2))) (== @0 3))"],
    );
}

#[test]
fn swapping_globals_computes_all_values_first() {
    assert_contains(
        "var a, b = 1, 2\nvar c, d = b, a",
        &["(let @0 b@g1)", "(let @1 a@g0)", "(define c@g2 @0)", "(define d@g3 @1)"],
    );
}
