//! `sox --profile`, through the real command.

use sox_testkit::command::{Finished, run};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Works for a while, by the clock so that there are samples however fast the machine is, and for
/// many rounds so that there are however slow it is; mostly in `hot`, some of it called by a
/// function of the library.
const PROGRAM: &str = "
fn hot(x) {
    var sum = x
    for var i = 0; i < 300; i += 1 { sum = (sum * 7 + i) % 1000 }
    return sum
}
fn warm() { return [1, 2, 3].map(fn(x) { return hot(x) }) }
fn main() {
    var end = clock() + 0.3
    var rounds = 0
    while clock() < end or rounds < 5000 { warm() hot(rounds) rounds += 1 }
    print rounds > 0
    return 7
}
";

fn sox(folder: &Path, args: &[&str]) -> Finished {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sox"));
    command.env("SOX_CACHE", "off");
    command.current_dir(folder).env("NO_COLOR", "1").args(args);
    run(&mut command, "", Duration::from_secs(60)).expect("the command ends")
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("app.sox"), PROGRAM).expect("a file");
    folder
}

#[test]
fn the_table_and_the_file_tell_where_the_time_went() {
    let folder = folder();
    for form in ["loop", "threaded"] {
        if form == "threaded" && sox_driver::Form::AVAILABLE.len() < 2 {
            continue;
        }
        let finished =
            sox(folder.path(), &["run", "--dispatch", form, "--profile=out.txt", "app.sox"]);
        assert_eq!((&*finished.stdout, finished.status), ("true\n", Some(7)), "{finished:?}");
        let mut lines = finished.stderr.lines();
        assert!(lines.next().is_some_and(|line| line.starts_with("profile: ")), "{finished:?}");
        assert_eq!(lines.next(), Some("  self %  total %  function"));
        // Nearly all of it is in `hot`, which begins on line 2; what the machine did besides may
        // have put another function before it.
        assert!(lines.any(|line| line.ends_with("  hot (app.sox:2)")), "{finished:?}");
        assert!(
            finished.stderr.contains("  map (prelude:"),
            "library frames are shown: {finished:?}"
        );
        assert_eq!(finished.stderr.lines().last(), Some("call stacks for a flame graph: out.txt"));

        let folded = std::fs::read_to_string(folder.path().join("out.txt")).expect("the file");
        let mut sum = 0;
        for line in folded.lines() {
            let (names, ticks) = line.rsplit_once(' ').expect("names and ticks");
            sum += ticks.parse::<u64>().expect("a number");
            let mut names = names.split(';');
            assert!(matches!(names.next(), Some("main" | "script")), "{line}");
            assert!(names.all(|name| !name.is_empty()), "{line}");
        }
        let first = finished.stderr.lines().next().unwrap_or_default();
        assert_eq!(first, format!("profile: {sum} ms"));
        assert!(folded.lines().any(|line| line.starts_with("main;hot ")), "{folded}");
        assert!(folded.lines().any(|line| line.starts_with("main;warm;map;")), "{folded}");
    }
}

#[test]
fn without_a_name_the_file_has_the_usual_one() {
    let folder = folder();
    let finished = sox(folder.path(), &["--profile", "app.sox"]);
    assert_eq!(finished.status, Some(7), "{finished:?}");
    assert!(folder.path().join("sox-profile.txt").exists());
}

#[test]
fn a_program_that_fails_has_a_profile_too() {
    let folder = folder();
    let program = "fn f() { var end = clock() + 0.1 while clock() < end { } throw 1 } f()";
    std::fs::write(folder.path().join("fails.sox"), program).expect("a file");
    let finished = sox(folder.path(), &["--profile=p", "fails.sox"]);
    assert_eq!(finished.status, Some(70), "{finished:?}");
    assert!(finished.stderr.starts_with("error: Uncaught: 1"), "{finished:?}");
    let folded = std::fs::read_to_string(folder.path().join("p")).expect("the file");
    assert!(folded.contains("script;f "), "{folded}");
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = folder();
    let evaluator = sox(folder.path(), &["--engine", "ast", "--profile", "app.sox"]);
    assert_eq!((evaluator.status, &*evaluator.stdout), (Some(64), ""), "{evaluator:?}");
    assert!(evaluator.stderr.contains("leave out --engine ast"), "{evaluator:?}");
    std::fs::write(folder.path().join("short.sox"), "print 1").expect("a file");
    let itself = sox(folder.path(), &["--profile=./short.sox", "short.sox"]);
    assert_eq!((itself.status, &*itself.stdout), (Some(64), ""), "{itself:?}");
    assert!(itself.stderr.contains("'short.sox' would be overwritten"), "{itself:?}");
    assert_eq!(std::fs::read(folder.path().join("short.sox")).expect("a file"), b"print 1");
    let nowhere = sox(folder.path(), &["--profile=missing/out.txt", "short.sox"]);
    assert_eq!((nowhere.status, &*nowhere.stdout), (Some(73), "1\n"), "{nowhere:?}");
    assert!(nowhere.stderr.contains("cannot write 'missing/out.txt': No such file"), "{nowhere:?}");
}
