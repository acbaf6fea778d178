//! Tests of the tokens.

use super::{contents, decode, lex, parse_number};
use crate::report::Reports;
use crate::token::TokenKind::{self, *};
use sox_diagnostics::SourceId;

fn kinds(text: &str) -> Vec<TokenKind> {
    let lexed = lex(text, false, &mut Reports::new(SourceId(0)));
    lexed.tokens.iter().map(|token| token.kind).collect()
}

/// The codes of what is wrong in a text.
fn problems(text: &str) -> Vec<&'static str> {
    let mut reports = Reports::new(SourceId(0));
    lex(text, false, &mut reports);
    reports.into_sorted().iter().map(|diagnostic| diagnostic.code.id).collect()
}

/// The value of a text that is one string.
fn string(text: &str) -> std::string::String {
    let lexed = lex(text, false, &mut Reports::new(SourceId(0)));
    assert_eq!(lexed.tokens.len(), 2, "{text}");
    decode(&text[contents(&lexed.tokens[0])])
}

#[test]
fn operators_take_the_longest_form() {
    assert_eq!(kinds("a<=b"), [Identifier, LessEqual, Identifier, Eof]);
    assert_eq!(kinds("= == === !"), [Equal, EqualEqual, EqualEqual, Equal, Bang, Eof]);
    assert_eq!(kinds("%= % -="), [PercentEqual, Percent, MinusEqual, Eof]);
}

#[test]
fn comments_are_skipped_and_nest() {
    assert_eq!(kinds("1 // x\n2 /* a /* b */ c */ 3"), [Number, Number, Number, Eof]);
    assert_eq!(problems("/* a /* b */"), ["E0003"]);
}

#[test]
fn byte_order_mark_and_shebang_are_skipped() {
    assert_eq!(kinds("\u{feff}#!/usr/bin/sox\n1"), [Number, Eof]);
    assert_eq!(kinds("#!x"), [Eof]);
    assert_eq!(problems(" #!x"), Vec::<&str>::new());
}

#[test]
fn lines_are_counted_through_strings_comments_and_crlf() {
    let lexed = lex("a\r\n\"x\ny\" b /*\n*/ c", false, &mut Reports::new(SourceId(0)));
    let lines: Vec<_> = lexed.tokens.iter().map(|token| (token.line, token.newline)).collect();
    assert_eq!(lines, [(0, true), (1, true), (2, false), (3, true), (3, false)]);
}

#[test]
fn numbers_have_many_forms() {
    let cases = [
        ("0", 0.0),
        ("007", 7.0),
        ("1.5", 1.5),
        ("1e9", 1e9),
        ("1E-3", 1e-3),
        ("2.5e+7", 2.5e7),
        ("0xff", 255.0),
        ("0XFF_FF", 65535.0),
        ("0b1010", 10.0),
        ("1_000_000", 1e6),
        ("9007199254740993", 9_007_199_254_740_992.0),
        ("0x20000000000001", 9_007_199_254_740_992.0),
        ("1e999", f64::INFINITY),
    ];
    for (text, value) in cases {
        assert_eq!(kinds(text), [Number, Eof], "{text}");
        assert_eq!(parse_number(text), value, "{text}");
    }
    assert_eq!(parse_number(&format!("0x1{}", "0".repeat(40))), 2f64.powi(160));
}

#[test]
fn a_point_needs_digits_on_both_sides() {
    assert_eq!(kinds("1.floor"), [Number, Dot, Identifier, Eof]);
    assert_eq!(kinds(".5"), [Dot, Number, Eof]);
    assert_eq!(kinds("1."), [Number, Dot, Eof]);
}

#[test]
fn malformed_numbers_are_one_error() {
    for text in ["1e", "1e+", "0x", "0xg", "0b2", "0b12", "12abc", "1_", "1.5_", "0b"] {
        assert_eq!(problems(text), ["E0006"], "{text}");
        assert_eq!(kinds(text), [Error, Eof], "{text}");
    }
}

#[test]
fn escapes_are_replaced() {
    assert_eq!(string(r#""a\n\t\r\\\"\'\$\0b""#), "a\n\t\r\\\"'$\0b");
    assert_eq!(string(r#""\x41\xe9\u{1F600}\u{0}""#), "Aé😀\0");
    assert_eq!(string("\"$ $$ {x}\""), "$ $$ {x}");
    assert_eq!(string("\"two\nlines\""), "two\nlines");
}

#[test]
fn wrong_escapes_are_errors() {
    let bad = [
        r#""\q""#,
        r#""\x4""#,
        r#""\xg1""#,
        r#""\u41""#,
        r#""\u{}""#,
        r#""\u{110000}""#,
        r#""\u{D800}""#,
        r#""\u{41""#,
        r#""\é""#,
        r#""\u{FFFFFFFFFF}""#,
        "\"\\\n\"",
    ];
    for text in bad {
        assert_eq!(problems(text), ["E0005"], "{text}");
    }
}

#[test]
fn unterminated_strings_are_one_error() {
    for text in ["\"", "\"abc", "\"abc\\\"", "x = \"a\n\nb"] {
        assert_eq!(problems(text), ["E0002"], "{text}");
    }
    assert_eq!(problems("\"a ${\"b ${\"c"), ["E0002"]);
    assert_eq!(problems("\"a ${b"), ["E0004"]);
    assert_eq!(problems("\"\\"), ["E0002"]);
}

#[test]
fn interpolation_nests_and_counts_braces() {
    assert_eq!(kinds(r#""a${1}b""#), [StringStart, Number, StringEnd, Eof]);
    let nested = r#""${ {} }${"${x}"}""#;
    let expected = [
        StringStart,
        LeftBrace,
        RightBrace,
        StringMiddle,
        StringStart,
        Identifier,
        StringEnd,
        StringEnd,
        Eof,
    ];
    assert_eq!(kinds(nested), expected);
}

#[test]
fn unexpected_characters_are_one_error_for_a_run() {
    assert_eq!(problems("a && b"), ["E0001"]);
    assert_eq!(problems("a ~~^ b ` c"), ["E0001", "E0001"]);
    assert_eq!(problems("\0"), ["E0001"]);
    assert_eq!(problems("x = é"), ["E0001"]);
}

#[test]
fn at_begins_names_in_library_modules_only() {
    assert_eq!(problems("@file_read"), ["E0001"]);
    let lexed = lex("@file_read", true, &mut Reports::new(SourceId(0)));
    assert_eq!(lexed.tokens[0].kind, Identifier);
}

/// What is near the end of the text is cut byte by byte, the rest eight bytes at once.
#[test]
fn tokens_do_not_depend_on_what_follows_far_behind() {
    let texts = [
        "a",
        "ab1_",
        "continue",
        "continued",
        "foreach x",
        "a_long_name(b)",
        "1",
        "12 3.5",
        "12345678",
        "1_000",
        "0xff",
        "\"\"",
        "\"text\"",
        "\"a${b}c\"",
        "\"${{}}\" }",
        "a == b != c",
        "a=b",
        "/ /= //c",
        "( [ { ) ] }",
        "   a\n\n  b",
        "a\t\tb\r\n",
        "\"two\nlines\" x",
    ];
    let tokens = |text: &str| {
        let mut reports = Reports::new(SourceId(0));
        let lexed = lex(text, false, &mut reports);
        let tokens =
            lexed.tokens.iter().map(|token| (token.kind, token.newline, token.line, token.span));
        let mut tokens: Vec<_> = tokens.collect();
        tokens.pop();
        tokens
    };
    for text in texts {
        let padded = format!("{text}\n{}", " ".repeat(20));
        assert_eq!(tokens(text), tokens(&padded), "{text:?}");
    }
}
