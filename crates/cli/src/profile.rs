//! What `--profile` leaves: a table on standard error, and a file for tools that draw flame graphs.

use crate::output::eprint;
use sox_driver::{Profile, ProfiledFunction, write_atomically};
use std::fmt::Write;
use std::path::Path;

/// Functions in the table, those with most time in themselves.
const SHOWN: usize = 20;

/// Prints the table and writes the file.
///
/// # Errors
/// If the file cannot be written: says so in a sentence.
pub(crate) fn report(profile: &Profile, file: &Path) -> Result<(), String> {
    eprint(&table(profile));
    let shown = file.display();
    write_atomically(file, profile.folded().as_bytes())
        .map_err(|error| format!("cannot write '{shown}': {error}"))?;
    eprint(&format!("call stacks for a flame graph: {shown}\n"));
    Ok(())
}

/// A line for each function: per cent of the time in it alone, and with what it called.
fn table(profile: &Profile) -> String {
    let ticks = profile.ticks();
    if ticks == 0 {
        return "profile: the program ended before the first sample (they are taken every \
                millisecond)\n"
            .into();
    }
    let percent = |part: u64| 100.0 * part as f64 / ticks as f64;
    let rows = profile.by_function();
    let mut text = format!("profile: {ticks} ms\n  self %  total %  function\n");
    for &(function, own, total) in rows.iter().take(SHOWN) {
        let ProfiledFunction { name, source, line } = function;
        // Writing to a string does not fail.
        let _ =
            writeln!(text, "{:8.1} {:8.1}  {name} ({source}:{line})", percent(own), percent(total));
    }
    if rows.len() > SHOWN {
        let _ = writeln!(text, "                   and {} more", rows.len() - SHOWN);
    }
    text
}
