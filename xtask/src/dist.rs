//! `cargo xtask dist`: stubs for every target that a toolchain is at hand for, and the release folder.
//!
//! ```text
//! sox-VERSION-HOST/
//!   sox, soxlang, pohlang the command, under its names
//!   stubs/TARGET/soxrt    what `sox build` puts programs into
//!   LICENSE-*, THIRD-PARTY.txt, SHA256SUMS
//! ```
//!
//! Equal sources and tools give equal files, wherever and whenever they are built.

mod release;
mod targets;
mod zig;

use crate::debian;
use crate::shell::{succeeds, target_folder};
use std::path::{Path, PathBuf};
use std::process::Command;
use targets::{DEBIAN_RUST, TARGETS, TESTED, Target};

pub(crate) use zig::link as link_with_zig;
pub(crate) use zig::wanted as wanted_as_linker;

/// Builds what can be built and lays out the folder.
///
/// # Errors
/// If a flag is wrong, or a build fails. A target without toolchain is no error: it is told at the end.
pub(crate) fn run(flags: &[&str]) -> Result<(), String> {
    let wanted = Wanted::read(flags)?;
    let (folder, stubs) = build_stubs(&wanted.targets)?;
    if !wanted.stubs_only {
        let release = release::lay_out(&folder, &stubs.built)?;
        println!("{}", release.display());
    }
    stubs.report();
    Ok(())
}

/// Builds the stubs that can be built, for the tests; gives their folder, and what is missing.
///
/// # Errors
/// If a build fails.
pub(crate) fn stubs_for_tests() -> Result<(PathBuf, Vec<String>), String> {
    let targets: Vec<_> = TARGETS.iter().collect();
    let (folder, stubs) = build_stubs(&targets)?;
    let missing =
        |(target, advice): &(&Target, String)| format!("programs for {}: {advice}", target.name);
    Ok((folder.join("stubs"), stubs.missing.iter().map(missing).collect()))
}

/// Builds tests for Linux on AArch64 and has qemu run them. What is missing for that is given back.
///
/// # Errors
/// If the build or a test fails.
pub(crate) fn test_on_arm64(tests: &[&str]) -> Result<Option<String>, String> {
    const QEMU: [&str; 2] = ["qemu-aarch64-static", "qemu-aarch64"];
    let runs = |name: &&&str| succeeds(Command::new(name).arg("--version"));
    let Some(qemu) = QEMU.iter().find(runs) else {
        return Ok(Some("nothing runs it: install qemu-user-static".into()));
    };
    let toolchain = TESTED.toolchain().or_else(|advice| {
        debian::install(DEBIAN_RUST).map_err(|_| advice)?;
        TESTED.toolchain()
    });
    match toolchain {
        Ok(toolchain) => {
            toolchain.test(&TESTED, &target_folder()?.join("dist"), qemu, tests)?;
            Ok(None)
        }
        Err(advice) => Ok(Some(advice)),
    }
}

/// What the flags ask for.
struct Wanted {
    targets: Vec<&'static Target>,
    /// Without the commands and the release folder.
    stubs_only: bool,
}

impl Wanted {
    fn read(flags: &[&str]) -> Result<Wanted, String> {
        let mut wanted = Wanted { targets: Vec::new(), stubs_only: false };
        let mut flags = flags.iter();
        while let Some(flag) = flags.next() {
            match *flag {
                "--stubs" => wanted.stubs_only = true,
                "--target" => {
                    let name = flags.next().ok_or("--target needs a name")?;
                    let target = TARGETS.iter().find(|target| target.name == *name);
                    let names = || TARGETS.map(|target| target.name).join(", ");
                    let target =
                        target.ok_or_else(|| format!("no target {name}; there are {}", names()));
                    wanted.targets.push(target?);
                }
                other => return Err(format!("dist does not know {other}")),
            }
        }
        if wanted.targets.is_empty() {
            wanted.targets.extend(TARGETS.iter());
        }
        Ok(wanted)
    }
}

/// What became of the targets.
struct Stubs {
    built: Vec<(&'static Target, PathBuf)>,
    /// And what to install.
    missing: Vec<(&'static Target, String)>,
}

/// Builds stubs into `stubs/TARGET` of the folder that is given back.
fn build_stubs(targets: &[&'static Target]) -> Result<(PathBuf, Stubs), String> {
    let folder = target_folder()?.join("dist");
    let mut stubs = Stubs { built: Vec::new(), missing: Vec::new() };
    for &target in targets {
        match target.toolchain() {
            Ok(toolchain) => {
                eprintln!("{}: {toolchain}", target.name);
                let stub = toolchain.build(target, &folder)?;
                inspect(target, &stub)?;
                let place = folder.join("stubs").join(target.name).join(target.stub());
                release::copy(&stub, &place)?;
                stubs.built.push((target, place));
            }
            Err(advice) => stubs.missing.push((target, advice)),
        }
    }
    Ok((folder, stubs))
}

impl Stubs {
    fn report(&self) {
        for (target, stub) in &self.built {
            let size = std::fs::metadata(stub).map_or(0, |data| data.len());
            println!("  {:14} {:8.1} KB  {}", target.name, size as f64 / 1024.0, stub.display());
        }
        for (target, advice) in &self.missing {
            println!("  {:14} NOT BUILT: {advice}", target.name);
        }
    }
}

/// Bytes that a stub may have: what a program has at least is a promise.
fn most_bytes(target: &Target) -> usize {
    if target.name.starts_with("linux") { 1_500_000 } else { 2_000_000 }
}

/// Makes sure that a stub can be given a program, that it is small, and that one for Linux needs no
/// other file.
fn inspect(target: &Target, stub: &Path) -> Result<(), String> {
    use sox_objfile::{Options, Payload, RegionKind, inject};
    let complain = |fault: String| format!("{}: {fault}", stub.display());
    let bytes = std::fs::read(stub).map_err(|error| complain(error.to_string()))?;
    if bytes.len() > most_bytes(target) {
        return Err(complain(format!("it has {} bytes, too many", bytes.len())));
    }
    let mut payload = Payload::default();
    payload.set(RegionKind::Bytecode, vec![0; 10_000]);
    inject(&bytes, &payload, &Options::default()).map_err(|error| complain(error.to_string()))?;
    if target.name.starts_with("linux") && !is_static(&bytes).map_err(complain)? {
        return Err(complain("it is not static: it needs files of the system".into()));
    }
    Ok(())
}

/// Whether an ELF file names neither a program interpreter nor a library.
fn is_static(bytes: &[u8]) -> Result<bool, String> {
    const PT_DYNAMIC: u32 = 2;
    const PT_INTERP: u32 = 3;
    /// The tag of an entry of the dynamic table that names a library.
    const DT_NEEDED: u64 = 1;
    let file = sox_objfile::elf::ElfFile::read(bytes).map_err(|error| error.to_string())?;
    Ok(file.segments.iter().all(|segment| {
        let start = usize::try_from(segment.offset).unwrap_or(usize::MAX);
        let size = usize::try_from(segment.file_size).unwrap_or(0);
        let table = bytes.get(start..).and_then(|rest| rest.get(..size)).unwrap_or_default();
        let mut tags = table.chunks_exact(16).filter_map(|entry| entry.first_chunk());
        let needs = tags.any(|tag| u64::from_le_bytes(*tag) == DT_NEEDED);
        segment.kind != PT_INTERP && (segment.kind != PT_DYNAMIC || !needs)
    }))
}
