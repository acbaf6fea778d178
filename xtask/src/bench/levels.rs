//! `cargo xtask bench --levels`: the suite at each level of the optimizer, to see that none is
//! slower than the one below it.

use super::engines::Engine;
use super::record;
use super::{SUITE, Suite};

const BEGIN: &str = "<!-- Levels: written by cargo xtask bench --levels -->";
const END: &str = "<!-- End of the levels -->";

/// The engines compared, the first being the one that others are compared with.
pub(super) const ENGINES: [&str; 3] = ["vm-O0", "vm-O1", "vm-O2"];

/// Measures, prints, and records a whole run.
///
/// # Errors
/// If a program fails, outputs differ, or the document has no place for the figures.
pub(super) fn measure(suite: &Suite<'_>, engines: &[Engine]) -> Result<(), String> {
    let mut problems = Vec::new();
    let before = record::load();
    let table = suite.measure(&SUITE, engines, &mut problems);
    let base = engines[0].name;
    let load = |load: Option<String>| load.unwrap_or("unknown".into());
    let section = format!(
        "{}: {} rounds. {} Programs running at once on the machine: {} before, {} after.\n\n\
         CPU seconds (ratio to {base}):\n\n{}",
        record::date(),
        suite.options.rounds,
        record::machine(),
        load(before),
        load(record::load()),
        table.seconds(base)
    );
    println!("{section}");
    if !problems.is_empty() {
        return Err(problems.join("\n"));
    }
    if suite.options.whole() { record::replace(BEGIN, END, section.trim_end()) } else { Ok(()) }
}
