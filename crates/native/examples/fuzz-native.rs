//! Random modules, evaluator against machine code:
//!
//! ```console
//! $ cargo xtask fuzz-native --seconds 60
//! $ cargo xtask fuzz-native --functions 1000000 -O 2 --seed 1
//! $ cargo xtask fuzz-native --functions 100000 --isa arm64
//! ```
//! Without a level, each batch has another one. x86-64 runs as images in the process, AArch64 as one
//! executable for each batch, under qemu.
//!
//! Code that is wrong may end the process, so the work is done by children, each with a range of
//! seeds; a child says which seed it is at.

#[path = "../tests/random/mod.rs"]
mod random;

use random::{Case, Difference, executable};
use sox_machine::opt::Options;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Modules for one child.
const BATCH: u64 = 400;
const QEMU: &str = "qemu-aarch64-static";

/// What the flags ask for.
#[derive(Clone, Copy)]
struct Wanted {
    arm64: bool,
    level: Option<u64>,
    seed: u64,
    functions: u64,
    limit: Duration,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)
    };
    let number = |name: &str| value(name)?.parse::<u64>().ok();
    let wanted = Wanted {
        arm64: value("--isa").is_some_and(|isa| isa == "arm64"),
        level: number("-O"),
        seed: number("--child").or(number("--seed")).unwrap_or(1),
        functions: number("--functions").unwrap_or(u64::MAX),
        limit: match (number("--seconds"), number("--functions")) {
            (Some(seconds), _) => Duration::from_secs(seconds),
            (None, Some(_)) => Duration::MAX,
            (None, None) => Duration::from_secs(60),
        },
    };
    if number("--child").is_some() {
        return child(wanted);
    }
    match run(wanted) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Runs children until there are enough functions, or the time is over.
fn run(wanted: Wanted) -> Result<(), String> {
    const PER_MODULE: u64 = random::FUNCTIONS as u64;
    let levels = u64::from(Options::MAX_LEVEL) + 1;
    let start = Instant::now();
    let (mut seed, mut modules, mut calls) = (wanted.seed, 0, 0);
    while start.elapsed() < wanted.limit && modules * PER_MODULE < wanted.functions {
        let level = wanted.level.unwrap_or(modules / BATCH % levels);
        calls += batch(Wanted { seed, level: Some(level), ..wanted })?;
        modules += BATCH;
        seed += BATCH;
    }
    println!(
        "{} functions in {modules} modules for {}, {calls} calls compared, no difference in {:.0} s; \
         next seed {seed}",
        modules * PER_MODULE,
        if wanted.arm64 { "arm64" } else { "x64" },
        start.elapsed().as_secs_f64(),
    );
    Ok(())
}

/// Runs a child; gives how many calls it compared.
fn batch(wanted: Wanted) -> Result<u64, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let level = wanted.level.unwrap_or(0).to_string();
    let isa = if wanted.arm64 { "arm64" } else { "x64" };
    let mut child = Command::new(own)
        .args(["--child", &wanted.seed.to_string(), "-O", &level, "--isa", isa])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let (mut at, mut calls) = (wanted.seed, 0);
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

fn child(wanted: Wanted) -> ExitCode {
    let level = wanted.level.unwrap_or(0) as u8;
    let seeds = wanted.seed..wanted.seed + BATCH;
    let found = if wanted.arm64 {
        let cases: Vec<Case> = seeds.map(|seed| random::case(seed, level)).collect();
        executable::compare(&cases, QEMU)
            .map_err(|(number, difference)| (wanted.seed + number as u64, difference))
    } else {
        in_images(seeds, level)
    };
    match found {
        Ok(calls) => {
            println!("calls {calls}");
            ExitCode::SUCCESS
        }
        Err((seed, difference)) => {
            eprintln!("seed {seed} at -O{level}: {}", difference.message);
            let differs = |case: &Case| match wanted.arm64 {
                true => executable::compare(std::slice::from_ref(case), QEMU).is_err(),
                false => random::compare(case).is_err(),
            };
            eprintln!("{}", random::shrink(random::case(seed, level), &difference, differs).text);
            ExitCode::FAILURE
        }
    }
}

fn in_images(seeds: std::ops::Range<u64>, level: u8) -> Result<usize, (u64, Difference)> {
    let mut calls = 0;
    for seed in seeds {
        println!("seed {seed}");
        let compared = random::compare(&random::case(seed, level));
        calls += compared.map_err(|difference| (seed, difference))?;
    }
    Ok(calls)
}
