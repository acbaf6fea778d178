//! `sox bench`: measures the benchmark functions of a file, each in a fresh isolate after the file's
//! top level.
//!
//! A benchmark takes one argument, a table `b`, and does its work `b["n"]` times. The number is
//! raised until one call lasts the target time, so that the clock's grain and the call itself do not
//! count; then the call is repeated for samples. (The method of Go's `testing.B`.)

use crate::limit_message;
use crate::{Checked, ErrorReport, Input, InputError, Loaded, Options, Rejected, Runner, check};
use sox_diagnostics::SourceMap;
use sox_lang::Unit;
use sox_program::GlobalId;
use sox_runtime::{ErrorKind, Fault, Unpacked, Value};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Calls that are measured, after the number of turns is found.
const SAMPLES: usize = 5;
/// The number of turns is not raised beyond this: a benchmark that does not look at `b["n"]` ends.
const MOST_TURNS: u64 = 1_000_000_000;

/// What happened while benchmarks ran, in order.
#[derive(Debug)]
pub enum BenchEvent<'a> {
    /// A file could not be read.
    Unreadable(&'a InputError),
    /// A file has compile errors.
    Rejected(&'a Rejected),
    /// The benchmarks of a checked file begin; it may have warnings.
    File(&'a Path, &'a Checked),
    /// A benchmark ended.
    Bench(&'a str, &'a BenchOutcome, &'a SourceMap),
}

/// How one benchmark ended.
#[derive(Debug)]
pub enum BenchOutcome {
    /// It was measured.
    Measured(Measurement),
    /// An error was not caught.
    Error(ErrorReport),
    /// It did not come to an end: a limit or `sysExit`.
    Stopped(String),
}

/// The time of a benchmark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measurement {
    /// Turns in one call.
    pub turns: u64,
    /// Calls that were measured.
    pub samples: usize,
    /// Nanoseconds for one turn: the median over the samples.
    pub median_ns: f64,
    /// The least.
    pub min_ns: f64,
    /// The greatest.
    pub max_ns: f64,
}

/// Counts over all files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BenchSummary {
    /// Benchmarks that were measured.
    pub measured: usize,
    /// Benchmarks that failed, and files that could not be run.
    pub failed: usize,
    /// The worst exit status of files that could not be run, or 0.
    pub file_status: i32,
}

/// Runs the benchmarks whose name contains `filter`, each call lasting `target` or longer, telling
/// `tell` what happens.
pub fn run_benches(
    files: &[PathBuf],
    filter: &str,
    target: Duration,
    options: &Options,
    tell: &mut dyn FnMut(BenchEvent<'_>),
) -> BenchSummary {
    let mut summary = BenchSummary::default();
    for file in files {
        let options = options.of_program(file);
        match check(&Input::File(file.clone()), Unit::Script, &options) {
            Err(error) => {
                summary.fail_file(error.status);
                tell(BenchEvent::Unreadable(&error));
            }
            Ok(Err(rejected)) => {
                summary.fail_file(rejected.status);
                tell(BenchEvent::Rejected(&rejected));
            }
            Ok(Ok(checked)) => {
                tell(BenchEvent::File(file, &checked));
                let benches = checked.program.benches.iter();
                for &(name, bench) in benches {
                    let name = checked.program.name(name);
                    if name.contains(filter) {
                        run_bench(name, &checked, bench, target, &options, &mut summary, tell);
                    }
                }
            }
        }
    }
    summary
}

impl BenchSummary {
    fn fail_file(&mut self, status: i32) {
        self.failed += 1;
        self.file_status = self.file_status.max(status);
    }
}

fn run_bench(
    name: &str,
    checked: &Checked,
    bench: GlobalId,
    target: Duration,
    options: &Options,
    summary: &mut BenchSummary,
    tell: &mut dyn FnMut(BenchEvent<'_>),
) {
    let mut runner = Runner::new(options, Box::new(std::io::stdout()));
    let outcome = match measure(&mut runner, checked, bench, target) {
        Ok(measurement) => BenchOutcome::Measured(measurement),
        Err(Fault::Exit(status)) => BenchOutcome::Stopped(format!("it called sysExit({status})")),
        Err(Fault::Limit(limit)) => BenchOutcome::Stopped(limit_message(&limit)),
        Err(fault @ Fault::Error(..)) => {
            runner.iso.raise(fault, Vec::new);
            BenchOutcome::Error(runner.report())
        }
        Err(Fault::Thrown) => BenchOutcome::Error(runner.report()),
    };
    // Output that cannot be written does not change a measurement.
    let _ = runner.iso.flush_output();
    match outcome {
        BenchOutcome::Measured(_) => summary.measured += 1,
        _ => summary.failed += 1,
    }
    tell(BenchEvent::Bench(name, &outcome, runner.sources()));
}

fn measure(
    runner: &mut Runner,
    checked: &Checked,
    bench: GlobalId,
    target: Duration,
) -> Result<Measurement, Fault> {
    let loaded = runner.load_and_run_top_level(checked)?;
    let mut turns = 1;
    loop {
        let took = time_call(runner, &loaded, bench, turns)?;
        if took >= target || turns >= MOST_TURNS {
            break;
        }
        turns = more_turns(turns, took, target);
    }
    let mut samples = [0.0; SAMPLES];
    for sample in &mut samples {
        *sample = time_call(runner, &loaded, bench, turns)?.as_secs_f64() * 1e9 / turns as f64;
    }
    samples.sort_by(f64::total_cmp);
    Ok(Measurement {
        turns,
        samples: SAMPLES,
        median_ns: samples[SAMPLES / 2],
        min_ns: samples[0],
        max_ns: samples[SAMPLES - 1],
    })
}

/// A number of turns that should last a fifth longer than the target, at most a hundred times more
/// than before (the first calls are no good guide), and at least one more.
fn more_turns(turns: u64, took: Duration, target: Duration) -> u64 {
    let wanted = turns as f64 * 1.2 * target.as_secs_f64() / took.as_secs_f64().max(1e-9);
    let wanted = round_up(wanted.min(MOST_TURNS as f64) as u64);
    wanted.clamp(turns + 1, turns.saturating_mul(100).max(2)).min(MOST_TURNS)
}

/// The next number of the kind 1, 2, 5, 10, 20, 50, …: easier to read.
fn round_up(number: u64) -> u64 {
    let mut unit = 1;
    loop {
        for round in [unit, 2 * unit, 5 * unit] {
            if round >= number {
                return round;
            }
        }
        unit *= 10;
    }
}

/// The time of `turns` turns: of one call with `b`, or of as many calls if the benchmark takes none.
fn time_call(
    runner: &mut Runner,
    loaded: &Loaded,
    bench: GlobalId,
    turns: u64,
) -> Result<Duration, Fault> {
    let slot = runner.machine.global_slot(loaded.unit, bench);
    let takes_b = match runner.iso.global(slot).unpack() {
        Unpacked::Closure(closure) => {
            let info = runner.iso.function_info(closure.function());
            if info.required > 1 {
                // No line of the program makes this call, so the message tells who does.
                let message = format!(
                    "A benchmark is called with one argument, a table with the number of turns at \
                     \"n\", and cannot take {}.",
                    info.required
                );
                return Err(Fault::error(ErrorKind::ArityError, message));
            }
            info.params > 0
        }
        _ => true,
    };
    let base = runner.iso.stack().len();
    let begin = Instant::now();
    for _ in 0..if takes_b { 1 } else { turns } {
        let stack = runner.iso.stack();
        stack.push(runner.iso.global(slot));
        if takes_b {
            let b = runner.iso.table()?;
            let n = runner.iso.string("n")?;
            b.set(&runner.iso, n.into(), Value::number(turns as f64))?;
            stack.push(b.into());
        }
        runner.cx().call(usize::from(takes_b))?;
        runner.iso.stack().truncate(base);
    }
    Ok(begin.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_grow_to_round_numbers_and_end() {
        let second = Duration::from_secs(1);
        assert_eq!(more_turns(1, Duration::from_micros(1), second), 100);
        assert_eq!(more_turns(1000, Duration::from_millis(30), second), 50_000);
        assert_eq!(more_turns(1, Duration::from_millis(900), second), 2);
        assert_eq!(more_turns(MOST_TURNS - 1, Duration::ZERO, second), MOST_TURNS);
        assert_eq!(round_up(0), 1);
        assert_eq!(round_up(21), 50);
    }
}
