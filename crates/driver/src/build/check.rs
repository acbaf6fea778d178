//! Running what was built, once.

use super::BuildError;
use sox_package::{Refusal, Target, find_in_file};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// What a check showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It ran to its end.
    Ran,
    /// It started, and was ended after a while.
    Started,
    /// This system cannot run it; it was only read back.
    OnlyRead,
}

/// How long a program may take: long enough to see that it starts.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most of its standard error that is kept.
const KEPT: u64 = 1 << 14;

/// Reads an executable back and, if it is for this system, runs it without arguments or input.
pub(super) fn check(bytes: &[u8], path: &Path, target: Target) -> Result<Checked, BuildError> {
    let payload = find_in_file(bytes).map_err(BuildError::Refused)?;
    payload.check_content().map_err(BuildError::Refused)?;
    let assets = payload.assets().map_err(BuildError::Refused)?;
    let intact = |assets: sox_package::Assets<'_>| assets.iter().all(|it| it.bytes().is_ok());
    if !assets.is_none_or(intact) {
        return Err(BuildError::Refused(Refusal::Altered));
    }
    if Target::host() != Some(target) {
        return Ok(Checked::OnlyRead);
    }
    // A name without a folder would be looked for on PATH.
    let failed = |error: std::io::Error| check_error(format!("cannot be run: {error}"), "");
    let path = path.canonicalize().map_err(failed)?;
    let mut command = Command::new(path);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    run(command.spawn().map_err(failed)?)
}

/// Waits for the end of a program, or ends it.
fn run(mut child: Child) -> Result<Checked, BuildError> {
    let mut errors = child.stderr.take().expect("it is piped");
    let reader = std::thread::spawn(move || {
        let mut kept = Vec::new();
        let _ = (&mut errors).take(KEPT).read_to_end(&mut kept);
        // A program that writes more must not wait for somebody to read it.
        let _ = std::io::copy(&mut errors, &mut std::io::sink());
        String::from_utf8_lossy(&kept).into_owned()
    });
    let end = Instant::now() + PATIENCE;
    let mut pause = Duration::from_micros(200);
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(Checked::Ran),
            Ok(Some(status)) => {
                let stderr = reader.join().unwrap_or_default();
                return Err(check_error(ending(status), &stderr));
            }
            Ok(None) if Instant::now() < end => std::thread::sleep(pause),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Ok(Checked::Started);
            }
            Err(error) => return Err(check_error(format!("cannot be watched: {error}"), "")),
        }
        pause = (2 * pause).min(Duration::from_millis(20));
    }
}

fn ending(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with exit status {code}"),
        None => format!("was ended by the system ({status})"),
    }
}

fn check_error(how: String, stderr: &str) -> BuildError {
    BuildError::Check { how, stderr: stderr.into() }
}
