//! Limits: each recursive construct, nested beyond measure, gives one error, quickly.

mod support;
use sox_lang::Unit;
use support::{lower_as, on_big_stack};

const DEEP: usize = 1_000_000;

/// Constructs as opening, innermost and closing text. Whatever nests is here.
const CONSTRUCTS: &[(&str, &str, &str)] = &[
    ("(", "1", ")"),
    ("[", "", "]"),
    ("[{a: ", "1", "}]"),
    ("[{[", "1", "]: 2}]"),
    ("[{", "1", "}]"),
    ("{", "", "}"),
    ("-", "1", ""),
    ("!", "1", ""),
    ("a = ", "1", ""),
    ("a.b = ", "1", ""),
    ("a[", "1", "]"),
    ("a[1:", "2", "]"),
    ("a(", "1", ")"),
    ("a ? ", "1", " : 2"),
    ("a ? 1 : ", "2", ""),
    ("1 + (", "2", ")"),
    ("1 or 1 and 1 == 1 < 1 + 1 * (", "2", ")"),
    ("\"${", "1", "}\""),
    ("fn() {", "", "}"),
    ("fn f() {", "", "}\n"),
    ("fn(a = ", "1", ") {}"),
    ("fn() { return ", "1", "}"),
    ("if a ", "print 1", ""),
    ("if a {", "", "}"),
    ("if a {} else {", "", "}"),
    ("while a ", "print 1", ""),
    ("while a {", "", "}"),
    ("for ;; {", "", "}"),
    ("for (;;) ", "print 1", ""),
    ("for x in a {", "", "}"),
    ("foreach var x in a ", "print 1", ""),
    ("foreach var x, y in a {", "", "}"),
    ("switch a { case 1 {", "", "} }"),
    ("switch a { default {", "", "} }"),
    ("try {", "", "} catch (e) {}"),
    ("try {} catch (e) {", "", "}"),
    ("try {} finally {", "", "}"),
    ("defer {", "", "}"),
    ("class A { m() {", "", "} }"),
    ("a.m(fn() { return ", "1", "})"),
];

fn nested((open, inner, close): (&str, &str, &str), depth: usize) -> String {
    format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
}

/// Lowers a text, which must give exactly the limit error.
fn assert_limited(text: &str, what: &str) {
    let outcome = lower_as(Unit::Module, text);
    let ids: Vec<_> = outcome.diagnostics.iter().map(|found| found.code.id).collect();
    assert_eq!(ids, ["E0013"], "{what}");
}

#[test]
fn a_million_levels_of_anything_are_one_error() {
    on_big_stack(|| {
        for &construct in CONSTRUCTS {
            assert_limited(&nested(construct, DEEP), construct.0);
        }
    });
}

#[test]
fn unclosed_nesting_is_one_error_too() {
    on_big_stack(|| {
        for &(open, _, _) in CONSTRUCTS {
            assert_limited(&open.repeat(DEEP), open);
        }
    });
}

#[test]
fn nesting_below_the_limit_is_fine() {
    on_big_stack(|| {
        for &construct in CONSTRUCTS {
            let levels = construct.0.matches(['(', '[', '{', '"']).count().max(1);
            let text = format!("var a\n{}", nested(construct, 990 / levels));
            let outcome = lower_as(Unit::Module, &text);
            assert!(outcome.program.is_some(), "{}: {:?}", construct.0, outcome.diagnostics);
        }
        let plain = ["(", "{", "[", "-"];
        for &construct in CONSTRUCTS.iter().filter(|construct| plain.contains(&construct.0)) {
            assert!(lower_as(Unit::Module, &nested(construct, 1_000)).program.is_some());
            assert!(lower_as(Unit::Module, &nested(construct, 1_001)).program.is_none());
        }
    });
}

#[test]
fn chains_are_limited_by_the_height_of_their_tree() {
    let links = [" + 1", " or 1", ".a", "(1)", "[1]", "[1:2]", ".m()", " == (2)", "\n.x"];
    on_big_stack(move || {
        for link in links {
            assert_limited(&format!("a = 1{}", link.repeat(DEEP)), link);
            let text = format!("var a = 1{}", link.repeat(9_900));
            let outcome = lower_as(Unit::Module, &text);
            assert!(outcome.program.is_some(), "{link}: {:?}", outcome.diagnostics);
        }
    });
}

#[test]
fn chains_inside_nests_do_not_add_up_beyond_the_limit() {
    on_big_stack(|| {
        let chain = " + 1".repeat(100);
        let text = format!("{}1{}", "(".repeat(900), format!("{chain})").repeat(900));
        assert_limited(&text, "chains in parentheses");
        let text =
            format!("{}a = 1{}{}", "if 1 {".repeat(999), " + 1".repeat(9_000), "}".repeat(999));
        assert_limited(&text, "a chain in blocks");
    });
}

#[test]
fn long_lists_are_no_nests() {
    on_big_stack(|| {
        let count = 100_000;
        let texts = [
            format!("if 1 {{}}{}", " else if 1 {}".repeat(count)),
            format!("switch 1 {{ {} {{}} }}", "case 1 ".repeat(count)),
            format!("switch 1 {{ {} }}", "case 1 {} ".repeat(count)),
            format!("print [{}]", "1,".repeat(count)),
            format!("print {{{}}}", "a: 1,".repeat(count)),
            format!("print \"{}\"", "${1} ".repeat(count)),
            "print 1;".repeat(count),
            "{}".repeat(count),
        ];
        for text in texts {
            let outcome = lower_as(Unit::Module, &text);
            assert!(outcome.program.is_some(), "{}: {:?}", &text[..20], outcome.diagnostics.len());
        }
    });
}

#[test]
fn many_errors_end_early() {
    on_big_stack(|| {
        for text in [")\n", "var\n", "@ ", "x +\n", "\"\\q\"\n", "break\n", "}"] {
            let outcome = lower_as(Unit::Script, &text.repeat(DEEP / 2));
            let count = outcome.diagnostics.len();
            assert!((1..=1_001).contains(&count), "{text:?}: {count}");
        }
    });
}

#[test]
fn parameters_arguments_and_locals_are_limited() {
    on_big_stack(|| {
        let list = |count: usize| (0..count).map(|i| format!("p{i}")).collect::<Vec<_>>().join(",");
        let message = |text: &str| {
            let found = lower_as(Unit::Script, text).diagnostics;
            found.into_iter().map(|found| found.message).collect::<Vec<_>>()
        };
        assert_eq!(message(&format!("fn f({}) {{}}", list(255))), Vec::<String>::new());
        let error = ["Can't have more than 255 parameters."];
        assert_eq!(message(&format!("fn f({}) {{}}", list(300))), error);
        assert_eq!(message(&format!("len({}1)", "1,".repeat(254))), Vec::<String>::new());
        let error = ["Can't have more than 255 arguments."];
        assert_eq!(message(&format!("len({}1)", "1,".repeat(300))), error);

        let locals = |count: usize| {
            let declared = (0..count).map(|i| format!("var v{i}\n")).collect::<String>();
            format!("fn f() {{ {declared} }}")
        };
        assert_eq!(message(&locals(65_535)), Vec::<String>::new());
        let error = ["Too many local variables in one function; the limit is 65535."];
        assert_eq!(message(&locals(65_540)), error);
    });
}
