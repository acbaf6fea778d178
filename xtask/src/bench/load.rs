//! `cargo xtask bench --load`: how fast a bytecode file becomes a program, and what a program from the
//! cache takes to start.
//!
//! Reading and verifying are measured by `crates/driver/examples/load.rs`, in a process of its own for
//! each round. A start is that of the whole `sox` process, over that of a process whose program is
//! empty. The program that is started is long, but all of it stands in functions that nobody calls: so
//! it is hashed, read, verified and bound, or compiled, and nothing but the start is measured.

use super::engines::Sox;
use super::measure::Meter;
use super::options::Options;
use super::table::median;
use super::{grouped, record};
use crate::shell::{cargo, root, run};
use std::path::Path;

/// Lines of the text whose file is read: about ten megabytes of bytecode.
const LONG: u64 = 290_000;

/// Lines of the program that is started.
const STARTED: u64 = 20_000;

/// Starts are short, and so many more of them are measured than the rounds say.
const STARTS_A_ROUND: usize = 10;

const BEGIN: &str = "<!-- Load: written by cargo xtask bench --load -->";
const END: &str = "<!-- End of the load -->";

/// Measures, prints, and records a whole run.
///
/// # Errors
/// If Sox cannot be built or fails, or the document has no place for the figures.
pub(super) fn measure(options: &Options<'_>, meter: &Meter, target: &Path) -> Result<(), String> {
    let folder = target.join("bench");
    let sox = Sox::build(&folder)?;
    run(cargo().args(["build", "--release", "--quiet", "-p", "sox-driver", "--example", "load"]))?;
    let example = target.join("release/examples/load").display().to_string();
    let reading = reading(options, meter, &example)?;
    let starting = starting(options, meter, &example, &sox, &folder)?;
    let section = format!(
        "{}: {} rounds. {}\n\n{reading}\n{starting}",
        record::date(),
        options.rounds,
        record::machine()
    );
    println!("{section}");
    if options.quick { Ok(()) } else { record::replace(BEGIN, END, section.trim_end()) }
}

/// How fast a long file is read and verified.
fn reading(options: &Options<'_>, meter: &Meter, example: &str) -> Result<String, String> {
    let programs = root().join("tests/run").display().to_string();
    let command = [example.to_string(), programs, LONG.to_string()];
    let mut printed = Vec::new();
    for _ in 0..options.rounds {
        printed.push(meter.run(&command)?.output);
    }
    let figure = |name: &str| {
        let of = |text: &String| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.and_then(|value| value.parse::<f64>().ok())
        };
        let values: Option<Vec<f64>> = printed.iter().map(of).collect();
        values.and_then(|values| median(&values)).ok_or(format!("the example prints no {name}"))
    };
    let (bytes, instructions) = (figure("bytes")?, figure("instructions")?);
    let (read, verify) = (figure("read")?, figure("verify")?);
    let mut text = format!(
        "A file of {} bytes, with {} instructions and their places:\n\n\
         | | ms | MB a second | ns for an instruction |\n|---|--:|--:|--:|\n",
        grouped(bytes as u64),
        grouped(instructions as u64)
    );
    for (name, seconds) in [("read", read), ("verify", verify), ("both", read + verify)] {
        let (speed, each) = (bytes / seconds / 1e6, seconds / instructions * 1e9);
        text += &format!("| {name} | {:.1} | {speed:.0} | {each:.1} |\n", seconds * 1e3);
    }
    Ok(text)
}

/// What processes take that start a program in several ways.
fn starting(
    options: &Options<'_>,
    meter: &Meter,
    example: &str,
    sox: &Sox,
    folder: &Path,
) -> Result<String, String> {
    let programs = root().join("tests/run").display().to_string();
    let path = |name: &str| folder.join(name).display().to_string();
    let (empty, long, file) = (path("empty.sox"), path("long.sox"), path("compiled.soxc"));
    std::fs::write(&empty, "").map_err(|error| format!("{empty}: {error}"))?;
    meter.run(&[example.to_string(), programs, STARTED.to_string(), long.clone()])?;
    meter.run(&sox.command(&["-q", "bytecode", &long, "-o", &file]))?;
    let ways = [
        ("an empty program", sox.command(&["--no-cache", &empty])),
        ("compiled", sox.command(&["-q", "--no-cache", &long])),
        ("from the cache", sox.command(&["-q", "--serialise", &long])),
        ("from a file made before", sox.command(&["-q", &file])),
    ];
    let mut figures = ways.each_ref().map(|_| Vec::new());
    // The first of all puts the program into the cache and is not counted.
    for round in 0..=options.rounds * STARTS_A_ROUND {
        for ((_, command), figures) in ways.iter().zip(&mut figures) {
            let sample = meter.run(command)?;
            if round > 0 {
                figures.push(sample.cpu * 1e3);
            }
        }
    }
    let [empty, others @ ..] = figures.map(|figures| median(&figures).unwrap_or(f64::NAN));
    let mut text = format!(
        "Starting a program of {} lines, median of {} processes each:\n\n\
         | | ms | over an empty program |\n|---|--:|--:|\n| {} | {empty:.1} | |\n",
        grouped(STARTED),
        options.rounds * STARTS_A_ROUND,
        ways[0].0
    );
    for ((name, _), ms) in ways[1..].iter().zip(others) {
        text += &format!("| {name} | {ms:.1} | {:.1} |\n", ms - empty);
    }
    Ok(text)
}
