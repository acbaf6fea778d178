//! The systems and processors that programs are built for.

use sox_diagnostics::closest;
use sox_objfile::{Format, Machine};
use std::fmt;
use thiserror::Error;

/// A system with a processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Linux on x86-64.
    LinuxX64,
    /// Linux on 64-bit ARM.
    LinuxArm64,
    /// macOS on x86-64.
    MacosX64,
    /// macOS on Apple's processors.
    MacosArm64,
    /// Windows on x86-64.
    WindowsX64,
    /// Windows on 64-bit ARM.
    WindowsArm64,
}

/// A name that no target has.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no target '{name}'")]
pub struct UnknownTarget {
    /// The name.
    pub name: String,
    /// The target that was perhaps meant.
    pub closest: Option<Target>,
}

impl Target {
    /// All targets.
    pub const ALL: [Target; 6] = [
        Target::LinuxX64,
        Target::LinuxArm64,
        Target::MacosX64,
        Target::MacosArm64,
        Target::WindowsX64,
        Target::WindowsArm64,
    ];

    /// Its short name.
    pub fn name(self) -> &'static str {
        match self {
            Target::LinuxX64 => "linux-x64",
            Target::LinuxArm64 => "linux-arm64",
            Target::MacosX64 => "macos-x64",
            Target::MacosArm64 => "macos-arm64",
            Target::WindowsX64 => "windows-x64",
            Target::WindowsArm64 => "windows-arm64",
        }
    }

    /// The target with this name: a short one (`linux-x64`, `darwin-arm64`) or a triple as compilers
    /// have them (`x86_64-unknown-linux-gnu`, `aarch64-apple-darwin`). Programs for Linux need no C
    /// library, so the last part of a triple changes nothing.
    ///
    /// ```
    /// use sox_package::Target;
    /// assert_eq!(Target::parse("darwin-arm64"), Ok(Target::MacosArm64));
    /// assert_eq!(Target::parse("x86_64-pc-windows-msvc"), Ok(Target::WindowsX64));
    /// assert_eq!(Target::parse("linux-x46").unwrap_err().closest, Some(Target::LinuxX64));
    /// ```
    ///
    /// # Errors
    /// If no target has it.
    pub fn parse(name: &str) -> Result<Target, UnknownTarget> {
        let lower = name.to_ascii_lowercase();
        let parts: Vec<&str> = lower.split('-').collect();
        let known = match parts.as_slice() {
            [system, processor] => of_parts(&[system], processor),
            [processor, rest @ ..] if rest.len() <= 3 => of_parts(rest, processor),
            _ => None,
        };
        known.ok_or_else(|| {
            let names = Target::ALL.map(Target::name);
            let found = closest(&lower, names);
            let closest = Target::ALL.into_iter().find(|target| Some(target.name()) == found);
            UnknownTarget { name: name.into(), closest }
        })
    }

    /// The target that this very program is for, if it is among them.
    pub fn host() -> Option<Target> {
        of_parts(&[std::env::consts::OS], std::env::consts::ARCH)
    }

    /// The format of its executables and its processor.
    pub fn format(self) -> (Format, Machine) {
        match self {
            Target::LinuxX64 => (Format::Elf, Machine::X64),
            Target::LinuxArm64 => (Format::Elf, Machine::Arm64),
            Target::MacosX64 => (Format::MachO, Machine::X64),
            Target::MacosArm64 => (Format::MachO, Machine::Arm64),
            Target::WindowsX64 => (Format::Pe, Machine::X64),
            Target::WindowsArm64 => (Format::Pe, Machine::Arm64),
        }
    }

    /// The target of an executable that begins with these bytes, some hundred of them.
    ///
    /// # Errors
    /// If it is none of the formats, or for none of the processors.
    pub fn of_file(start: &[u8]) -> Result<Target, sox_objfile::Error> {
        let found = sox_objfile::machine(start)?;
        let target = Target::ALL.into_iter().find(|target| target.format() == found);
        Ok(target.expect("every format goes with every processor"))
    }

    /// Whether it is for Windows.
    pub fn is_windows(self) -> bool {
        self.format().0 == Format::Pe
    }

    /// What names of its executables end with.
    pub fn suffix(self) -> &'static str {
        if self.is_windows() { ".exe" } else { "" }
    }
}

/// The target of one of these systems on a processor.
fn of_parts(systems: &[&str], processor: &str) -> Option<Target> {
    let machine = match processor {
        "x64" | "x86_64" | "amd64" => Machine::X64,
        "arm64" | "aarch64" => Machine::Arm64,
        _ => return None,
    };
    let format = systems.iter().find_map(|system| match *system {
        "linux" => Some(Format::Elf),
        "macos" | "darwin" => Some(Format::MachO),
        "windows" => Some(Format::Pe),
        _ => None,
    })?;
    Target::ALL.into_iter().find(|target| target.format() == (format, machine))
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_triples_are_understood() {
        for target in Target::ALL {
            assert_eq!(Target::parse(target.name()), Ok(target));
        }
        for (name, target) in [
            ("x86_64-unknown-linux-gnu", Target::LinuxX64),
            ("x86_64-unknown-linux-musl", Target::LinuxX64),
            ("x86_64-linux-gnu", Target::LinuxX64),
            ("aarch64-unknown-linux-musl", Target::LinuxArm64),
            ("Linux-AMD64", Target::LinuxX64),
            ("aarch64-apple-darwin", Target::MacosArm64),
            ("x86_64-apple-darwin", Target::MacosX64),
            ("aarch64-pc-windows-gnullvm", Target::WindowsArm64),
        ] {
            assert_eq!(Target::parse(name), Ok(target), "{name}");
        }
    }

    #[test]
    fn other_names_are_refused() {
        let closest = |name| Target::parse(name).expect_err("no target").closest;
        assert_eq!(closest("linux-x86"), Some(Target::LinuxX64));
        assert_eq!(closest("macos-amr64"), Some(Target::MacosArm64));
        assert_eq!(closest("windows"), None);
        for name in ["", "-", "x64-x64", "riscv64-unknown-linux-gnu", "wasm32", "linux-x64-x-y-z"] {
            assert!(Target::parse(name).is_err(), "{name}");
        }
    }
}
