//! Bytecode files through the real command: made, run, piped, refused.

mod files;
mod listing;
mod refused;
mod signed;

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder for one test, and `sox` run in it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    /// With a program `app.sox`, compiled to `app.soxc`.
    fn with_app(text: &str) -> Folder {
        let folder = Folder::new();
        fs::write(folder.path("app.sox"), text).unwrap();
        assert_eq!(folder.sox("bytecode app.sox -o app.soxc").stderr, "");
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sox"));
        command.env("SOX_CACHE", "off");
        command.current_dir(self.0.path()).env("NO_COLOR", "1").stdin(Stdio::null());
        command.args(args.split_whitespace());
        command
    }

    fn sox(&self, args: &str) -> Finished {
        Finished::new(self.command(args).output().unwrap())
    }

    /// Runs it with a file as standard input.
    fn sox_from(&self, args: &str, input: &str) -> Finished {
        let input = File::open(self.path(input)).unwrap();
        Finished::new(self.command(args).stdin(input).output().unwrap())
    }

    /// Runs it with bytes that come through a pipe.
    fn sox_piped(&self, args: &str, bytes: &[u8]) -> Finished {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        pipe.write_all(bytes).unwrap();
        drop(pipe);
        Finished::new(child.wait_with_output().unwrap())
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }
}

#[derive(Debug, PartialEq)]
struct Finished {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Finished {
    fn new(output: Output) -> Finished {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        Finished { status: output.status.code(), stdout, stderr }
    }
}
