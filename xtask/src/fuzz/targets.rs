//! `cargo xtask fuzz`: all fuzz targets, one after the other or several at a time, for equal parts of
//! the time.

use super::seeds;
use crate::shell::{root, succeeds};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Instant;

/// The targets. Each is a program in fuzz/fuzz_targets.
const TARGETS: [Target; 7] = [
    Target { name: "bytecode_run", input: Input::Bytecode },
    Target { name: "bytecode_verify", input: Input::Bytecode },
    Target { name: "bytecode_load", input: Input::Bytecode },
    Target { name: "source", input: Input::Source },
    Target { name: "poh", input: Input::Poh },
    Target { name: "native_ir", input: Input::NativeIr },
    Target { name: "objects", input: Input::Objects },
];

#[derive(Clone, Copy)]
struct Target {
    name: &'static str,
    input: Input,
}

/// What a target reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Input {
    Bytecode,
    Source,
    Poh,
    NativeIr,
    /// Object files and archives.
    Objects,
}

impl Input {
    /// The extension of findings in tests/fuzz, if tests there read them.
    fn extension(self) -> Option<&'static str> {
        match self {
            Input::Bytecode => Some("soxc"),
            Input::Source => Some("sox"),
            Input::Poh => Some("poh"),
            Input::NativeIr | Input::Objects => None,
        }
    }

    /// The words that inputs are made of.
    fn dictionary(self) -> Option<&'static str> {
        match self {
            Input::Source => Some("fuzz/sox.dict"),
            Input::Poh => Some("fuzz/poh.dict"),
            Input::Bytecode | Input::NativeIr | Input::Objects => None,
        }
    }
}

const HELP: &str = "\
cargo xtask fuzz [FLAG…]

  --seconds N      how long it takes, building aside (300); the targets share it evenly
  --target NAME    only this target (may be given several times)
  --jobs N         targets that run at a time (1): more executions in the same time";

/// Seconds that a single input may take; one that takes longer hangs.
const INPUT_SECONDS: u32 = 20;

struct Options {
    seconds: u64,
    jobs: usize,
    targets: Vec<Target>,
}

impl Options {
    fn parse(flags: &[&str]) -> Result<Self, String> {
        let mut options = Options { seconds: 300, jobs: 1, targets: Vec::new() };
        let mut flags = flags.iter();
        while let Some(flag) = flags.next() {
            let value = *flags.next().ok_or(HELP)?;
            match *flag {
                "--seconds" => options.seconds = value.parse().map_err(|_| HELP)?,
                "--jobs" => options.jobs = value.parse().map_err(|_| HELP)?,
                "--target" => {
                    let target = TARGETS.into_iter().find(|target| target.name == value);
                    options.targets.push(target.ok_or(format!("there is no target {value}"))?);
                }
                _ => return Err(HELP.into()),
            }
        }
        if options.targets.is_empty() {
            options.targets = TARGETS.to_vec();
        }
        options.jobs = options.jobs.clamp(1, options.targets.len());
        Ok(options)
    }

    /// For each job, its targets and their seconds, one after the other: all jobs end at once, and
    /// each target has as long. (McNaughton's rule: the targets in a row are cut where a job ends; the
    /// rest of the target that is cut is the beginning of the next job, long over when the other part
    /// begins. Hardly any target begins twice that way, for to begin takes it through all its seeds.)
    fn plan(&self) -> Vec<Vec<(Target, u64)>> {
        let share = (self.seconds * self.jobs as u64 / self.targets.len() as u64).max(1);
        let mut plan = vec![Vec::new()];
        let mut free = self.seconds.max(1);
        for &target in &self.targets {
            let mut needed = share;
            while needed > 0 {
                if free == 0 {
                    plan.push(Vec::new());
                    free = self.seconds.max(1);
                }
                let part = needed.min(free);
                plan.last_mut().expect("there is a job").push((target, part));
                (needed, free) = (needed - part, free - part);
            }
        }
        plan
    }
}

/// Whether what runs fuzz targets is installed.
pub(crate) fn available() -> bool {
    succeeds(nightly().args(["fuzz", "--version"]))
}

/// Runs what the flags ask for; findings go to tests/fuzz.
///
/// # Errors
/// If something was found, or cargo-fuzz and its toolchain are not there.
pub(crate) fn run(flags: &[&str]) -> Result<(), String> {
    let options = Options::parse(flags)?;
    if !available() {
        return Err("needs a nightly toolchain and `cargo install cargo-fuzz`".into());
    }
    if options.targets.iter().any(|target| target.input == Input::Bytecode) {
        seeds::bytecode()?;
    }
    if options.targets.iter().any(|target| matches!(target.input, Input::Source | Input::Poh)) {
        seeds::texts()?;
    }
    if options.targets.iter().any(|target| target.input == Input::Objects) {
        seeds::objects()?;
    }
    for target in &options.targets {
        crate::shell::run(nightly().args(["fuzz", "build", target.name]))?;
    }
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for job in options.plan() {
            scope.spawn(|| {
                for (target, seconds) in job {
                    let outcome = fuzz(&target, seconds);
                    if let Ok(mut outcomes) = outcomes.lock() {
                        outcomes.push((target.name, outcome));
                    }
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().map_err(|_| "a job panicked")?;
    let problems = report(&options.targets, outcomes);
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

/// Prints a row for each target, all its runs together; gives what was found.
fn report(targets: &[Target], outcomes: Vec<(&str, Result<Outcome, String>)>) -> Vec<String> {
    let mut problems = Vec::new();
    let mut rows: Vec<(&str, Outcome)> =
        targets.iter().map(|target| (target.name, Outcome::default())).collect();
    for (name, outcome) in outcomes {
        let row = rows.iter_mut().find(|(row, _)| *row == name);
        match (row, outcome) {
            (Some((_, row)), Ok(outcome)) => row.add(outcome),
            (_, outcome) => problems.extend(outcome.err().map(|error| format!("{name}: {error}"))),
        }
    }
    let mut total = Outcome::default();
    println!("| Target | Seconds | Executions | Findings |\n|---|--:|--:|--:|");
    for (name, row) in rows {
        println!("| `{name}` | {row} |");
        problems.extend(row.findings.iter().map(|path| format!("found {}", path.display())));
        total.add(row);
    }
    println!("| all | {total} |");
    problems
}

/// What runs of a target came to.
#[derive(Default)]
struct Outcome {
    executions: u64,
    seconds: u64,
    findings: Vec<PathBuf>,
}

impl Outcome {
    fn add(&mut self, other: Outcome) {
        self.executions += other.executions;
        self.seconds += other.seconds;
        self.findings.extend(other.findings);
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Outcome { executions, seconds, findings } = self;
        write!(f, "{seconds} | {executions} | {}", findings.len())
    }
}

fn fuzz(target: &Target, seconds: u64) -> Result<Outcome, String> {
    let fuzz = root().join("fuzz");
    let log = fuzz.join("artifacts").join(format!("{}.log", target.name));
    let artifacts = fuzz.join("artifacts").join(target.name);
    let corpus = fuzz.join("corpus").join(target.name);
    let create = |folder: &Path| {
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))
    };
    create(&artifacts)?;
    create(&corpus)?;
    let before = files(&artifacts);
    let mut command = nightly();
    command.args(["fuzz", "run", target.name]).arg(&corpus);
    if target.input == Input::Bytecode {
        command.arg(fuzz.join("corpus/bytecode"));
    }
    command.arg("--").args([
        format!("-max_total_time={seconds}"),
        format!("-timeout={INPUT_SECONDS}"),
        format!("-report_slow_units={INPUT_SECONDS}"),
        "-max_len=65536".into(),
        "-rss_limit_mb=4096".into(),
        "-print_final_stats=1".into(),
    ]);
    command.args(target.input.dictionary().map(|path| format!("-dict={path}")));
    let file =
        |path: &Path| File::create(path).map_err(|error| format!("{}: {error}", path.display()));
    let output = file(&log)?;
    let again = output.try_clone().map_err(|error| error.to_string())?;
    eprintln!("{}: {seconds} seconds, see {}", target.name, log.display());
    let started = Instant::now();
    let status = command
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(again)
        .status()
        .map_err(|error| format!("cargo fuzz: {error}"))?;
    let text = std::fs::read(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    let text = String::from_utf8_lossy(&text);
    let number = |name: &str| {
        let line = text.lines().rev().find_map(|line| line.strip_prefix(name))?;
        line.trim().parse::<u64>().ok()
    };
    let found = files(&artifacts).into_iter().filter(|path| !before.contains(path));
    let findings = found.map(|path| keep(target, path)).collect::<Result<Vec<_>, _>>()?;
    if !status.success() && findings.is_empty() {
        return Err(format!("{status}, see {}", log.display()));
    }
    let executions = number("stat::number_of_executed_units:").unwrap_or(0);
    let seconds = started.elapsed().as_secs();
    Ok(Outcome { executions, seconds, findings })
}

/// Copies a finding to where tests read it.
fn keep(target: &Target, path: PathBuf) -> Result<PathBuf, String> {
    let Some(extension) = target.input.extension() else { return Ok(path) };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let short: String = name.chars().take(24).collect();
    let kept = root().join("tests/fuzz").join(format!("{}-{short}.{extension}", target.name));
    std::fs::copy(&path, &kept).map_err(|error| format!("{}: {error}", kept.display()))?;
    Ok(kept)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

/// Cargo of the nightly toolchain, in the root of the checkout.
fn nightly() -> Command {
    let mut command = Command::new("cargo");
    command.arg("+nightly").current_dir(root()).env_remove("RUSTUP_TOOLCHAIN");
    command
}
