//! The benchmarks' programs, small: on every engine they print what is in `bench/expected`, which
//! the programs in other languages print, too.

use sox_testkit::command::run;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const BOUND: Duration = Duration::from_secs(120);

/// Each program and its size here.
const PROGRAMS: [(&str, &str); 19] = [
    ("array", "1000"),
    ("binary_trees", "6"),
    ("closure", "1000"),
    ("deltablue", "2"),
    ("fannkuch", "6"),
    ("fib", "15"),
    ("hash", "2000"),
    ("json", "20"),
    ("list_sum", "1"),
    ("loop", "10000"),
    ("mandelbrot", "30"),
    ("method", "8000"),
    ("nbody", "200"),
    ("quicksort", "1000"),
    ("richards", "1"),
    ("sieve", "1000"),
    ("spectral", "20"),
    ("string_append", "10500"),
    ("string_build", "1000"),
];

fn bench() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench")
}

fn check(engine: &str) {
    for (name, size) in PROGRAMS {
        let program = bench().join(format!("sox/{name}.sox"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_sox"));
        command.env("SOX_CACHE", "off");
        let command = command.args(["--engine", engine]).arg(program).arg(size);
        let finished = run(command, "", BOUND).expect("it ends by itself");
        let expected = std::fs::read_to_string(bench().join(format!("expected/{name}.txt")));
        let expected = expected.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(finished.stdout, expected, "{name} {size} on {engine}: {}", finished.stderr);
        assert_eq!(finished.stderr, "", "{name} {size} on {engine}");
        assert_eq!(finished.status, Some(0), "{name} {size} on {engine}");
    }
}

#[test]
fn benchmarks_print_what_they_should_on_the_machine() {
    check("vm");
}

#[test]
fn benchmarks_print_what_they_should_on_the_evaluator() {
    check("ast");
}

#[test]
fn every_benchmark_is_listed_here() {
    let files = std::fs::read_dir(bench().join("sox")).expect("the programs are there");
    let files: BTreeSet<String> = files
        .map(|entry| entry.expect("a readable folder").path())
        .map(|path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned())
        .collect();
    let listed: BTreeSet<String> = PROGRAMS.iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(files, listed);
}
