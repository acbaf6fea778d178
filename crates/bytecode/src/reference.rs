//! The instruction reference: Markdown made from the instruction table.

use crate::{Effects, Info, Opcode};
use std::fmt::Write;

/// The page: one table for each section of instructions.
pub fn reference() -> String {
    let mut page = String::from(INTRODUCTION);
    let mut section = "";
    for opcode in Opcode::ALL {
        let info = opcode.info();
        if info.section != section {
            section = info.section;
            let head = "| Byte | Instruction | Operand stack | Effects | What it does |\n|---|---|---|---|---|";
            writeln!(page, "\n## {section}\n\n{head}").expect("writing to a string does not fail");
        }
        page.push_str(&row(info));
    }
    page
}

const INTRODUCTION: &str = "# Bytecode instructions

Made from the table in `crates/bytecode/src/ops.rs`; do not edit.

The byte stands for the instruction in files; [bytecode-format.md](bytecode-format.md) tells how its
operands follow. The operand stack is given as *takes* → *leaves*. Where an instruction leaves another number of
values when it goes to its target, that follows. Effects: **throws** may raise an error; **calls**
may run user code or a collection (a safepoint); **allocates** may allocate; **back** goes to an
earlier instruction; **ends** never goes on to the next instruction.
";

fn row(info: &Info) -> String {
    let operands = info.operands.iter().map(|(name, kind)| format!(" *{name}*: {kind}"));
    let operands = operands.collect::<Vec<_>>().join(",");
    let jumping = info.leaves_jumping.map_or(String::new(), |leaves| format!("; jumping {leaves}"));
    let (name, takes, leaves) = (info.name, info.takes, info.leaves);
    let (effects, sentence) = (effects(info.effects), info.sentence());
    let byte = info.byte;
    format!(
        "| {byte:02x} | `{name}`{operands} | {takes} → {leaves}{jumping} | {effects} | {sentence} |\n"
    )
}

fn effects(effects: Effects) -> String {
    let Effects { throws, calls, allocates, back, ends } = effects;
    let all = [
        (throws, "throws"),
        (calls, "calls"),
        (allocates, "allocates"),
        (back, "back"),
        (ends, "ends"),
    ];
    let names = all.into_iter().filter(|(has, _)| *has).map(|(_, name)| name);
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_has_a_row_with_a_sentence() {
        let page = reference();
        for opcode in Opcode::ALL {
            let info = opcode.info();
            let row = format!("| {:02x} | `{}`", info.byte, info.name);
            assert!(page.contains(&row), "{row}");
            assert!(info.sentence().ends_with(['.', '`', ')']), "{}", info.name);
        }
        assert!(
            page.contains("`ForeachNext` *state*: Local, *target*: Target | 0 → 0; jumping 2 |")
        );
    }

    #[test]
    fn the_page_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/instructions.md");
        if std::env::var_os("SOX_UPDATE").is_some() {
            std::fs::write(path, reference()).expect("the page can be written");
        }
        let page = std::fs::read_to_string(path).expect("the page is there");
        assert_eq!(page, reference(), "SOX_UPDATE=1 cargo test -p sox-bytecode writes it anew");
    }

    #[test]
    fn no_byte_stands_for_two_instructions() {
        let bytes: std::collections::BTreeSet<u8> =
            Opcode::ALL.iter().map(|opcode| opcode.info().byte).collect();
        assert_eq!(bytes.len(), Opcode::ALL.len());
    }
}
