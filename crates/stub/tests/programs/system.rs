//! The systems that built programs are run on.
//!
//! Usually that is this one, with the stub that cargo has built for the test. If `SOX_TEST_STUBS`
//! names a folder with stubs as `cargo xtask dist` lays them out, it is the systems of those stubs
//! instead, each run by what its row says.

use crate::support::{self, Release, start};
use sox_driver::Target;
use sox_testkit::command::Finished;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A system, and how programs for it run here.
pub(crate) struct System {
    pub(crate) target: Target,
    /// What runs them, if it is not the system that runs this test.
    by: Option<&'static Emulator>,
}

/// What runs programs of another system.
struct Emulator {
    /// The command, to which the program is an argument. None: it runs here.
    command: &'static [&'static str],
    /// Arguments with which it succeeds if it is installed.
    probe: &'static [&'static str],
    /// Beginnings of names of tests that are left out, and what these programs do.
    without: &'static [&'static str],
    limits: &'static str,
}

const HERE: Emulator = Emulator { command: &[], probe: &[], without: &[], limits: "" };

const QEMU: Emulator =
    Emulator { command: &["qemu-aarch64-static"], probe: &["--version"], without: &[], limits: "" };

const WINE: Emulator = Emulator {
    command: &["wine"],
    probe: &["cmd", "/c", "exit"],
    without: WITHOUT_ON_WINDOWS,
    limits: "use what Windows has not",
};

/// They name files as Unix does, or start programs of Unix.
const WITHOUT_ON_WINDOWS: &[&str] = &["tests/lang/std/process", "tests/lang/std/file"];

const MACHO: Emulator = Emulator {
    command: &["python3", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/emulator/macho.py")],
    probe: &["-c", "import unicorn, lief"],
    without: WITHOUT_IN_EMULATORS,
    limits: "use files, or would keep the emulator busy for an hour",
};

/// Of Windows on ARM64.
const PE: Emulator = Emulator {
    command: &["python3", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/emulator/pe.py")],
    ..MACHO
};

/// They take long, or use files, which our emulators do not have.
const WITHOUT_IN_EMULATORS: &[&str] = &[
    "tests/lang",
    "examples/poh",
    "tests/run/poh_json_report",
    "tests/run/poh_letter",
    "tests/run/poh_shopping_list",
    "tests/run/poh_text_statistics",
    "tests/run/poh_todo",
    "examples/todo",
];

fn emulator(target: Target) -> &'static Emulator {
    match target {
        Target::LinuxX64 => &HERE,
        Target::LinuxArm64 => &QEMU,
        Target::WindowsX64 => &WINE,
        Target::WindowsArm64 => &PE,
        Target::MacosX64 | Target::MacosArm64 => &MACHO,
    }
}

/// The systems to test; their stubs are put into the release.
pub(crate) fn wanted(release: &Release) -> Vec<System> {
    let Some(folder) = std::env::var_os("SOX_TEST_STUBS").map(PathBuf::from) else {
        let target = Target::host().expect("a system we build for");
        return vec![System { target, by: None }];
    };
    let mut systems = Vec::new();
    for target in Target::ALL {
        match System::foreign(target, &folder, release) {
            Ok(system) => systems.push(system),
            Err(missing) => eprintln!("SKIPPED: programs for {}: {missing}", target.name()),
        }
    }
    assert!(!systems.is_empty(), "SOX_TEST_STUBS: there is no stub in {}", folder.display());
    systems
}

impl System {
    fn foreign(target: Target, folder: &Path, release: &Release) -> Result<System, String> {
        let path = folder.join(target.name()).join(format!("soxrt{}", target.suffix()));
        let stub = std::fs::read(&path);
        let stub = stub.map_err(|_| format!("there is no stub {}", path.display()))?;
        let by = emulator(target);
        match by.command.first() {
            None if cfg!(all(target_os = "linux", target_arch = "x86_64")) => {}
            None => return Err("they run on Linux alone".into()),
            Some(program) => {
                let output = Command::new(program).args(by.probe).output();
                if !output.is_ok_and(|output| output.status.success()) {
                    return Err(format!("`{program} {}` fails", by.probe.join(" ")));
                }
            }
        }
        if target == Target::WindowsX64 {
            wine_libraries()?;
        }
        release.put_stub(target, &stub);
        Ok(System { target, by: Some(by) })
    }

    pub(crate) fn is_foreign(&self) -> bool {
        self.by.is_some()
    }

    pub(crate) fn is_macos(&self) -> bool {
        matches!(self.target, Target::MacosX64 | Target::MacosArm64)
    }

    /// What `sysPlatform` says there.
    pub(crate) fn platform(&self) -> &'static str {
        match self.target {
            Target::LinuxX64 | Target::LinuxArm64 => "linux",
            Target::MacosX64 | Target::MacosArm64 => "darwin",
            Target::WindowsX64 | Target::WindowsArm64 => "windows",
        }
    }

    /// What the names of its tests begin with.
    pub(crate) fn prefix(&self) -> String {
        if self.is_foreign() { format!("{}/", self.target.name()) } else { String::new() }
    }

    /// Whether a test of this name is run.
    pub(crate) fn takes(&self, test: &str) -> bool {
        let Some(by) = self.by else { return true };
        let name = test.strip_prefix(&self.prefix()).unwrap_or(test);
        !by.without.iter().any(|beginning| name.starts_with(beginning))
    }

    /// Why it does not take all of them.
    pub(crate) fn limits(&self) -> &'static str {
        self.by.map_or("", |by| by.limits)
    }

    /// The command that runs a program built for the system; its arguments are the program's.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let words = self.by.map_or(&[][..], |by| by.command);
        let Some((runner, arguments)) = words.split_first() else {
            return Command::new(program);
        };
        let mut command = Command::new(runner);
        command.args(arguments).arg(program);
        if *runner == "wine" {
            command.env("WINEDEBUG", "-all").env("WINEPATH", wine_libraries().unwrap_or_default());
        }
        command
    }

    /// Runs a command of [`System::command`] to its end.
    ///
    /// Seldom (once in some thousand starts of wine 8) a program is ended with status 1 before it has
    /// done anything, and wine says nothing. It is started once more then.
    pub(crate) fn start(&self, command: &mut Command, stdin: &str) -> Result<Finished, String> {
        let finished = start(command, stdin)?;
        let nothing = finished.stdout.is_empty() && finished.stderr.is_empty();
        if nothing && finished.status == Some(1) && command.get_program() == "wine" {
            return start(command, stdin);
        }
        Ok(finished)
    }
}

/// A folder with a library of Windows that wine (until version 9) lacks and that Rust's standard
/// library asks for random numbers.
fn wine_libraries() -> Result<OsString, String> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = support::scratch().keep();
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/emulator/bcryptprimitives.c");
        let mut gcc = Command::new("x86_64-w64-mingw32-gcc");
        gcc.args(["-shared", "-o"]).arg(folder.join("bcryptprimitives.dll"));
        match gcc.args([source, "-ladvapi32"]).status() {
            Ok(status) if status.success() => Ok(folder),
            _ => Err("x86_64-w64-mingw32-gcc, which makes a library that wine lacks, fails".into()),
        }
    });
    folder.clone().map(PathBuf::into_os_string)
}
