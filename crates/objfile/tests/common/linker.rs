//! Files of a real linker: objects written by the `object` crate, linked by the lld that comes
//! with the Rust toolchain, or by an lld of the system.

use super::{Scratch, read, run};
use object::write::{Object, StandardSection, Symbol, SymbolSection};
use object::{Architecture, BinaryFormat, Endianness, SymbolFlags, SymbolKind, SymbolScope};
use std::path::PathBuf;
use std::process::Command;

/// lld with a flavour (`gnu`, `darwin`, `link`), if there is one.
pub(crate) fn lld(flavour: &str) -> Option<Command> {
    let path = rust_lld().or_else(|| {
        let names = ["lld", "lld-19", "lld-16", "lld-15", "lld-14"];
        names
            .into_iter()
            .map(PathBuf::from)
            .find(|name| Command::new(name).args(["-flavor", "gnu", "--version"]).output().is_ok())
    });
    let Some(path) = path else {
        eprintln!("SKIPPED: no lld is installed: files of a real linker are not tested");
        return None;
    };
    let mut command = Command::new(path);
    command.args(["-flavor", flavour]);
    Some(command)
}

fn rust_lld() -> Option<PathBuf> {
    let output = Command::new("rustc").args(["--print", "target-libdir"]).output().ok()?;
    let libraries = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    let path = libraries.parent()?.join("bin/rust-lld");
    path.exists().then_some(path)
}

/// An object with a function `main` (`_main` for Mach-O) that returns 42, and some data.
pub(crate) fn object(format: BinaryFormat, architecture: Architecture) -> Vec<u8> {
    let code: &[u8] = match architecture {
        Architecture::Aarch64 => &[0x40, 5, 0x80, 0x52, 0xc0, 3, 0x5f, 0xd6],
        _ => &[0xb8, 42, 0, 0, 0, 0xc3],
    };
    let mut object = Object::new(format, architecture, Endianness::Little);
    let text = object.section_id(StandardSection::Text);
    let main = object.append_section_data(text, code, 16);
    let data = object.section_id(StandardSection::Data);
    let value = object.append_section_data(data, &[1; 100], 8);
    for (name, section, offset, kind, size) in [
        ("main", text, main, SymbolKind::Text, code.len() as u64),
        ("value", data, value, SymbolKind::Data, 100),
    ] {
        object.add_symbol(Symbol {
            name: name.into(),
            value: offset,
            size,
            kind,
            scope: SymbolScope::Dynamic,
            weak: false,
            section: SymbolSection::Section(section),
            flags: SymbolFlags::None,
        });
    }
    object.write().expect("an object")
}

/// A Mach-O program with `padding` bytes behind its load commands; signed if `sign`.
pub(crate) fn macho(architecture: Architecture, padding: u32, sign: bool) -> Option<Vec<u8>> {
    let scratch = Scratch::new();
    let input = scratch.write("main.o", object(BinaryFormat::MachO, architecture));
    let output = scratch.path("program");
    let name = if architecture == Architecture::Aarch64 { "arm64" } else { "x86_64" };
    let mut command = lld("darwin")?;
    command.args(["-arch", name, "-platform_version", "macos", "12.0", "12.0"]);
    command.args(["-e", "_main", "-headerpad", &format!("{padding:#x}")]);
    command.arg(if sign { "-adhoc_codesign" } else { "-no_adhoc_codesign" });
    run(command.arg("-o").arg(&output).arg(input));
    Some(read(&output))
}

/// A PE program.
pub(crate) fn pe(architecture: Architecture) -> Option<Vec<u8>> {
    let scratch = Scratch::new();
    let input = scratch.write("main.obj", object(BinaryFormat::Coff, architecture));
    let output = scratch.path("program.exe");
    let name = if architecture == Architecture::Aarch64 { "arm64" } else { "x64" };
    let mut command = lld("link")?;
    command.args(["/entry:main", "/subsystem:console", "/nodefaultlib", "/Brepro"]);
    command.arg(format!("/machine:{name}")).arg(format!("/out:{}", output.display()));
    run(command.arg(input));
    Some(read(&output))
}
