//! `cargo xtask dist`: stubs for every target that a toolchain is at hand for, and the release folder.
//!
//! ```text
//! sox-VERSION-HOST/
//!   sox, soxlang, pohlang the command, under its names
//!   stubs/TARGET/soxrt    what `sox build` puts programs into
//!   LICENSE-*, THIRD-PARTY.txt, SHA256SUMS
//! ```

mod release;
mod targets;
mod zig;

use crate::shell::root;
use std::path::{Path, PathBuf};
use targets::{TARGETS, Target};

pub(crate) use zig::link as link_with_zig;
pub(crate) use zig::wanted as wanted_as_linker;

/// Builds what can be built and lays out the folder.
///
/// # Errors
/// If a flag is wrong, or a build fails. A target without toolchain is no error: it is told at the end.
pub(crate) fn run(flags: &[&str]) -> Result<(), String> {
    let wanted = chosen(flags)?;
    let folder = root().join("target/dist");
    let mut built = Vec::new();
    let mut missing = Vec::new();
    for target in wanted {
        match target.toolchain() {
            Ok(toolchain) => {
                eprintln!("{}: {toolchain}", target.name);
                let stub = toolchain.build(target, &folder)?;
                inspect(target, &stub)?;
                built.push((target, stub));
            }
            Err(advice) => missing.push((target, advice)),
        }
    }
    let release = release::lay_out(&folder, &built)?;
    report(&release, &built, &missing);
    Ok(())
}

/// The targets named by `--target`, or all.
fn chosen(flags: &[&str]) -> Result<Vec<&'static Target>, String> {
    let mut named = Vec::new();
    let mut flags = flags.iter();
    while let Some(flag) = flags.next() {
        let name = match *flag {
            "--target" => flags.next().ok_or("--target needs a name")?,
            other => return Err(format!("dist does not know {other}")),
        };
        let names = || TARGETS.map(|target| target.name).join(", ");
        let target = TARGETS.iter().find(|target| target.name == *name);
        named.push(target.ok_or_else(|| format!("no target {name}; there are {}", names()))?);
    }
    Ok(if named.is_empty() { TARGETS.iter().collect() } else { named })
}

/// Makes sure that a stub can be given a program, and that one for Linux needs no other file.
fn inspect(target: &Target, stub: &Path) -> Result<(), String> {
    use sox_objfile::{Options, Payload, RegionKind, elf, inject};
    /// `PT_INTERP` and `PT_DYNAMIC`'s `DT_NEEDED`: what a static program does not have.
    const PT_INTERP: u32 = 3;
    let complain = |fault: String| format!("{}: {fault}", stub.display());
    let bytes = std::fs::read(stub).map_err(|error| complain(error.to_string()))?;
    let mut payload = Payload::default();
    payload.set(RegionKind::Bytecode, vec![0; 10_000]);
    inject(&bytes, &payload, &Options::default()).map_err(|error| complain(error.to_string()))?;
    if target.name.starts_with("linux") {
        let file = elf::ElfFile::read(&bytes).map_err(|error| complain(error.to_string()))?;
        if file.segments.iter().any(|segment| segment.kind == PT_INTERP) {
            return Err(complain("it is not static: it asks for a program interpreter".into()));
        }
    }
    Ok(())
}

fn report(release: &Path, built: &[(&Target, PathBuf)], missing: &[(&Target, String)]) {
    println!("{}", release.display());
    for (target, stub) in built {
        let size = std::fs::metadata(stub).map_or(0, |data| data.len());
        println!("  {:14} {:8.1} KB", target.name, size as f64 / 1024.0);
    }
    for (target, advice) in missing {
        println!("  {:14} NOT BUILT: {advice}", target.name);
    }
}
