//! `cargo xtask verifier-mutants`: takes away each check of the verifier in turn and demands that
//! some test of the verifier fails then.
//!
//! The checks are the `ensure!` in `crates/bytecode/src/verify`. The crate is built once, with a
//! feature that makes each of them ask an environment variable before it breaks a rule; then the
//! tests run once for each. That a test panics or does not come to an end is a failure too: what the
//! check kept out got further than it may.

use crate::shell::{cargo, output, root};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Tests without a check that end later than this do not come to an end.
const BOUND: Duration = Duration::from_secs(20);

/// A check, and the line it stands in.
struct Check {
    file: String,
    line: usize,
    rule: String,
}

/// Runs the tests without each check.
///
/// # Errors
/// If the tests fail with all checks, or pass without one.
pub(crate) fn run() -> Result<(), String> {
    let checks = checks(&root().join("crates/bytecode/src/verify"))?;
    let tests = build()?;
    if !pass(&tests, "none")? {
        return Err("the tests of the verifier fail with all its checks".into());
    }
    let mut missed = Vec::new();
    for check in &checks {
        let place = format!("verify/{}:{}", check.file, check.line);
        if pass(&tests, &place)? {
            missed.push(format!("{place} ({})", check.rule));
        }
    }
    eprintln!("{} checks taken away, {} missed by no test", checks.len(), missed.len());
    match missed.as_slice() {
        [] => Ok(()),
        _ => Err(format!("no test fails without these checks:\n  {}", missed.join("\n  "))),
    }
}

/// All checks below a folder, in the order of files and lines.
fn checks(folder: &Path) -> Result<Vec<Check>, String> {
    let show = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = std::fs::read_dir(folder).map_err(show)?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    let mut checks = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).map_err(show)?;
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (number, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("ensure!(") {
                let rule = rule_of(text.lines().skip(number));
                checks.push(Check { file: file.clone(), line: number + 1, rule });
            }
        }
    }
    match checks.is_empty() {
        true => Err(format!("there are no checks in {}", folder.display())),
        false => Ok(checks),
    }
}

/// The rule of a check: the first word in its lines that begins like one and stands by itself.
fn rule_of<'t>(lines: impl Iterator<Item = &'t str>) -> String {
    let words = lines.take(8).flat_map(|line| line.split([',', ' ']));
    let is_rule = |word: &&str| {
        word.starts_with(|first: char| first.is_ascii_uppercase())
            && word.chars().all(|letter| letter.is_ascii_alphabetic())
    };
    words.into_iter().find(is_rule).unwrap_or("?").to_owned()
}

/// The tests of the bytecode crate, as a program.
fn build() -> Result<PathBuf, String> {
    let args = ["test", "--no-run", "--lib", "--package", "sox-bytecode", "--features", "mutants"];
    let printed = output(cargo().args(args).arg("--message-format=json"))?;
    let messages = printed.lines().filter_map(|line| serde_json::from_str(line).ok());
    let mut program = messages
        .filter_map(|message: serde_json::Value| message["executable"].as_str().map(PathBuf::from));
    program.next_back().ok_or_else(|| "cargo built no tests".into())
}

/// Whether the tests of the verifier pass without a check.
fn pass(tests: &Path, off: &str) -> Result<bool, String> {
    let mut command = Command::new(tests);
    command.arg("verify::").env("SOX_VERIFIER_OFF", off).env("RUST_BACKTRACE", "0");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| format!("{}: {error}", tests.display()))?;
    let end = Instant::now() + BOUND;
    loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => return Ok(status.success()),
            None if Instant::now() > end => {
                let _ = child.kill();
                let _ = child.wait();
                return Ok(false);
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}
