//! Running a command with input and a time bound.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Exit status; `None` if a signal ended it.
    pub status: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// Runs a command to its end, with the text as standard input.
///
/// # Errors
/// If it cannot be started, or has not ended after `bound` (it is killed then).
pub fn run(command: &mut Command, stdin: &str, bound: Duration) -> Result<Finished, String> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
    let mut input = child.stdin.take().expect("piped");
    let mut stdout = child.stdout.take().expect("piped");
    let mut stderr = child.stderr.take().expect("piped");
    let text = stdin.to_string();
    // A program need not read its input.
    let writer = std::thread::spawn(move || drop(input.write_all(text.as_bytes())));
    let out = std::thread::spawn(move || read_all(&mut stdout));
    let err = std::thread::spawn(move || read_all(&mut stderr));
    let deadline = Instant::now() + bound;
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if Instant::now() > deadline => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("{command:?} had not ended after {bound:?}"));
            }
            None => std::thread::sleep(Duration::from_micros(500)),
        }
    };
    let _ = writer.join();
    Ok(Finished {
        status: status.code(),
        stdout: out.join().expect("the reader does not panic"),
        stderr: err.join().expect("the reader does not panic"),
    })
}

fn read_all(from: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    // What was read before an error is still worth comparing.
    let _ = from.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}
