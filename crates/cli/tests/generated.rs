//! Errors of programs too large to be kept as files.

use sox_testkit::command::{Finished, run};
use std::fmt::Write;
use std::process::Command;
use std::time::Duration;

fn sox(program: &str) -> Finished {
    let folder = tempfile::tempdir().expect("a folder for the program");
    std::fs::write(folder.path().join("large.sox"), program).expect("it can be written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_sox"));
    command.env("SOX_CACHE", "off");
    command.current_dir(folder.path()).args(["--error-format", "short", "large.sox"]);
    run(&mut command, "", Duration::from_secs(60)).expect("sox ends by itself")
}

/// A function with this many local variables, which prints the last one.
fn with_locals(count: usize) -> String {
    let mut text = String::from("fn f() {\n");
    for number in 1..=count {
        writeln!(text, "var v{number} = {number}").expect("a string grows");
    }
    writeln!(text, "print v{count}\n}}\nf()").expect("a string grows");
    text
}

#[test]
fn a_function_has_at_most_65535_local_variables() {
    let finished = sox(&with_locals(65_000));
    assert_eq!((finished.status, &*finished.stdout), (Some(0), "65000\n"), "{}", finished.stderr);
    let finished = sox(&with_locals(65_536));
    assert_eq!(finished.status, Some(65));
    assert_eq!(finished.stderr.lines().count(), 1, "{}", finished.stderr);
    assert!(finished.stderr.contains("error[E0041]: "), "{}", finished.stderr);
    assert!(finished.stderr.contains("65535"), "the limit is not named: {}", finished.stderr);
}

/// The limit of the bytecode, which the tree knows nothing of: operands count too.
#[test]
fn locals_and_operands_are_too_many_at_a_place() {
    let locals: String = (0..65_532).map(|number| format!("var v{number} = 0\n")).collect();
    let block = format!("{{\n{locals}print v1 + (v2 + (v3 + v4))\n}}\n");
    let finished = sox(&format!("\nfn f() {block}f()\n"));
    let limit = "has more than 65535 local variables and intermediate values.";
    let expected = format!("large.sox:2:1: error[E0044]: Function 'f' {limit}\n");
    assert_eq!((finished.status, &*finished.stderr), (Some(65), &*expected));
    let finished = sox(&block);
    let expected = format!("large.sox:1:1: error[E0044]: The top level {limit}\n");
    assert_eq!((finished.status, &*finished.stderr), (Some(65), &*expected));
}

#[test]
fn a_thousand_errors_are_reported_and_no_more() {
    let finished = sox(&"var = 1\n".repeat(5_000));
    assert_eq!(finished.status, Some(65));
    assert_eq!(finished.stderr.lines().count(), 1_000);
}
