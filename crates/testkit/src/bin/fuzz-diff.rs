//! Searches for programs on which the engines disagree: `cargo xtask fuzz-diff`.
//!
//! The search runs in child processes (`--worker`), so that a crash or a hang of an engine is a
//! finding like any other. A worker tells on standard output what it does, one line each:
//! `start SEED`, `alive`, `found PATH`, `done PROGRAMS INCONCLUSIVE WRONG`.
#![forbid(unsafe_code)]

use sox_testkit::campaign::{Campaign, Finding, SHRINKING};
use sox_testkit::command::run;
use sox_testkit::differ::{Bounds, Verdict, compare_in, ways};
use sox_testkit::generate::{Dialect, POH, SOX};
use sox_testkit::shrink::shrink;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const HELP: &str = "\
cargo xtask fuzz-diff [--seconds N] [--seed S] [--jobs J] [--language sox|poh]
Runs random programs on all engines and writes those that differ to tests/fuzz.
Both languages take turns unless one is given.
";

/// A worker that says nothing for so long hangs.
const SILENCE: Duration = Duration::from_secs(60);

/// Crashes that one job shrinks and keeps; more are mostly the same one.
const MAX_CRASHES: usize = 2;

/// Programs between the seeds of two jobs.
const STRIDE: u64 = 1 << 32;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["--worker", languages, seed, seconds] => worker(languages, seed, seconds),
        ["--check", path] => check(path),
        ["--print", language, seed] => seed.parse().map_err(|_| HELP.into()).and_then(|seed| {
            let dialect = dialect(language).ok_or(HELP)?;
            print!("{}", (dialect.source)(&(dialect.program)(seed)));
            Ok(true)
        }),
        words => Settings::parse(words).and_then(|settings| search(&settings)),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(64)
        }
    }
}

/// A language by the extension of its files.
fn dialect(name: &str) -> Option<&'static Dialect> {
    [&SOX, &POH].into_iter().find(|dialect| dialect.extension == name)
}

/// The language of a seed's program: the one asked for, or by turns.
fn dialect_of(languages: &str, seed: u64) -> &'static Dialect {
    dialect(languages).unwrap_or(if seed.is_multiple_of(2) { &SOX } else { &POH })
}

struct Settings {
    /// `sox`, `poh` or `both`.
    languages: String,
    seconds: u64,
    seed: u64,
    jobs: u64,
}

impl Settings {
    fn parse(words: &[&str]) -> Result<Settings, String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        let jobs = std::thread::available_parallelism().map_or(1, |jobs| jobs.get() as u64);
        let languages = "both".into();
        let mut settings = Settings { languages, seconds: 60, seed: now % 1_000_000 * 1000, jobs };
        for pair in words.chunks(2) {
            let [flag, value] = pair else { return Err(HELP.into()) };
            if *flag == "--language" {
                settings.languages = dialect(value).ok_or(HELP)?.extension.into();
                continue;
            }
            let value = value.parse().map_err(|_| HELP.to_string())?;
            match *flag {
                "--seconds" => settings.seconds = value,
                "--seed" => settings.seed = value,
                "--jobs" => settings.jobs = value.max(1),
                _ => return Err(HELP.into()),
            }
        }
        Ok(settings)
    }
}

fn findings_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz")
}

/// Searches from a seed on, and tells the parent.
fn worker(languages: &str, seed: &str, seconds: &str) -> Result<bool, String> {
    let seed: u64 = seed.parse().map_err(|_| HELP.to_string())?;
    let seconds: f64 = seconds.parse().map_err(|_| HELP.to_string())?;
    let deadline = Instant::now() + Duration::from_secs_f64(seconds);
    let mut campaign = Campaign::default();
    for seed in seed.. {
        if Instant::now() > deadline {
            break;
        }
        println!("start {seed}");
        if let Some(finding) =
            campaign.attempt(dialect_of(languages, seed), seed, || println!("alive"))
        {
            let path = finding.write(&findings_folder()).map_err(|error| error.to_string())?;
            println!("found {}", path.display());
        }
        println!("done {} {} {}", campaign.programs, campaign.inconclusive, campaign.wrong);
    }
    Ok(true)
}

/// Whether the engines agree on a file.
fn check(path: &str) -> Result<bool, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let extension = Path::new(path).extension().unwrap_or_default().to_string_lossy();
    let language = dialect(&extension).unwrap_or(&SOX).language;
    let verdict = compare_in(language, &text, &ways(language), Bounds::default());
    match &verdict {
        Verdict::Agreed(finished) => {
            print!("{}", String::from_utf8_lossy(&finished.stdout));
            println!("agreed: {:?}, {} steps", finished.ending, finished.steps);
        }
        Verdict::Disagreed(disagreement) => println!("{disagreement}"),
        other => println!("{other:?}"),
    }
    Ok(!matches!(verdict, Verdict::Disagreed(_) | Verdict::Rejected(_)))
}

/// What the jobs did, added up.
#[derive(Default)]
struct Total {
    programs: u64,
    inconclusive: u64,
    wrong: u64,
    files: Vec<String>,
}

fn search(settings: &Settings) -> Result<bool, String> {
    println!(
        "fuzz-diff: seed {}, {} seconds, {} jobs",
        settings.seed, settings.seconds, settings.jobs
    );
    let start = Instant::now();
    let deadline = start + Duration::from_secs(settings.seconds);
    let totals: Vec<Result<Total, String>> = std::thread::scope(|scope| {
        let jobs = (0..settings.jobs).map(|job| {
            let seed = settings.seed.wrapping_add(job.wrapping_mul(STRIDE));
            scope.spawn(move || run_job(&settings.languages, seed, deadline))
        });
        let jobs: Vec<_> = jobs.collect();
        jobs.into_iter().map(|job| job.join().expect("a job does not panic")).collect()
    });
    let mut total = Total::default();
    for job in totals {
        let job = job?;
        total.programs += job.programs;
        total.inconclusive += job.inconclusive;
        total.wrong += job.wrong;
        total.files.extend(job.files);
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{} programs, {:.0} a second, {} ended by a limit; {} findings",
        total.programs,
        total.programs as f64 / seconds,
        total.inconclusive,
        total.wrong
    );
    for file in &total.files {
        println!("  {file}");
    }
    Ok(total.wrong == 0)
}

/// Runs workers one after the other: a new one when the last crashed.
fn run_job(languages: &str, mut seed: u64, deadline: Instant) -> Result<Total, String> {
    let mut total = Total::default();
    let mut crashes = 0;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(total);
        }
        let seconds = left.as_secs_f64().to_string();
        let mut worker = myself(&["--worker", languages, &seed.to_string(), &seconds])
            .stdout(Stdio::piped())
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| format!("cannot start a worker: {error}"))?;
        let lines = lines_of(&mut worker);
        let (mut programs, mut inconclusive, mut wrong) = (0, 0, 0);
        let mut hangs = false;
        loop {
            match lines.recv_timeout(SILENCE) {
                Ok(line) => match line.split(' ').collect::<Vec<_>>().as_slice() {
                    ["start", number] => seed = number.parse().unwrap_or(seed),
                    ["found", ..] => total.files.push(line["found ".len()..].to_string()),
                    ["done", a, b, c] => {
                        let number = |text: &str| text.parse().unwrap_or(0);
                        (programs, inconclusive, wrong) = (number(a), number(b), number(c));
                    }
                    _ => {}
                },
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    hangs = true;
                    let _ = worker.kill();
                    break;
                }
            }
        }
        let status = worker.wait().map_err(|error| error.to_string())?;
        total.programs += programs;
        total.inconclusive += inconclusive;
        total.wrong += wrong;
        if !status.success() {
            total.programs += 1;
            total.wrong += 1;
            crashes += 1;
            if crashes > MAX_CRASHES {
                seed += 1;
                continue;
            }
            let story = if hangs { "does not end".into() } else { format!("crash: {status}") };
            let finding = shrink_in_children(dialect_of(languages, seed), seed, story, hangs);
            let path = finding.write(&findings_folder()).map_err(|error| error.to_string())?;
            total.files.push(path.display().to_string());
            seed += 1;
        }
    }
}

/// Shrinks a program that brings the process down, in processes of its own.
fn shrink_in_children(dialect: &'static Dialect, seed: u64, story: String, hangs: bool) -> Finding {
    let whole = (dialect.program)(seed);
    let folder = tempfile::tempdir();
    let small = match &folder {
        // Every attempt would take the whole bound.
        _ if hangs => whole,
        Err(_) => whole,
        Ok(folder) => {
            let path = folder.path().join("candidate").with_extension(dialect.extension);
            let path_text = path.display().to_string();
            shrink(dialect, whole, 4 * SHRINKING, |candidate| {
                std::fs::write(&path, (dialect.source)(candidate)).is_ok()
                    && run(&mut myself(&["--check", &path_text]), "", Duration::from_secs(10))
                        .is_ok_and(|finished| finished.status.is_none())
            })
        }
    };
    Finding { dialect, seed, source: (dialect.source)(&small), story }
}

fn myself(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args(args);
    command
}

fn lines_of(child: &mut Child) -> Receiver<String> {
    let (sender, receiver) = channel();
    let output = child.stdout.take().expect("is piped");
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}
