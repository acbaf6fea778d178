//! Random modules, evaluator against machine code: `cargo xtask fuzz-native --seconds N -O 2`. Without
//! a level, each batch has another one.
//!
//! Code that is wrong may end the process, so the work is done by children, each with a range of
//! seeds; a child says which seed it is at.

#[path = "../tests/random/mod.rs"]
mod random;

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Modules for one child.
const BATCH: u64 = 200;
/// Of optimization.
const LEVELS: u64 = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    if let Some(first) = number("--child") {
        return child(first, number("-O").unwrap_or(0) as u8);
    }
    let limit = Duration::from_secs(number("--seconds").unwrap_or(60));
    let (start, mut seed) = (Instant::now(), number("--seed").unwrap_or(1));
    let (mut modules, mut calls) = (0, 0);
    while start.elapsed() < limit {
        let level = number("-O").unwrap_or(modules / BATCH % LEVELS);
        match batch(seed, level) {
            Ok(count) => calls += count,
            Err(message) => {
                eprintln!("{message}");
                return ExitCode::FAILURE;
            }
        }
        modules += BATCH;
        seed += BATCH;
    }
    println!("{modules} modules, {calls} calls compared, no difference; next seed {seed}");
    ExitCode::SUCCESS
}

/// Runs a child; gives how many calls it compared.
fn batch(seed: u64, level: u64) -> Result<u64, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut child = Command::new(own)
        .args(["--child", &seed.to_string(), "-O", &level.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let (mut at, mut calls) = (seed, 0);
    for line in
        BufReader::new(child.stdout.take().ok_or("no output")?).lines().map_while(Result::ok)
    {
        match line.split_once(' ') {
            Some(("seed", number)) => at = number.parse().unwrap_or(at),
            Some(("calls", number)) => calls = number.parse().unwrap_or(0),
            _ => {}
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if status.success() { Ok(calls) } else { Err(format!("seed {at} at -O{level}: {status}")) }
}

fn child(first: u64, level: u8) -> ExitCode {
    let mut calls = 0;
    for seed in first..first + BATCH {
        println!("seed {seed}");
        let case = random::case(seed, level);
        match random::compare(&case) {
            Ok(count) => calls += count,
            Err(difference) => {
                eprintln!("seed {seed} at -O{level}: {}", difference.message);
                eprintln!("{}", random::shrink(case, &difference).text);
                return ExitCode::FAILURE;
            }
        }
    }
    println!("calls {calls}");
    ExitCode::SUCCESS
}
