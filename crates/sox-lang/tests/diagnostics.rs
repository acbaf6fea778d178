//! Every code is raised by the example in its explanation; errors come once and where they belong.

mod support;
use sox_diagnostics::Severity;
use sox_lang::Unit;
use support::{codes, found, lower_as, messages, on_big_stack};

/// The code blocks of an explanation.
fn examples(explanation: &str) -> Vec<&str> {
    let blocks = explanation.split("```").skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix("sox\n")).collect()
}

#[test]
fn explanations_show_what_raises_the_code_and_what_does_not() {
    on_big_stack(|| {
        for code in sox_lang::codes() {
            let examples = examples(code.explanation);
            let Some((bad, good)) = examples.split_first() else {
                assert!(["E0013", "E0041", "E0044"].contains(&code.id), "{}: no example", code.id);
                continue;
            };
            assert_eq!(codes(bad), [code.id], "{bad}");
            assert!(!good.is_empty(), "{}: no mended example", code.id);
            for good in good {
                assert_eq!(codes(good), Vec::<&str>::new(), "{good}");
            }
        }
    });
}

#[test]
fn unclosed_brackets_point_to_their_opener() {
    let outcome = lower_as(Unit::Script, "fn f() {\n  print (1 + 2\n}\nfn g() {");
    let seconds: Vec<_> =
        outcome.diagnostics.iter().map(|found| found.secondary[0].0.start).collect();
    assert_eq!(seconds, [17, 33]);
}

#[test]
fn missing_things_are_reported_where_they_are_missing() {
    assert_eq!(found("print f(1;"), ["E0008 1:10"]);
    assert_eq!(found("print (1 + 2\nprint 3"), ["E0008 1:13"]);
    assert_eq!(found("var x =\nprint 1"), ["E0007 1:8"]);
    assert_eq!(found("\n\n  )"), ["E0007 3:3"]);
    assert_eq!(found("fn f() {\n  print 1\n"), ["E0008 2:10"]);
}

#[test]
fn each_mistake_is_reported_once() {
    let text = "var = 1\nprint (1 + )\nfoo(1 2, fn() {\n  var a = 1\n})\nvar b = [1, 2\nvar c = {a 1}\n\
                if ( { print 1 }\nwhile x == { break }\nfn f(a, 1) { return a }\nclass { }\n\
                class A { 1 m() { return this } }\nswitch 1 { 2 {} case 3 {} }\nprint 3 +";
    let lines: Vec<_> = found(text);
    let expected = [
        "E0009 1:5",
        "E0007 2:12",
        "E0008 3:7",
        "E0008 6:14",
        "E0008 7:12",
        "E0007 8:8",
        "E0007 9:12",
        "E0009 10:9",
        "E0009 11:7",
        "E0023 12:11",
        "E0020 13:12",
        "E0007 14:10",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn errors_in_nested_functions_do_not_disturb_what_is_around_them() {
    let text = "fn f(x) {\n  call(fn() {\n    var = 1\n    return 2\n  })\n  return x\n}\nbreak";
    assert_eq!(found(text), ["E0009 3:9", "E0032 8:1"]);
}

#[test]
fn errors_of_all_stages_come_together_in_order() {
    let text = "break\nvar x = \"\\q\"\nvar = 1\nconst c = 1\nc = 2";
    assert_eq!(found(text), ["E0032 1:1", "E0005 2:10", "E0009 3:5", "E0040 5:1"]);
}

#[test]
fn unterminated_texts_give_one_error() {
    for text in ["fn f() { print \"abc", "fn f() { /* abc", "class A { m() { \"${ (1 + "] {
        assert_eq!(codes(text).len(), 1, "{text}: {:?}", messages(text));
    }
}

#[test]
fn misspelt_keywords_are_read_as_what_they_mean() {
    let message = |text| messages(text).join("|");
    assert_eq!(message("funtion f(a) { return a }"), "Unknown word 'funtion'; did you mean 'fn'?");
    assert_eq!(message("whle true { break }"), "Unknown word 'whle'; did you mean 'while'?");
    assert_eq!(message("pritn \"x\""), "Unknown word 'pritn'; did you mean 'print'?");
    assert_eq!(message("if 1 {} elif 2 {}"), "Unknown word 'elif'; did you mean 'else if'?");
    assert_eq!(message("let x = 1"), "Unknown word 'let'; did you mean 'var'?");
}

#[test]
fn unknown_names_are_warned_of_once_with_what_they_resemble() {
    let message = |text| messages(text).join("|");
    assert_eq!(
        message("var counter = 1\nprint conuter\nprint conuter"),
        "Unknown name 'conuter'; did you mean 'counter'?"
    );
    assert_eq!(message("print lne([])"), "Unknown name 'lne'; did you mean 'len'?");
    assert_eq!(message("print null"), "Unknown name 'null'; did you mean 'nil'?");
    assert_eq!(message("print zzz"), "Unknown name 'zzz'.");
    assert_eq!(message("fn f() { return g() }\nfn g() {}"), "");
    // After a syntax error declarations may be missing.
    assert_eq!(codes("var = 1\nprint zzz"), ["E0009"]);
}

#[test]
fn assignment_declares_only_directly_at_the_top_level() {
    assert_eq!(found("x = 5\nprint x"), ["W0003 1:1"]);
    assert_eq!(found("{ x = 5 }"), ["W0001 1:3"]);
    assert_eq!(found("fn f() { x = 5 }"), ["W0001 1:10"]);
    assert_eq!(found("fn f() { return x }\nx = 5"), ["W0003 2:1"]);
    assert_eq!(codes("var x\nx = 5"), Vec::<&str>::new());
    assert_eq!(codes("len = 5"), Vec::<&str>::new());
}

#[test]
fn a_minus_is_warned_of_only_where_it_could_begin_a_statement() {
    assert_eq!(codes("var x = 1\n- 2"), ["W0004"]);
    assert_eq!(codes("var x = (1\n- 2)"), Vec::<&str>::new());
    assert_eq!(codes("var x = 1\n+ 2"), Vec::<&str>::new());
    assert_eq!(codes("var x = 1;\n-2"), Vec::<&str>::new());
}

#[test]
fn conditions_end_where_the_body_begins() {
    let fine = |text: &str| {
        assert_eq!(codes(&format!("var a, b, c\n{text}")), Vec::<&str>::new(), "{text}");
    };
    fine("if (a) (b)");
    fine("if (a) [b].m()");
    fine("if (a) -b");
    fine("if (a) and (b) { c }");
    fine("if a == b { c }");
    fine("if a b = c");
    fine("if a b else c");
    fine("if (a).b { c }");
    fine("while (a) print b");
    fine("for (;;) { break }");
    fine("for ;; { break }");
    fine("for var i = 0; i < 1; i += 1 print i");
    fine("for (var i = 0; i < 1; i += 1) print i");
    fine("for k, v in a { }");
    fine("foreach (var k, v in a) { }");
    fine("for x in [1, 2] { }");
    fine("switch a { }");
    fine("switch (a) { case (b) { } case -1 { } }");
    fine("if a.b(fn() { return {} }) { c }");
    fine("try { } catch { } finally { }");
    assert_eq!(codes("if a == {} { }"), ["E0007"]);
}

#[test]
fn keywords_are_names_after_a_point_and_as_keys_only() {
    assert_eq!(codes("var t = {fn: 1, print: 2}\nt.class = t.fn\nt.print()"), Vec::<&str>::new());
    assert_eq!(codes("class A { print() {} }"), Vec::<&str>::new());
    assert_eq!(codes("fn while() {}"), ["E0009"]);
    assert_eq!(codes("class if {}"), ["E0009"]);
}

#[test]
fn modules_may_return_and_scripts_may_not() {
    assert!(lower_as(Unit::Module, "return 1").diagnostics.is_empty());
    assert!(lower_as(Unit::Library, "return @secret").diagnostics.is_empty());
    assert_eq!(codes("defer { return 1 }"), Vec::<&str>::new());
    assert_eq!(codes("return"), ["E0030"]);
}

#[test]
fn unusual_texts_are_no_trouble() {
    assert_eq!(codes(""), Vec::<&str>::new());
    assert_eq!(codes("\u{feff}#!/usr/bin/env sox\r\nprint 1\r\n"), Vec::<&str>::new());
    assert_eq!(codes(";;;{;};"), Vec::<&str>::new());
    assert_eq!(codes("print 1\0"), ["E0001"]);
    assert_eq!(codes("print \"a\0b\""), Vec::<&str>::new());
    assert_eq!(codes("}"), ["E0007"]);
    assert_eq!(codes("\""), ["E0002"]);
}

#[test]
fn severities_fit_the_codes() {
    let outcome = lower_as(Unit::Script, "x = 1\nbreak");
    for found in &outcome.diagnostics {
        let is_error = found.severity == Severity::Error;
        assert_eq!(is_error, found.code.id.starts_with('E'));
    }
    assert!(outcome.program.is_none());
}

#[test]
fn incomplete_entries_are_those_that_more_lines_can_complete() {
    for text in ["fn f() {", "print (1 +", "[1, 2", "\"abc", "/* x", "\"${", "\"${a", "f({", "("] {
        assert!(sox_lang::is_incomplete(text), "{text}");
    }
    for text in ["", "print 1", ")", "(]", "fn f() {}", "\"${a}\"", "// (", "\"(\"", "1 +"] {
        assert!(!sox_lang::is_incomplete(text), "{text}");
    }
}
