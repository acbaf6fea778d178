//! What `--stats` says afterwards, in words.

use sox_driver::Runner;
use std::fmt::Write;
use std::time::Duration;

/// A line for each thing there is to know.
pub(crate) fn table(runner: &Runner, checked_in: Duration, ran_in: Duration) -> String {
    let mut text = String::new();
    let mut line = |what: &str, value: String| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{what:<27} {value}");
    };
    let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
    let statistics = runner.statistics();
    line("Reading and checking it:", ms(checked_in));
    line("Running it:", ms(ran_in));
    if let Some(executed) = runner.executed() {
        line("Instructions that ran:", executed.instructions.to_string());
        line("Functions and phrases used:", times(executed.calls));
    }
    line("Most memory at a time:", format!("{:.1} KB", statistics.peak_bytes as f64 / 1024.0));
    let tidied = statistics.minor_collections + statistics.full_collections;
    line("Memory was tidied up:", times(tidied));
    text
}

/// A count in words.
fn times(count: u64) -> String {
    if count == 1 { "once".into() } else { format!("{count} times") }
}
