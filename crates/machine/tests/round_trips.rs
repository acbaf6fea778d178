//! Printing and reading again loses nothing, in either syntax and from one to the other; and reading
//! arbitrary text ends without a panic.

mod arbitrary;
#[path = "common/chance.rs"]
mod chance;

use proptest::prelude::*;
use sox_machine::ir::Module;
use sox_machine::{nir, term};

fn from_nir(text: &str) -> Module {
    let parsed = nir::parse(text.as_bytes());
    assert_eq!(parsed.faults, [], "{text}");
    parsed.module
}

fn from_term(text: &str) -> Module {
    let parsed = term::parse(text.as_bytes(), true);
    assert_eq!(parsed.faults, [], "{text}");
    parsed.module
}

fn check(module: &Module) {
    let (readable, terms) = (nir::print(module), term::print(module));
    let (again, other) = (from_nir(&readable), from_term(&terms));
    assert!(again == *module, "read back:\n{}\nwas:\n{readable}", nir::print(&again));
    assert!(other == *module, "read back:\n{}\nwas:\n{terms}", term::print(&other));
    assert_eq!(term::print(&again), terms);
    assert_eq!(nir::print(&other), readable);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn modules_come_back(seed: u64) {
        check(&arbitrary::module(seed));
    }

    #[test]
    fn damaged_text_is_read_to_its_end(seed: u64, at: prop::sample::Index, byte: u8) {
        let module = arbitrary::module(seed);
        for (text, is_nir) in [(nir::print(&module), true), (term::print(&module), false)] {
            let mut text = text.into_bytes();
            if !text.is_empty() {
                let at = at.index(text.len());
                text[at] = byte;
            }
            let parsed = if is_nir { nir::parse(&text) } else { term::parse(&text, true) };
            // What could be read is a whole module: it can be printed and checked.
            nir::print(&parsed.module);
            term::print(&parsed.module);
            let _verdict = sox_machine::verify(parsed.module);
        }
    }

    #[test]
    fn any_text_is_read(text in "[%@$!^a-z0-9 =,(){}\\[\\]\"\\\\+*.<>#'\n-]{0,200}") {
        nir::parse(text.as_bytes());
        term::parse(text.as_bytes(), false);
    }
}

#[test]
fn equality_sees_every_difference() {
    let text = "function i64 $f(i64 %a) {\n    %b =i64 add %a, 1\n    ret %b\n}\n";
    let module = from_nir(text);
    for other in [
        text.replace("$f", "$g"),
        text.replace("%a", "%c"),
        text.replace(", 1", ", 2"),
        text.replace("add", "sub"),
        text.replace("function", "export function"),
        format!("bss $x align 8 size 8\n{text}"),
        format!("target arm64\n{text}"),
    ] {
        assert!(from_nir(&other) != module, "{other}");
    }
}
