//! `sox --stats`, through the real command.

use sox_testkit::command::run;
use std::process::Command;
use std::time::Duration;

const PROGRAM: &str = "
class Point { init(x) { this.x = x } twice() { return this.x * 2 } }
fn main() {
    var point = Point(3)
    var sum = 0
    for var i = 0; i < 1000; i += 1 { sum += point.twice() }
    print sum
}
";

/// The lines of the counters, by their names.
fn counters(args: &[&str]) -> Vec<(String, String)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sox"));
    command.env("SOX_CACHE", "off");
    command.args(args).args(["-e", PROGRAM]).env("NO_COLOR", "1");
    let finished = run(&mut command, "", Duration::from_secs(60)).expect("the command ends");
    assert_eq!((finished.stdout.as_str(), finished.status), ("6000\n", Some(0)), "{finished:?}");
    let row = |line: &str| (line[..12].trim().to_string(), line[12..].trim().to_string());
    finished.stderr.lines().map(row).collect()
}

fn number(counters: &[(String, String)], name: &str) -> Option<u64> {
    let (_, value) = counters.iter().find(|(counter, _)| counter == name)?;
    value.split_whitespace().next()?.parse().ok()
}

#[test]
fn steps_are_shown_where_they_are_counted() {
    assert_eq!(number(&counters(&["--stats"]), "steps"), None);
    let limited = number(&counters(&["--stats", "--max-steps", "100000"]), "steps");
    // The top level, main, init, a thousand turns and as many calls.
    assert_eq!(limited, Some(2003));
    assert_eq!(number(&counters(&["--stats", "--engine", "ast"]), "steps"), limited);
}

#[test]
fn full_statistics_count_what_was_executed() {
    if sox_driver::Form::AVAILABLE.len() < 2 {
        eprintln!("skipped: this build has no threaded form, which is what counts instructions");
        return;
    }
    let brief = counters(&["--stats", "--dispatch", "threaded"]);
    assert_eq!(number(&brief, "instructions"), None);
    let full = counters(&["--stats=full", "--dispatch", "threaded"]);
    assert_eq!(number(&full, "calls"), Some(1001));
    assert!(number(&full, "instructions").is_some_and(|count| count > 3000), "{full:?}");
    let caches = full.iter().find(|(name, _)| name == "caches").expect("a line for the caches");
    // A look-up for each call of the method, for `this.x` in each, and a few that only happen once.
    assert!(number(&full, "caches").is_some_and(|uses| (2000..2010).contains(&uses)), "{caches:?}");
    assert!(
        caches.1.ends_with("(99.8 % hits)") || caches.1.ends_with("(99.9 % hits)"),
        "{caches:?}"
    );
}
