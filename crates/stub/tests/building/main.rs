//! `sox build`, `sox targets`: the command with a release around it, and what it does when something is
//! wrong.

mod assets;
#[path = "../../../objfile/tests/common/macho_check.rs"]
#[allow(dead_code, reason = "the tests of objfile use all of it")]
mod macho_check;
mod made;
#[cfg(target_os = "linux")]
mod output;
#[path = "../support/mod.rs"]
mod support;
#[path = "../../../objfile/tests/common/tiny_elf.rs"]
#[allow(dead_code, reason = "the tests of objfile use all of it")]
mod tiny_elf;
#[path = "../../../objfile/tests/common/tiny_macho.rs"]
mod tiny_macho;
#[path = "../../../objfile/tests/common/tiny_pe.rs"]
#[allow(dead_code, reason = "the tests of objfile use all of it")]
mod tiny_pe;
mod wrong;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use std::sync::Arc;
use support::Release;

/// A test: its name, and what it does with a release.
type Test = (&'static str, fn(&Release));

fn main() -> ExitCode {
    if let Some(status) = support::as_sox() {
        return status;
    }
    let arguments = Arguments::from_args();
    let release = Arc::new(Release::new());
    let trial = |&(name, test): &Test| {
        let release = release.clone();
        Trial::test(name, move || {
            test(&release);
            Ok(())
        })
    };
    let mut tests = [wrong::TESTS, assets::TESTS, made::TESTS].concat();
    #[cfg(target_os = "linux")]
    tests.extend(output::TESTS);
    let trials = tests.iter().map(trial).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A folder with files.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(support::scratch());
        files.iter().for_each(|(name, text)| folder.write(name, text));
        folder
    }

    fn path(&self) -> &std::path::Path {
        self.0.path()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        std::fs::write(path, content).expect("a scratch file");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path().join(name)).expect("it is there")
    }

    /// What a program that was built here does.
    fn run(&self, name: &str) -> sox_testkit::command::Finished {
        let mut command = std::process::Command::new(self.path().join(name));
        support::start(command.current_dir(self.path()), "").expect("it starts and ends")
    }

    /// The names of all files, sorted.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path()).expect("it is there").flatten();
        let mut names: Vec<_> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}
