//! What others made and tests hold Sox against: assemblers, linkers, C compilers, emulators.
//!
//! A test whose tool is missing passes without having looked, and what it prints is not shown. So
//! tools are looked for here, before the tests: Debian's are installed where that may be done, and
//! what stays missing is told at the end, with what was not tested.

use crate::debian;
use crate::shell::succeeds;
use std::ffi::OsString;
use std::process::Command;

/// A tool of which tests make use.
struct Tool {
    /// A command that succeeds if it is there and works.
    probe: &'static [&'static str],
    origin: Origin,
    /// What is not tested without it.
    group: &'static str,
}

/// Where a tool comes from.
enum Origin {
    /// Packages of Debian.
    Debian(&'static str),
    /// Someone installs it by hand, with this command.
    Elsewhere(&'static str),
}

const fn debian(
    probe: &'static [&'static str],
    packages: &'static str,
    group: &'static str,
) -> Tool {
    Tool { probe, origin: Origin::Debian(packages), group }
}

const fn elsewhere(
    probe: &'static [&'static str],
    command: &'static str,
    group: &'static str,
) -> Tool {
    Tool { probe, origin: Origin::Elsewhere(command), group }
}

const TOOLS: [Tool; 12] = [
    debian(&["gcc", "--version"], "gcc libc6-dev", "linking with C of gcc"),
    debian(&["ar", "--version"], "binutils", "archives beside ar's, and what strip leaves alone"),
    debian(&["clang", "--version"], "clang", "linking with C of clang"),
    debian(
        &["aarch64-linux-gnu-gcc", "--version"],
        "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
        "linking with C for AArch64",
    ),
    debian(&["qemu-aarch64-static", "--version"], "qemu-user-static", "running code for AArch64"),
    debian(
        &["llvm-mc-19", "--version"],
        "llvm-19",
        "encodings beside llvm-mc's, and what LLVM's tools read and leave alone",
    ),
    debian(&["lld-19", "-flavor", "gnu", "--version"], "lld-19", "stubs laid out by a linker"),
    debian(
        &["x86_64-w64-mingw32-gcc", "--version"],
        "gcc-mingw-w64-x86-64",
        "the checksum of programs for Windows, and what their strip leaves alone",
    ),
    debian(&["wine", "cmd", "/c", "exit"], "wine wine64", "running programs for Windows"),
    elsewhere(
        &["python3", "-c", "import lief"],
        "pip install lief",
        "built programs as LIEF reads them",
    ),
    elsewhere(
        &["python3", "-m", "ziglang", "version"],
        "pip install ziglang",
        "Mach-O programs linked by zig",
    ),
    elsewhere(
        &["rcodesign", "--version"],
        "cargo install apple-codesign",
        "signatures replaced by rcodesign",
    ),
];

/// Installs what is missing and may be installed; gives the groups that are left out, and why.
///
/// `environment` is that of the tests.
pub(crate) fn provide(environment: &[(&str, OsString)]) -> Vec<String> {
    let missing: Vec<&Tool> = TOOLS.iter().filter(|tool| !tool.works(environment)).collect();
    let packages = missing.iter().filter_map(|tool| match tool.origin {
        Origin::Debian(packages) => Some(packages),
        Origin::Elsewhere(_) => None,
    });
    let failures = debian::install_each(&packages.collect::<Vec<_>>());
    let still = missing.into_iter().filter(|tool| !tool.works(environment));
    still.map(|tool| format!("{}: {}", tool.group, tool.advice(&failures))).collect()
}

impl Tool {
    fn works(&self, environment: &[(&str, OsString)]) -> bool {
        let [program, arguments @ ..] = self.probe else { return false };
        let environment = environment.iter().map(|(name, value)| (name, value));
        succeeds(Command::new(program).args(arguments).envs(environment))
    }

    /// What to do to have it.
    fn advice(&self, failures: &[(&str, String)]) -> String {
        match self.origin {
            Origin::Elsewhere(command) => format!("`{command}`"),
            Origin::Debian(packages) => {
                match failures.iter().find(|(failed, _)| *failed == packages) {
                    Some((_, failure)) => failure.clone(),
                    None => format!("`{}` fails", self.probe.join(" ")),
                }
            }
        }
    }
}
