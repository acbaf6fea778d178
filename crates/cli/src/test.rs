//! `sox test`: runs the tests and prints a line for each.

use crate::args::{CommonArgs, TestArgs};
use crate::output::{Reporter, print};
use crate::run::options;
use sox_driver::{TestEvent, TestOutcome, find_files, run_tests, status};
use std::path::PathBuf;

/// Runs the tests to the exit status: 0, 1 if some failed, or that of a file that could not be run.
pub(crate) fn test(args: &TestArgs, common: &CommonArgs) -> i32 {
    let reporter = Reporter::new(common);
    let paths = if args.paths.is_empty() { vec![PathBuf::from(".")] } else { args.paths.clone() };
    let files = match find_files(&paths, "_test.sox") {
        Ok(files) => files,
        Err(error) => {
            reporter.error(&format!("cannot look for tests: {error}"));
            return status::NO_INPUT;
        }
    };
    let options = options(&args.engine);
    let filter = args.filter.as_deref().unwrap_or("");
    let mut heading = String::new();
    let mut tell = |event: TestEvent<'_>| tell(&reporter, &mut heading, event);
    let summary = run_tests(&files, filter, &options, &mut tell);
    if summary.passed + summary.failed == 0 {
        print(&match filter {
            "" => "no tests found (they are functions marked #[test] in files named *_test.sox)\n"
                .into(),
            filter => format!("no test has '{filter}' in its name\n"),
        });
        return status::OK;
    }
    print(&format!("{} passed, {} failed\n", summary.passed, summary.failed));
    match (summary.file_status, summary.failed) {
        (0, 0) => status::OK,
        (0, _) => status::TESTS_FAILED,
        (status, _) => status,
    }
}

/// Shows an event; `heading` is the name of a file, kept until a test of it has run.
fn tell(reporter: &Reporter, heading: &mut String, event: TestEvent<'_>) {
    match event {
        TestEvent::Unreadable(error) => reporter.input_error(error),
        TestEvent::Rejected(rejected) => {
            reporter.diagnostics(&rejected.diagnostics, &rejected.sources);
        }
        TestEvent::File(path, checked) => {
            reporter.diagnostics(&checked.diagnostics, &checked.sources);
            *heading = format!("{}\n", path.display());
        }
        TestEvent::Test(name, outcome, sources) => {
            let word = if matches!(outcome, TestOutcome::Passed) { "ok" } else { "FAILED" };
            print(&format!("{}  {name} ... {word}\n", std::mem::take(heading)));
            match outcome {
                TestOutcome::Passed => {}
                TestOutcome::Failed(messages) => {
                    messages.iter().for_each(|message| reporter.failure(name, message));
                }
                TestOutcome::Error(report) => reporter.uncaught(report, sources),
                TestOutcome::Stopped(reason) => reporter.failure(name, reason),
            }
        }
    }
}
