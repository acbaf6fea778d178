//! Writing: the tables that the words of a listing stand for.

use super::listing::{Symbols, name_of};
use super::token::quoted;
use crate::{NameId, Source, VerifiedModule};
use std::fmt::Write;

/// Line starts in a row.
const IN_A_ROW: usize = 12;

pub(super) fn write(
    out: &mut String,
    module: &VerifiedModule,
    symbols: &Symbols,
    texts: Option<&[Box<str>]>,
) {
    let mut line = |line: String| {
        writeln!(out, "{}", line.trim_end()).expect("writing to a string does not fail");
    };
    let name = |id: NameId| name_of(module, &symbols.constants, id);
    for number in 0..module.globals.len() as u32 {
        let global = &module.globals[number as usize];
        let of = symbols.modules.shown(global.module.0);
        let builtin = global.builtin.map(|id| symbols.builtins.shown(id.0));
        let builtin = builtin.map_or(String::new(), |shown| format!(", builtin {shown}"));
        line(format!("global #{number} {} of {of}{builtin}", name(global.name)));
    }
    for (number, &id) in module.builtins.iter().enumerate() {
        line(format!("builtin #{number} {}", name(id)));
    }
    if let Some(main) = module.main {
        line(format!("main {}", symbols.globals.shown(main.0)));
    }
    for (what, list) in [("test", &module.tests), ("benchmark", &module.benches)] {
        for &(id, global) in list {
            line(format!("{what} {} {}", name(id), symbols.globals.shown(global.0)));
        }
    }
    for number in 0..module.constants.len() as u32 {
        let shown = symbols.constants.shown(number);
        let value = shown.strip_suffix(&format!("#{number}")).unwrap_or(shown);
        line(format!("constant #{number} {value}"));
    }
    for (number, source) in module.sources.iter().enumerate() {
        line(format!("source #{number} {}", quoted(&source.name)));
        match texts {
            Some(texts) => {
                let lines = texts[number].split_inclusive('\n');
                lines.for_each(|text| line(format!("  text {}", quoted(text))));
            }
            None => lines(source).into_iter().for_each(&mut line),
        }
    }
}

fn lines(source: &Source) -> Vec<String> {
    let row = |row: &[u32]| {
        let starts: Vec<String> = row.iter().map(u32::to_string).collect();
        format!("  lines {}", starts.join(", "))
    };
    source.line_starts.chunks(IN_A_ROW).map(row).collect()
}
