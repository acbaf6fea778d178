//! `cargo xtask bench --poh`: programs in PohLang on both engines, beside the same programs in Sox
//! and Python. The goals are set against Sox: the same bytecode machine runs both.

use super::engines::Engine;
use super::suite::{Benchmark, POH};
use super::table::Table;
use super::{Suite, record};

const BEGIN: &str = "<!-- PohLang: written by cargo xtask bench --poh -->";
const END: &str = "<!-- End of PohLang -->";

/// The column that others are compared with, and the one that a goal is set for.
const BASE: &str = "sox vm";
const OWN: &str = "pohlang vm";

/// Rows whose argument says how often the same is done, and what that is.
const TURNS: [(&str, &str); 2] = [
    ("list_sum", "the sum of 100,000 numbers"),
    ("concatenation", "a text joined of 10,000 words"),
];

/// Measures, prints, and records a whole run.
///
/// # Errors
/// If a program fails, outputs differ, or the document has no place for the figures.
pub(super) fn measure(suite: &Suite<'_>, engines: &[Engine]) -> Result<(), String> {
    let mut problems = Vec::new();
    let before = record::load();
    let table = suite.measure(&POH, engines, &mut problems);
    let load = |load: Option<String>| load.unwrap_or("unknown".into());
    let mut section = format!(
        "{}: {} rounds. {} Programs running at once on the machine: {} before, {} after.\n\n\
         CPU seconds (ratio to {BASE}):\n\n{}",
        record::date(),
        suite.options.rounds,
        record::machine(),
        load(before),
        load(record::load()),
        table.seconds(BASE)
    );
    let wanted = POH.iter().filter(|benchmark| suite.options.wants(benchmark.name));
    let turns = wanted.zip(&table.rows).filter_map(|(benchmark, _)| turn(benchmark, suite, &table));
    for line in turns {
        section += &line;
    }
    println!("{section}");
    if !problems.is_empty() {
        return Err(problems.join("\n"));
    }
    if suite.options.whole() { record::replace(BEGIN, END, section.trim_end()) } else { Ok(()) }
}

/// How long one turn of a benchmark takes, if it consists of turns.
fn turn(benchmark: &Benchmark, suite: &Suite<'_>, table: &Table) -> Option<String> {
    let (name, what) = TURNS.into_iter().find(|(name, _)| *name == benchmark.name)?;
    let size = if suite.options.quick { benchmark.quick } else { benchmark.size };
    let row = table.rows.iter().find(|row| row.name.starts_with(name))?;
    let own = table.columns.iter().position(|column| *column == OWN)?;
    let milliseconds = row.cells[own].seconds()? * 1e3 / size as f64;
    Some(format!("\nOne turn of `{name}`, {what}: {milliseconds:.2} ms on {OWN}.\n"))
}
