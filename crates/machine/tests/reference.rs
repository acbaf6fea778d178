//! The operations and passes in docs/native-ir.md are those of the tables. `SOX_UPDATE=1` writes them anew.

use sox_machine::ir::{CondKind, Kind, Op};
use sox_machine::opt::Pass;
use std::fmt::Write;

const BEGIN: &str = "<!-- operations: from the table in crates/machine/src/ir/ops.rs -->\n";
const END: &str = "<!-- end of operations -->";

fn place(kind: Kind) -> &'static str {
    match kind {
        Kind::Def | Kind::Reg => "i64",
        Kind::DefAny | Kind::Any => "any",
        Kind::DefFloat | Kind::Float => "float",
        Kind::DefF32 | Kind::F32 => "f32",
        Kind::DefF64 | Kind::F64 => "f64",
        Kind::DefBits | Kind::Bits => "integer or float",
        Kind::Val => "i64 or number",
        Kind::Base => "base",
        Kind::Index => "[index]",
        Kind::Off => "offset",
        Kind::Imm => "number",
        Kind::Count => "count",
        Kind::Const => "constant",
        Kind::Sym => "symbol",
        Kind::Addend => "[offset]",
        Kind::Label => "label",
        Kind::Labels => "labels",
        Kind::Bytes => "bytes",
        Kind::Callee => "function",
        Kind::Defs => "results",
        Kind::Args => "arguments",
        Kind::Vals => "[results]",
    }
}

fn reference() -> String {
    let mut text = String::new();
    for (section, ops) in Op::SECTIONS {
        write!(
            text,
            "\n### {section}\n\n| `.nir` | `.ir` | Result | Operands | |\n|---|---|---|---|---|\n"
        )
        .unwrap();
        for op in *ops {
            let info = op.info();
            let (suffix, cond) = match info.cond {
                CondKind::None => ("", ""),
                CondKind::Int | CondKind::Float => ("*cond*", "cond, "),
            };
            let (defs, others): (Vec<Kind>, Vec<Kind>) =
                info.kinds.iter().partition(|kind| kind.is_def());
            let list =
                |kinds: &[Kind]| kinds.iter().map(|&k| place(k)).collect::<Vec<_>>().join(", ");
            let (nir, term) = (info.nir, info.term);
            let (result, operands) = (list(&defs), list(&others));
            let doc = info.doc;
            writeln!(text, "| `{nir}`{suffix} | `{term}` | {result} | {cond}{operands} | {doc} |")
                .unwrap();
        }
    }
    text.push('\n');
    text
}

fn passes() -> String {
    let row =
        |pass: &Pass| format!("| `{}` | `-O{}` | {} |\n", pass.name(), pass.level(), pass.doc());
    let rows: String = Pass::ALL.iter().map(row).collect();
    format!("\n| Pass | From | |\n|---|---|---|\n{rows}\n")
}

#[test]
fn the_document_lists_the_passes() {
    const BEGIN: &str = "<!-- passes: from crates/machine/src/opt/passes.rs -->\n";
    compare(BEGIN, "<!-- end of passes -->", &passes());
}

#[test]
fn the_document_lists_the_table() {
    compare(BEGIN, END, &reference());
}

/// What stands between two marks of the document is what is wanted.
fn compare(begin: &str, end: &str, wanted: &str) {
    // Both tests write the same file.
    static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one = ONE.lock();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/native-ir.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (before, rest) = text.split_once(begin).unwrap();
    let (found, after) = rest.split_once(end).unwrap();
    if std::env::var_os("SOX_UPDATE").is_some() {
        std::fs::write(path, format!("{before}{begin}{wanted}{end}{after}")).unwrap();
    } else {
        assert!(found == wanted, "run: SOX_UPDATE=1 cargo test -p sox-machine --test reference");
    }
}
