//! The counters that `--stats` prints.

use sox_driver::Runner;
use std::fmt::Write;
use std::time::Duration;

/// A line for each counter; `check_time` is what reading and checking the program took, `run_time`
/// what running it took; `steps`: they were counted, from first to last.
pub(crate) fn table(
    runner: &Runner,
    check_time: Duration,
    run_time: Duration,
    steps: bool,
) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name:<12} {value}");
    };
    let mib = |bytes: usize| format!("{:.1} MiB", bytes as f64 / (1 << 20) as f64);
    let ms = |time: Duration| format!("{:.3} ms", time.as_secs_f64() * 1e3);
    let stats = runner.statistics();
    line("check", ms(check_time));
    if let Some(bytecode) = runner.bytecode_statistics() {
        let [compile, optimize, verify] =
            [bytecode.compile, bytecode.optimize, bytecode.verify].map(ms);
        line(
            "bytecode",
            format!("compiled in {compile}, optimized in {optimize}, verified in {verify}"),
        );
        line("optimizer", bytecode.optimizer.to_string());
    }
    if let Some(vm) = runner.vm_statistics() {
        let (functions, instructions) = (vm.functions_translated, vm.instructions_translated);
        line("translated", format!("{functions} functions, {instructions} instructions"));
        let misses = vm.cache_misses;
        match runner.executed() {
            None => line("cache misses", misses.to_string()),
            Some(ran) => {
                line("instructions", ran.instructions.to_string());
                line("calls", ran.calls.to_string());
                let hits =
                    percent(ran.cache_uses.saturating_sub(misses) as f64, ran.cache_uses as f64);
                line("caches", format!("{} uses, {misses} misses ({hits} hits)", ran.cache_uses));
            }
        }
    }
    if steps {
        line("steps", stats.steps.to_string());
    }
    let (minor, full) = (stats.minor_collections, stats.full_collections);
    line("collections", format!("{minor} minor, {full} full"));
    if minor + full > 0 {
        let share = percent(stats.pause_total.as_secs_f64(), run_time.as_secs_f64());
        let (median, longest) = (ms(stats.pause_median), ms(stats.pause_max));
        let all = ms(stats.pause_total);
        line(
            "pauses",
            format!("{all} in all ({share} of the run), {median} median, {longest} longest"),
        );
    }
    let bytes = |bytes: u64| mib(bytes as usize);
    line("allocated", bytes(stats.bytes_allocated));
    let survived = percent(stats.bytes_survived as f64, stats.bytes_allocated as f64);
    line("survived", format!("{} ({survived})", bytes(stats.bytes_survived)));
    line("freed", bytes(stats.bytes_freed));
    line("returned", bytes(stats.bytes_returned));
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

/// A part in per cent.
fn percent(part: f64, whole: f64) -> String {
    format!("{:.1} %", if whole > 0.0 { 100.0 * part / whole } else { 0.0 })
}

/// The most memory the process ever had, where the system tells it (Linux).
fn resident_peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<usize>().ok()? << 10)
}
