//! Precedence and the forms expressions are lowered to.

mod support;
use support::{codes, dump, expr, statement};

#[test]
fn binary_operators_bind_by_level_and_group_to_the_left() {
    assert_eq!(expr("a + b * c - d"), "(- (+ a (* b c)) d)");
    assert_eq!(expr("a / b % c * d"), "(* (% (/ a b) c) d)");
    assert_eq!(expr("a < b == c >= d"), "(== (< a b) (>= c d))");
    assert_eq!(expr("a or b and c == d"), "(or a (and b (== c d)))");
    assert_eq!(expr("a and b or c"), "(or (and a b) c)");
    assert_eq!(expr("(a + b) * c"), "(* (+ a b) c)");
}

#[test]
fn unary_operators_bind_tighter_than_binary_and_looser_than_postfix() {
    assert_eq!(expr("-a * b"), "(* (- a) b)");
    assert_eq!(expr("!a == b"), "(== (! a) b)");
    assert_eq!(expr("-t.x[a](b)"), "(- (call ([] (.x t) a) b))");
    assert_eq!(expr("- -a"), "(- (- a))");
    assert_eq!(expr("a --b"), "(- a (- b))");
}

#[test]
fn conditional_and_assignment_group_to_the_right() {
    assert_eq!(expr("a ? b : c ? d : x"), "(?: a b (?: c d x))");
    assert_eq!(expr("a or b ? c : d"), "(?: (or a b) c d)");
    assert_eq!(expr("a = b = c + d"), "(= a (= b (+ c d)))");
    assert_eq!(expr("a ? b = 1 : c = 2"), "(?: a (= b 1) (= c 2))");
    assert_eq!(expr("a = b ? c : d"), "(= a (?: b c d))");
}

#[test]
fn compound_assignment() {
    assert_eq!(expr("a += b -= c"), "(= a (+ a (= b (- b c))))");
    assert_eq!(expr("t.x *= a"), "(*=.x t a)");
    assert_eq!(expr("t[a] %= b"), "(%=[] t a b)");
    assert_eq!(expr("t.x = a"), "(=.x t a)");
    assert_eq!(expr("t[a] = b"), "(=[] t a b)");
}

#[test]
fn postfix_chains() {
    assert_eq!(expr("t.x.y(a)(b)[c]"), "([] (call (invoke .y (.x t) a) b) c)");
    assert_eq!(expr("(t.x)(a)"), "(call (.x t) a)");
    assert_eq!(expr("t.if.while()"), "(invoke .while (.if t))");
    assert_eq!(expr("t[a:b][:c][d:][:]"), "([:] ([:] ([:] ([:] t a b) _ c) d _) _ _)");
    assert_eq!(expr("t[a ? b : c : d]"), "([:] t (?: a b c) d)");
}

#[test]
fn braces_are_tables_or_arrays() {
    assert_eq!(expr("{}"), "(table)");
    assert_eq!(expr("{a: 1, \"b c\": 2, [d]: 3, nil: 4, if: 5,}"), {
        "(table \"a\" 1 \"b c\" 2 d 3 \"nil\" 4 \"if\" 5)"
    });
    assert_eq!(expr("{1, a, \"b\",}"), "(array 1 a \"b\")");
    assert_eq!(expr("{[1], [2]}"), "(array (array 1) (array 2))");
    assert_eq!(expr("{[1]: [2]}"), "(table 1 (array 2))");
    assert_eq!(expr("[1, [], {},]"), "(array 1 (array) (table))");
    assert_eq!(codes("print {[1, 2]: 3}"), ["E0021"]);
    assert_eq!(codes("print {a: 1, 2}"), ["E0021"]);
    assert_eq!(codes("print {1, a: 2}"), ["E0021"]);
    assert_eq!(codes("print {([1]): 2}"), ["E0021"]);
    assert_eq!(codes("print {1: 2}"), ["E0021"]);
}

#[test]
fn array_declarations_make_arrays() {
    assert_eq!(statement("var a[]"), "(define a@g0 (array))");
    assert_eq!(statement("var a[] = {}"), "(define a@g0 (array))");
    assert_eq!(statement("var a[] = {1, {}}"), "(define a@g0 (array 1 (table)))");
    assert_eq!(statement("var a[] = [1]"), "(define a@g0 (array 1))");
    assert_eq!(codes("var a[] = {x: 1}"), ["E0021"]);
}

#[test]
fn interpolation_is_a_list_of_parts() {
    assert_eq!(expr(r#""a ${b} c""#), r#"(text "a " b " c")"#);
    assert_eq!(expr(r#""${a}${"${b}!"}""#), r#"(text a (text b "!"))"#);
    assert_eq!(expr(r#""\${a} $ {b}""#), r#""${a} $ {b}""#);
    assert_eq!(expr(r#""${ {x: a}.x }""#), r#"(text (.x (table "x" a)))"#);
    assert_eq!(codes(r#"print "${}""#), ["E0007"]);
    assert_eq!(codes(r#"print "${1 2}""#), ["E0008"]);
}

#[test]
fn brackets_on_a_new_line_begin_a_statement() {
    let text = dump("var a = 1\nvar b = a\n(a)\nvar c = a\n[1]");
    assert!(
        text.contains("(define b@g1 a@g0)\n  a@g0\n  (define c@g2 a@g0)\n  (array 1)"),
        "{text}"
    );
    assert_eq!(expr("a\n  .x\n  + b"), "(+ (.x a) b)");
}

#[test]
fn functions_take_the_name_of_the_variable_they_initialise() {
    let text =
        dump("var a = fn() {}\nvar t = {k: fn() {}}\nt.m = fn() {}\na = fn() {}\nprint fn() {}");
    for name in
        ["fn 1 a ", "fn 2 anonymous ", "fn 3 anonymous ", "fn 4 anonymous ", "fn 5 anonymous "]
    {
        assert!(text.contains(name), "{name} in {text}");
    }
}

#[test]
fn parameters_may_have_defaults() {
    let text = dump("fn f(a, b = a, c = fn() { return b }) { b = 1 }");
    assert!(text.contains("fn 1 f Plain params 1..3 locals 3"), "{text}");
    assert!(text.contains("(default b@1 a@0)\n  (box b@1)\n  (default c@2 (fn 2))"), "{text}");
}

#[test]
fn spans_begin_on_the_line_that_is_blamed() {
    let source = "var a = [\n  1\n]\nprint a\n  .map(fn(x) {\n    return x\n  })\n  .join(\",\")\nprint 1 +\n  a[0](\n 2)\n";
    let program = support::program(source);
    let lines: Vec<_> = program.tree[program.functions[0].body]
        .iter()
        .filter_map(|statement| match statement.kind {
            sox_program::StmtKind::Print(value) => Some(&program.tree[value]),
            _ => None,
        })
        .map(|value| &source[value.span.start as usize..value.span.end as usize])
        .collect();
    assert_eq!(lines, ["join(\",\")", "+"]);
}
