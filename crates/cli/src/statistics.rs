//! The counters that `--stats` prints.

use sox_driver::Runner;
use std::fmt::Write;
use std::time::Duration;

/// A line for each counter; `check_time` is what reading and checking the program took.
pub(crate) fn table(runner: &Runner, check_time: Duration) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name:<12} {value}");
    };
    let mib = |bytes: usize| format!("{:.1} MiB", bytes as f64 / (1 << 20) as f64);
    let ms = |time: Duration| format!("{:.3} ms", time.as_secs_f64() * 1e3);
    let stats = runner.statistics();
    line("check", ms(check_time));
    if let Some(vm) = runner.vm_statistics() {
        let (functions, instructions) = (vm.functions_translated, vm.instructions_translated);
        line("translated", format!("{functions} functions, {instructions} instructions"));
        line("cache misses", vm.cache_misses.to_string());
    }
    // The virtual machine counts steps only if they are limited.
    if stats.steps > 0 {
        line("steps", stats.steps.to_string());
    }
    let (all, longest) = (ms(stats.pause_total), ms(stats.pause_max));
    line("collections", format!("{} ({all} in all, {longest} the longest)", stats.collections));
    line("allocated", mib(stats.bytes_allocated as usize));
    line("live", mib(stats.live_bytes));
    line("peak", mib(stats.peak_bytes));
    if let Some(bytes) = resident_peak() {
        line("resident", mib(bytes));
    }
    text
}

/// A line for each triple of the machine's instructions that ran one after the other, most frequent
/// first: how often, then the three, oldest first.
pub(crate) fn instructions(runner: &Runner) -> String {
    let mut triples = runner.instruction_counts();
    triples.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut text = String::new();
    for ([first, second, third], count) in triples {
        let _ = writeln!(text, "{count} {first} {second} {third}");
    }
    text
}

/// The most memory the process ever had, where the system tells it (Linux).
fn resident_peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<usize>().ok()? << 10)
}
