//! `sox test`: runs each `#[test]` function of the `*_test.sox` files in a fresh isolate, after the
//! file's top level.

use crate::engine::library_program;
use crate::limit_message;
use crate::{Checked, ErrorReport, Input, InputError, Options, Rejected, Runner, check};
use sox_diagnostics::SourceMap;
use sox_lang::Unit;
use sox_program::GlobalId;
use sox_runtime::{Fault, Unpacked};
use std::path::{Path, PathBuf};

/// What happened while tests ran, in order.
#[derive(Debug)]
pub enum TestEvent<'a> {
    /// A file could not be read.
    Unreadable(&'a InputError),
    /// A file has compile errors.
    Rejected(&'a Rejected),
    /// The tests of a checked file begin; it may have warnings.
    File(&'a Path, &'a Checked),
    /// A test ended.
    Test(&'a str, &'a TestOutcome, &'a SourceMap),
}

/// How one test ended.
#[derive(Debug)]
pub enum TestOutcome {
    /// Nothing was wrong.
    Passed,
    /// `t.Error` or `t.Fatal` was called with these messages.
    Failed(Vec<String>),
    /// An error was not caught (a failing `assert` is one).
    Error(ErrorReport),
    /// It did not come to an end: a limit or `sysExit`.
    Stopped(String),
}

/// Counts over all files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TestSummary {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed, and files that could not be run.
    pub failed: usize,
    /// The worst exit status of files that could not be run, or 0.
    pub file_status: i32,
}

/// Runs the tests of the files whose name contains `filter`, telling `tell` what happens.
pub fn run_tests(
    files: &[PathBuf],
    filter: &str,
    options: &Options,
    tell: &mut dyn FnMut(TestEvent<'_>),
) -> TestSummary {
    let mut summary = TestSummary::default();
    for file in files {
        let options = options.of_program(file);
        match check(&Input::File(file.clone()), Unit::Script, &options) {
            Err(error) => {
                summary.fail_file(error.status);
                tell(TestEvent::Unreadable(&error));
            }
            Ok(Err(rejected)) => {
                summary.fail_file(rejected.status);
                tell(TestEvent::Rejected(&rejected));
            }
            Ok(Ok(checked)) => run_file(file, &checked, filter, &options, &mut summary, tell),
        }
    }
    summary
}

fn run_file(
    file: &Path,
    checked: &Checked,
    filter: &str,
    options: &Options,
    summary: &mut TestSummary,
    tell: &mut dyn FnMut(TestEvent<'_>),
) {
    tell(TestEvent::File(file, checked));
    for &(name, global) in &checked.program.tests {
        let name = checked.program.name(name);
        if !name.contains(filter) {
            continue;
        }
        let mut runner = Runner::new(options, Box::new(std::io::stdout()));
        let outcome = run_test(&mut runner, checked, global);
        // A test's output that cannot be written does not change its outcome.
        let _ = runner.iso.flush_output();
        match outcome {
            TestOutcome::Passed => summary.passed += 1,
            _ => summary.failed += 1,
        }
        tell(TestEvent::Test(name, &outcome, runner.sources()));
    }
}

impl TestSummary {
    fn fail_file(&mut self, status: i32) {
        self.failed += 1;
        self.file_status = self.file_status.max(status);
    }
}

fn run_test(runner: &mut Runner, checked: &Checked, test: GlobalId) -> TestOutcome {
    let result = run_test_function(runner, checked, test);
    match result {
        Ok(errors) if errors.is_empty() => TestOutcome::Passed,
        Ok(errors) => TestOutcome::Failed(errors),
        Err(Fault::Thrown | Fault::Error(..)) => match fatal_message(runner) {
            Some(message) => TestOutcome::Failed(vec![message]),
            None => TestOutcome::Error(runner.report()),
        },
        Err(Fault::Exit(status)) => TestOutcome::Stopped(format!("it called sysExit({status})")),
        Err(Fault::Limit(limit)) => TestOutcome::Stopped(limit_message(&limit)),
    }
}

/// The message of `t.Fatal`, if that is what was thrown.
fn fatal_message(runner: &mut Runner) -> Option<String> {
    let error = runner.iso.pending()?;
    let fatal = !error.is_plain() && error.kind_name().text() == "FatalTestFailure";
    fatal.then(|| error.message().text().to_string())
}

/// Runs the top level and the test; gives the messages of `t.Error`.
fn run_test_function(
    runner: &mut Runner,
    checked: &Checked,
    test: GlobalId,
) -> Result<Vec<String>, Fault> {
    let loaded = runner.load_and_run_top_level(checked)?;
    let t = runner.iso.stack().len();
    push_t(runner)?;
    let slot = runner.machine.global_slot(loaded.unit, test);
    let stack = runner.iso.stack();
    let function = runner.iso.global(slot);
    stack.push(function);
    // A test that needs no `t` need not declare it.
    let takes_t = match function.unpack() {
        Unpacked::Closure(closure) => runner.iso.function_info(closure.function()).params > 0,
        _ => true,
    };
    if takes_t {
        stack.push(stack.get(t));
    }
    runner.cx().call(usize::from(takes_t))?;
    Ok(error_messages(runner, t))
}

/// Makes the `t` of a test, on top of the stack.
fn push_t(runner: &mut Runner) -> Result<(), Fault> {
    let mut sources = SourceMap::default();
    let program = library_program(&mut sources, "testing", include_str!("testing.sox"));
    let unit = runner.machine.load(&mut runner.iso, &program, &sources, None);
    let unit = unit.expect("the test library is within the limits");
    runner.machine.run_entry(&mut runner.iso, unit)?;
    runner.cx().call(0)
}

fn error_messages(runner: &Runner, t: usize) -> Vec<String> {
    let Unpacked::Instance(t) = runner.iso.stack().get(t).unpack() else { return Vec::new() };
    let errors = t.fields().find(|(name, _)| name.text() == "errors");
    let Some((_, errors)) = errors else { return Vec::new() };
    let Unpacked::Array(errors) = errors.unpack() else { return Vec::new() };
    errors.iter().filter_map(|error| Some(error.as_str()?.text().to_string())).collect()
}
