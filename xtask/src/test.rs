//! `cargo xtask test`: everything that tells whether Sox is right, in two tiers.

use crate::shell::{cargo, run, succeeds, target_folder};
use crate::{dist, fuzz, mutants, tools};
use std::ffi::OsString;
use std::process::Command;

/// Bits flipped in each of 500 bytecode files.
const FLIPS: &str = "64";

/// How much to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tier {
    /// Some minutes: for every change.
    Default,
    /// The long runs too; their figures go into docs/reliability.md.
    Full,
}

/// Runs a tier. What cannot run here is said, loudly, at the end.
pub(crate) fn run_tier(tier: Tier) -> Result<Vec<String>, String> {
    let environment = environment()?;
    let mut skipped = tools::provide(&environment);
    run(tests(&environment).arg("--workspace"))?;
    mutants::run()?;
    arm64_images(&mut skipped)?;
    let seconds = if tier == Tier::Full { "600" } else { "20" };
    run(cargo().args([
        "run",
        "--release",
        "--quiet",
        "--package",
        "xtask",
        "--",
        "fuzz-diff",
        "--seconds",
        seconds,
    ]))?;
    if tier == Tier::Full {
        full(&environment, &mut skipped)?;
    }
    Ok(skipped)
}

/// What tests find in their environment: wine has files of its own, apart from the user's.
fn environment() -> Result<[(&'static str, OsString); 1], String> {
    let target = target_folder()?;
    std::fs::create_dir_all(&target).map_err(|error| error.to_string())?;
    Ok([("WINEPREFIX", target.join("wine").into())])
}

/// `cargo test` in that environment.
fn tests(environment: &[(&str, OsString)]) -> Command {
    let mut command = cargo();
    command.arg("test").envs(environment.iter().map(|(name, value)| (name, value)));
    command
}

/// Images on AArch64: built with their tests for it, in a debug build that is kept between runs.
fn arm64_images(skipped: &mut Vec<String>) -> Result<(), String> {
    let tests = ["--test", "images", "--test", "files", "--test", "random_modules"];
    let tests = [&["--package", "sox-native"], &tests[..]].concat();
    if let Some(advice) = dist::test_on_arm64(&tests)? {
        skipped.push(format!("images on AArch64: {advice}"));
    }
    Ok(())
}

fn full(environment: &[(&str, OsString)], skipped: &mut Vec<String>) -> Result<(), String> {
    // The default tier kills 50 builds.
    run(cargo()
        .args(["test", "--package", "sox-stub", "--test", "building", "killed"])
        .env("SOX_TEST_KILLS", "1000"))?;
    let (stubs, missing) = dist::stubs_for_tests()?;
    skipped.extend(missing);
    // What it cannot run it says itself.
    let programs = ["--package", "sox-stub", "--test", "programs"];
    run(tests(environment).args(programs).env("SOX_TEST_STUBS", stubs))?;
    let encodings = ["--test", "arm64_encoding", "--test", "x64_encoding", "--", "--nocapture"];
    run(cargo().args(["test", "--package", "sox-machine"]).args(encodings).env("SOX_FULL", "1"))?;
    if succeeds(cargo().args(["miri", "--version"])) {
        run(cargo()
            .args(["miri", "test", "--package", "sox-runtime"])
            .env("MIRIFLAGS", "-Zmiri-disable-isolation"))?;
    } else {
        skipped.push(
            "heap tests under Miri: `rustup component add miri` on a nightly toolchain".into(),
        );
    }
    let flips = ["test", "--release", "--package", "sox-testkit", "--test", "bytecode", "flipped"];
    run(cargo().args(flips).env("SOX_FLIPS", FLIPS))?;
    if fuzz::available() {
        fuzz::targets(&["--seconds", "900", "--jobs", "2"])?;
    } else {
        skipped
            .push("fuzz targets: need a nightly toolchain and `cargo install cargo-fuzz`".into());
    }
    Ok(())
}

/// Runs a tier and tells what was skipped.
///
/// # Errors
/// The first group that failed.
pub(crate) fn run_and_report(tier: Tier) -> Result<(), String> {
    report(&run_tier(tier)?);
    Ok(())
}

/// Runs the tests of images on AArch64 alone.
///
/// # Errors
/// If they fail.
pub(crate) fn arm64_and_report() -> Result<(), String> {
    let mut skipped = Vec::new();
    arm64_images(&mut skipped)?;
    report(&skipped);
    Ok(())
}

fn report(skipped: &[String]) {
    for group in skipped {
        eprintln!("SKIPPED: {group}");
    }
    eprintln!("all tests passed, {} groups skipped", skipped.len());
}
