//! `sox bench` through the real command. What it measures differs from run to run; that it measures,
//! what it calls, and how it fails does not.

use sox_testkit::command::{Finished, run};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

fn bench(folder: &Path, args: &[&str]) -> Finished {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sox"));
    command.env("SOX_CACHE", "off");
    command.args(["bench", "--time", "0.001"]).args(args).current_dir(folder);
    run(command.env("NO_COLOR", "1"), "", Duration::from_secs(60)).expect("sox ends by itself")
}

fn folder_with(name: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), text).unwrap();
    folder
}

/// The first word and the number of turns of each line that reports a measurement.
fn measured(finished: &Finished) -> Vec<(&str, u64)> {
    let lines = finished.stdout.lines().filter(|line| line.contains(" ns/op  (median of 5; min "));
    let turns = |line: &str| line.split_whitespace().nth(1).unwrap().parse().unwrap();
    lines.map(|line| (line.split_whitespace().next().unwrap(), turns(line))).collect()
}

#[test]
fn marked_and_named_functions_are_measured_on_both_engines() {
    let text = "
        var turns = 0
        #[bench] fn Counting(b) { for var i = 0; i < b[\"n\"]; i += 1 { turns += 1 } }
        fn BenchmarkPlain() { }
        fn helper(b) { throw \"not a benchmark\" }
    ";
    let folder = folder_with("sum_bench.sox", text);
    std::fs::write(folder.path().join("other.sox"), "this is not looked at").unwrap();
    for engine in ["vm", "ast"] {
        let finished = bench(folder.path(), &["--engine", engine]);
        assert_eq!((finished.status, finished.stderr.as_str()), (Some(0), ""), "{finished:?}");
        let names: Vec<&str> = measured(&finished).iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["Counting", "BenchmarkPlain"], "{finished:?}");
        assert!(measured(&finished).iter().all(|(_, turns)| *turns > 1), "{finished:?}");
    }
    let filtered = bench(folder.path(), &["--filter", "Plain"]);
    assert_eq!(measured(&filtered).len(), 1, "{filtered:?}");
}

#[test]
fn failures_are_reported_and_the_rest_is_still_measured() {
    let text = "
        #[bench] fn Throws(b) { throw error(\"broken\") }
        #[bench] fn Leaves(b) { sysExit(3) }
        #[bench] fn Greedy(b, c) { }
        #[bench] fn Fine(b) { }
    ";
    let folder = folder_with("a.sox", text);
    let finished = bench(folder.path(), &["a.sox"]);
    assert_eq!(finished.status, Some(1), "{finished:?}");
    assert_eq!(finished.stdout.matches("FAILED").count(), 3, "{finished:?}");
    assert_eq!(measured(&finished).len(), 1, "{finished:?}");
    for text in ["broken", "it called sysExit(3)", "and cannot take 2."] {
        assert!(finished.stderr.contains(text), "{text}: {finished:?}");
    }
}

#[test]
fn what_cannot_be_measured_says_so() {
    let folder = folder_with("broken_bench.sox", "var = 1");
    let broken = bench(folder.path(), &[]);
    assert_eq!(broken.status, Some(65), "{broken:?}");
    assert_eq!(bench(folder.path(), &["missing.sox"]).status, Some(66));
    assert_eq!(bench(folder.path(), &["--time", "soon"]).status, Some(64));
    std::fs::remove_file(folder.path().join("broken_bench.sox")).unwrap();
    let none = bench(folder.path(), &[]);
    assert_eq!(none.status, Some(0));
    assert!(none.stdout.starts_with("no benchmarks found"), "{none:?}");
}
