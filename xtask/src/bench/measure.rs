//! One measured run. The system adds up the CPU time of all children of a process, so each program
//! is started by a process of its own: this program, called again.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The word that makes this program measure another one.
pub(super) const MEASURE: &str = "--measure";

/// No benchmark takes that many seconds.
#[cfg(unix)]
const LIMIT_SECONDS: u64 = 900;

/// What a run took and printed.
pub(super) struct Sample {
    /// User and system time of the process and its threads, in seconds.
    pub(super) cpu: f64,
    /// The most memory it had at a time, in MiB.
    pub(super) memory: f64,
    /// Standard output, without space at its end.
    pub(super) output: String,
}

/// Starts programs on one CPU and measures them.
pub(super) struct Meter {
    helper: PathBuf,
}

impl Meter {
    /// A meter whose own program is kept in `folder`: a build meanwhile does not disturb it.
    pub(super) fn new(folder: &Path) -> Result<Self, String> {
        let helper = folder.join("measure");
        let this = std::env::current_exe().map_err(|error| error.to_string())?;
        super::replace(&this, &helper)?;
        Ok(Self { helper })
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    /// If it cannot be started or does not end with status 0.
    pub(super) fn run(&self, command: &[String]) -> Result<Sample, String> {
        let answer = Command::new(&self.helper)
            .args(["bench", MEASURE])
            .args(command)
            .output()
            .map_err(|error| format!("{}: {error}", self.helper.display()))?;
        let text = String::from_utf8_lossy(&answer.stdout);
        let value: Value = serde_json::from_str(&text).map_err(|error| {
            format!("{}: {error}\n{}", command.join(" "), String::from_utf8_lossy(&answer.stderr))
        })?;
        if let Some(error) = value["error"].as_str() {
            return Err(format!("{}: {error}", command.join(" ")));
        }
        Ok(Sample {
            cpu: value["cpu"].as_f64().unwrap_or(f64::NAN),
            memory: value["memory"].as_f64().unwrap_or(f64::NAN),
            output: value["output"].as_str().unwrap_or_default().trim_end().to_string(),
        })
    }
}

/// The other side of `Meter::run`: runs the words as a command, prints one line of JSON.
pub(super) fn helper(words: &[&str]) -> Result<(), String> {
    let answer = attempt(words).unwrap_or_else(|error| json!({ "error": error }));
    println!("{answer}");
    Ok(())
}

#[cfg(unix)]
fn attempt(words: &[&str]) -> Result<Value, String> {
    use nix::sys::resource::{Resource, UsageWho, getrusage, setrlimit};
    use nix::sys::time::TimeValLike;

    pin();
    setrlimit(Resource::RLIMIT_CPU, LIMIT_SECONDS, LIMIT_SECONDS)
        .map_err(|error| error.to_string())?;
    let (program, args) = words.split_first().ok_or("nothing to measure")?;
    let output = Command::new(program).args(args).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}\n{}", output.status, error.trim_end()));
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| error.to_string())?;
    let cpu = usage.user_time() + usage.system_time();
    // Kibibytes on Linux, bytes on macOS.
    let unit = if cfg!(target_os = "macos") { 1024.0 * 1024.0 } else { 1024.0 };
    Ok(json!({
        "cpu": cpu.num_microseconds() as f64 / 1e6,
        "memory": usage.max_rss() as f64 / unit,
        "output": String::from_utf8_lossy(&output.stdout),
    }))
}

#[cfg(not(unix))]
fn attempt(_: &[&str]) -> Result<Value, String> {
    Err("CPU time is measured on Unix systems only".into())
}

/// Keeps this process and its children on the last CPU that they may use.
#[cfg(target_os = "linux")]
fn pin() {
    use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
    use nix::unistd::Pid;

    let this = Pid::from_raw(0);
    let Ok(allowed) = sched_getaffinity(this) else { return };
    let last = (0..CpuSet::count()).rev().find(|&cpu| allowed.is_set(cpu).unwrap_or(false));
    let mut one = CpuSet::new();
    if last.is_some_and(|cpu| one.set(cpu).is_ok()) {
        // Unpinned figures are noisier, not wrong.
        let _ = sched_setaffinity(this, &one);
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
fn pin() {}
