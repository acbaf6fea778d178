//! Random tests: `cargo xtask fuzz`, `cargo xtask fuzz-diff` and `cargo xtask fuzz-corpus`.

mod seeds;
mod targets;

pub(crate) use targets::{available, run as targets};

use crate::shell::{cargo, run};

/// Searches for programs on which the engines disagree. The work is done by a program of the test
/// kit, so that this one need not be built with the engines.
///
/// # Errors
/// If something was found, or the search does not start.
pub(crate) fn diff(flags: &[&str]) -> Result<(), String> {
    let command =
        ["run", "--release", "--quiet", "--package", "sox-testkit", "--bin", "fuzz-diff", "--"];
    run(cargo().args(command).args(flags))
}

/// Searches for modules of the native IR that do something else as machine code than on the evaluator.
///
/// # Errors
/// If something was found, or the search does not start.
pub(crate) fn native(flags: &[&str]) -> Result<(), String> {
    let example = ["--package", "sox-native", "--example", "fuzz-native", "--"];
    run(cargo().args(["run", "--release", "--quiet"]).args(example).args(flags))
}

/// Makes the first inputs of the fuzz targets, from the suites.
///
/// # Errors
/// If Sox cannot be built, or a file cannot be read or written.
pub(crate) fn corpus() -> Result<(), String> {
    seeds::texts()?;
    seeds::bytecode().map(drop)
}
