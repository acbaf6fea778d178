//! `sox bench`: runs the benchmarks and prints a line for each.

use crate::args::{BenchArgs, CommonArgs};
use crate::output::{Reporter, eprint, print};
use crate::run::options;
use sox_driver::{BenchEvent, BenchOutcome, Measurement, find_files, run_benches, status};
use std::path::PathBuf;

/// Runs the benchmarks to the exit status: 0, 1 if some failed, or that of a file that could not be
/// run.
pub(crate) fn bench(args: &BenchArgs, common: &CommonArgs) -> i32 {
    let reporter = Reporter::new(common);
    let paths = if args.files.is_empty() { vec![PathBuf::from(".")] } else { args.files.clone() };
    let files = match find_files(&paths, "_bench.sox") {
        Ok(files) => files,
        Err(error) => {
            reporter.error(&format!("cannot look for benchmarks: {error}"));
            return status::NO_INPUT;
        }
    };
    let filter = args.filter.as_deref().unwrap_or("");
    let mut heading = String::new();
    let mut tell = |event: BenchEvent<'_>| tell(&reporter, &mut heading, event);
    let summary = run_benches(&files, filter, args.time, &options(&args.engine), &mut tell);
    if summary.measured + summary.failed == 0 {
        print(&match filter {
            "" => "no benchmarks found (they are functions named Benchmark… or marked #[bench]; \
                   without a FILE, those in files named *_bench.sox)\n"
                .into(),
            filter => format!("no benchmark has '{filter}' in its name\n"),
        });
    }
    match (summary.file_status, summary.failed) {
        (0, 0) => status::OK,
        (0, _) => status::TESTS_FAILED,
        (status, _) => status,
    }
}

/// Shows an event; `heading` is the name of a file, kept until a benchmark of it has run.
fn tell(reporter: &Reporter, heading: &mut String, event: BenchEvent<'_>) {
    match event {
        BenchEvent::Unreadable(error) => reporter.input_error(error),
        BenchEvent::Rejected(rejected) => {
            reporter.diagnostics(&rejected.diagnostics, &rejected.sources);
        }
        BenchEvent::File(path, checked) => {
            reporter.diagnostics(&checked.diagnostics, &checked.sources);
            *heading = format!("{}\n", path.display());
        }
        BenchEvent::Bench(name, outcome, sources) => {
            let heading = std::mem::take(heading);
            match outcome {
                BenchOutcome::Measured(measured) => {
                    print(&format!("{heading}{}\n", line(name, measured)));
                }
                BenchOutcome::Error(report) => {
                    print(&format!("{heading}  {name} ... FAILED\n"));
                    reporter.uncaught(report, sources);
                }
                BenchOutcome::Stopped(reason) => {
                    print(&format!("{heading}  {name} ... FAILED\n"));
                    eprint(&format!("    {reason}\n"));
                }
            }
        }
    }
}

fn line(name: &str, measured: &Measurement) -> String {
    format!(
        "  {name:<28} {:>11}  {:>10} ns/op  (median of {}; min {}, max {})",
        measured.turns,
        digits(measured.median_ns),
        measured.samples,
        digits(measured.min_ns),
        digits(measured.max_ns),
    )
}

/// Nanoseconds to three or more significant digits.
fn digits(ns: f64) -> String {
    match ns {
        ns if ns < 10.0 => format!("{ns:.2}"),
        ns if ns < 100.0 => format!("{ns:.1}"),
        ns => format!("{ns:.0}"),
    }
}
