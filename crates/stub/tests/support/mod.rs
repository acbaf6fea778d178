//! A release folder, made from the stub of this build and from the test itself, which is `sox` when it is
//! called so: `sox` belongs to another package, whose programs are not there when this one is tested.

#![allow(dead_code, reason = "each test binary uses a part")]

use sox_testkit::command::{Finished, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;

/// The longest a program or build may take.
const BOUND: Duration = Duration::from_secs(60);

/// What this process is called by; if that is `sox`, it is `sox`, and here is its exit status.
pub(crate) fn as_sox() -> Option<ExitCode> {
    let me = std::env::current_exe().ok()?;
    let is_sox = me.file_stem().is_some_and(|name| name == "sox");
    is_sox.then(|| {
        let status = sox_cli::run_command(std::env::args_os());
        ExitCode::from((status & 0xff) as u8)
    })
}

/// A folder as releases have it: `sox` and the stub for this system.
pub(crate) struct Release {
    folder: TempDir,
}

impl Release {
    pub(crate) fn new() -> Release {
        let release = Release { folder: scratch() };
        let me = std::env::current_exe().expect("a test has a file");
        let sox = release.sox_path();
        if fs::hard_link(&me, &sox).is_err() {
            fs::copy(&me, &sox).expect("a copy of the test");
        }
        let name = format!("soxrt{}", std::env::consts::EXE_SUFFIX);
        release.put_stub(sox_driver::Target::host().expect("a system we build for"), stub());
        assert!(release.stubs().join(host()).join(name).exists());
        release
    }

    pub(crate) fn sox_path(&self) -> PathBuf {
        self.folder.path().join(format!("sox{}", std::env::consts::EXE_SUFFIX))
    }

    pub(crate) fn stubs(&self) -> PathBuf {
        self.folder.path().join("stubs")
    }

    pub(crate) fn put_stub(&self, target: sox_driver::Target, bytes: &[u8]) {
        let folder = self.stubs().join(target.name());
        fs::create_dir_all(&folder).expect("a scratch folder");
        fs::write(folder.join(format!("soxrt{}", target.suffix())), bytes).expect("a stub");
    }

    /// `sox` with a plain environment, in a folder.
    pub(crate) fn sox(&self, folder: &Path) -> Command {
        let mut command = Command::new(self.sox_path());
        command.current_dir(folder).env("NO_COLOR", "1").env("SOX_CACHE", "off");
        command
    }

    /// What `sox` does with these words.
    pub(crate) fn run(&self, folder: &Path, line: &str) -> Finished {
        let mut command = self.sox(folder);
        start(command.args(line.split_whitespace()), "").expect("it starts and ends")
    }

    /// The same; it must succeed.
    pub(crate) fn build(&self, folder: &Path, line: &str) -> Finished {
        let finished = self.run(folder, &format!("build {line}"));
        assert_eq!(finished.status, Some(0), "sox build {line}\n{}", finished.stderr);
        finished
    }
}

/// The name of the target that tests run on.
pub(crate) fn host() -> &'static str {
    sox_driver::Target::host().expect("a system we build for").name()
}

/// A folder on the file system of the build, where files can be linked and programs run.
pub(crate) fn scratch() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a scratch folder")
}

/// The stub without its debug information, if there is a `strip`: it is copied often.
pub(crate) fn stub() -> &'static [u8] {
    static STUB: OnceLock<Vec<u8>> = OnceLock::new();
    STUB.get_or_init(|| {
        let folder = scratch();
        let copy = folder.path().join("soxrt");
        fs::copy(env!("CARGO_BIN_EXE_soxrt"), &copy).expect("the stub was built");
        // Without it tests take longer, and that is all.
        let _ = Command::new("strip").arg(&copy).status();
        fs::read(&copy).expect("the copy")
    })
}

/// Runs a program that was perhaps just written. While another thread starts a process, that one
/// holds the file open for a moment, and the system does not run what is open for writing.
///
/// # Errors
/// If it cannot be started or does not end.
pub(crate) fn start(command: &mut Command, stdin: &str) -> Result<Finished, String> {
    for _ in 0..100 {
        match run(command, stdin, BOUND) {
            Err(error) if error.contains("Text file busy") => {
                std::thread::sleep(Duration::from_millis(10));
            }
            result => return result,
        }
    }
    run(command, stdin, BOUND)
}
