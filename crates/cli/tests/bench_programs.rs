//! The benchmarks' programs, small: on every engine they print what is in `bench/expected`, which
//! the programs in other languages print, too.

use sox_testkit::command::run;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const BOUND: Duration = Duration::from_secs(120);

/// Each program and its size here.
const PROGRAMS: [(&str, &str); 22] = [
    ("array", "1000"),
    ("binary_trees", "6"),
    ("closure", "1000"),
    ("concatenation", "2"),
    ("counting", "3000"),
    ("deltablue", "2"),
    ("fannkuch", "6"),
    ("fib", "15"),
    ("hash", "2000"),
    ("json", "20"),
    ("list_items", "1000"),
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

fn check(engine: &str, language: &str) {
    for (name, size) in PROGRAMS {
        let program = bench().join(format!("{language}/{name}.{language}"));
        if language == "poh" && !program.exists() {
            continue;
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_sox"));
        command.env("SOX_CACHE", "off");
        let command = command.args(["--engine", engine]).arg(program).arg(size);
        let finished = run(command, "", BOUND).expect("it ends by itself");
        let expected = std::fs::read_to_string(bench().join(format!("expected/{name}.txt")));
        let expected = expected.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            finished.stdout, expected,
            "{name} {size} in {language} on {engine}: {}",
            finished.stderr
        );
        assert_eq!(finished.stderr, "", "{name} {size} in {language} on {engine}");
        assert_eq!(finished.status, Some(0), "{name} {size} in {language} on {engine}");
    }
}

#[test]
fn benchmarks_print_what_they_should_on_the_machine() {
    check("vm", "sox");
}

#[test]
fn benchmarks_print_what_they_should_on_the_evaluator() {
    check("ast", "sox");
}

#[test]
fn benchmarks_in_pohlang_print_the_same_on_the_machine() {
    check("vm", "poh");
}

#[test]
fn benchmarks_in_pohlang_print_the_same_on_the_evaluator() {
    check("ast", "poh");
}

/// The names of the programs in a language.
fn programs(language: &str) -> BTreeSet<String> {
    std::fs::read_dir(bench().join(language))
        .expect("the programs are there")
        .map(|entry| entry.expect("a readable folder").path())
        .map(|path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn every_benchmark_is_listed_here() {
    let listed: BTreeSet<String> = PROGRAMS.iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(programs("sox"), listed);
    assert!(programs("poh").is_subset(&listed), "a program in PohLang has no twin in Sox");
    assert!(programs("poh").len() >= 14);
}
