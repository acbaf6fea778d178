//! The executable of a program.

use crate::{Error, Icon, Subsystem, Target, VersionInfo};
use sox_execution::{BuiltSettings, STUB_MARK};
use sox_objfile::pe::PeOptions;
use sox_objfile::{Error as FileError, Options, Payload, RegionKind, encode_assets, inject};
use std::collections::BTreeMap;

/// What is put into a stub.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// A bytecode file.
    pub bytecode: Vec<u8>,
    /// How it is run.
    pub settings: BuiltSettings,
    /// Files that come with it, by the names they have behind `asset:/`.
    pub assets: BTreeMap<String, Vec<u8>>,
    /// Bytecode and assets are stored in fewer bytes, which costs a little at each start.
    pub compress: bool,
}

/// What the system shows of an executable. Only some systems have a place for it.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// What a macOS signature calls it; must not be empty.
    pub identifier: String,
    /// Windows: console or windows of its own; the stub's way if not given.
    pub subsystem: Option<Subsystem>,
    /// Windows: the icon.
    pub icon: Option<Icon>,
    /// Windows: texts of the file's properties.
    pub version: Option<VersionInfo>,
}

/// A finished executable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executable {
    /// The file.
    pub bytes: Vec<u8>,
    /// What its bytes are for, the stub first; together they are all of it.
    pub parts: Vec<Part>,
}

/// A part of an executable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub name: &'static str,
    /// Bytes.
    pub size: usize,
}

/// Puts a program into a stub for a target.
///
/// # Errors
/// If the stub is none for the target, or the program or its look cannot stand in one.
pub fn package(
    stub: &[u8],
    target: Target,
    program: &Program,
    look: &Look,
) -> Result<Executable, Error> {
    let found = Target::of_file(stub).map_err(Error::Stub)?;
    if found != target {
        return Err(Error::OtherTarget { found, wanted: target });
    }
    let wanted = env!("CARGO_PKG_VERSION");
    if let Some(found) = version_of(stub).filter(|found| *found != wanted) {
        return Err(Error::OtherVersion { found: found.into(), wanted });
    }
    if let Some(version) = &look.version {
        version.numbers().map_err(Error::Look)?;
    }
    let too_large = |_| Error::TooLarge(target);
    let mut payload = Payload::default();
    payload.flags = program.settings.flags();
    match program.compress {
        true => payload.set_packed(RegionKind::Bytecode, program.bytecode.clone()),
        false => payload.set(RegionKind::Bytecode, program.bytecode.clone()),
    }
    if let Some(settings) = program.settings.region() {
        payload.set(RegionKind::Settings, settings);
    }
    if !program.assets.is_empty() {
        program.assets.keys().try_for_each(|name| check_asset_name(name))?;
        let assets = encode_assets(&program.assets, program.compress).map_err(too_large)?;
        payload.set(RegionKind::Assets, assets);
    }
    let options = Options {
        identifier: look.identifier.clone(),
        pe: PeOptions {
            subsystem: look.subsystem,
            icon: look.icon.clone(),
            version: look.version.clone(),
        },
    };
    let bytes = inject(stub, &payload, &options).map_err(|error| match error {
        FileError::TooLarge => Error::TooLarge(target),
        FileError::Text { .. } | FileError::Icon(_) => Error::Look(error),
        _ => Error::Stub(error),
    })?;
    let parts = parts(stub.len(), &payload, bytes.len());
    Ok(Executable { bytes, parts })
}

/// The version of Sox that a stub is from, if it says so as stubs do ([`STUB_MARK`]).
fn version_of(stub: &[u8]) -> Option<&str> {
    /// The longest version that is looked for.
    const LONGEST: usize = 64;
    let begin = STUB_MARK.find(' ')? + 1;
    let (prefix, first) = (&STUB_MARK.as_bytes()[..begin], STUB_MARK.as_bytes()[0]);
    let mut rest = stub;
    loop {
        let at = rest.iter().position(|&byte| byte == first)?;
        rest = &rest[at..];
        if let Some(version) = rest.strip_prefix(prefix) {
            let end = version.iter().take(LONGEST).position(|&byte| byte == b'\n')?;
            return std::str::from_utf8(&version[..end]).ok();
        }
        rest = &rest[1..];
    }
}

/// Names are paths that mean the same on every system: parts separated by `/`, none of which
/// leads elsewhere.
fn check_asset_name(name: &str) -> Result<(), Error> {
    let wrong = |why| Err(Error::AssetName(name.into(), why));
    if name.contains('\\') {
        return wrong("it has a backslash, which separates folders on some systems");
    }
    match name.split('/').find(|part| ["", ".", ".."].contains(part)) {
        Some(_) => wrong("a part of it is empty or leads elsewhere"),
        None => Ok(()),
    }
}

/// What the bytes of the file are for.
fn parts(stub: usize, payload: &Payload, total: usize) -> Vec<Part> {
    let region = |name, kind| Part { name, size: payload.region(kind).map_or(0, <[u8]>::len) };
    let mut parts = vec![
        Part { name: "runtime", size: stub },
        region("bytecode", RegionKind::Bytecode),
        region("assets", RegionKind::Assets),
    ];
    let known: usize = parts.iter().map(|part| part.size).sum();
    // A signature that the stub had is replaced, so the sum may be greater than the whole.
    parts.push(Part { name: "headers, signature", size: total.saturating_sub(known) });
    parts[0].size -= known.saturating_sub(total);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asset_names_mean_the_same_everywhere() {
        for name in ["a", "a/b.txt", "ä ö/.c"] {
            assert_eq!(check_asset_name(name), Ok(()), "{name}");
        }
        for name in ["", "/a", "a/", "a//b", "../a", "a/../b", "./a", "a\\b"] {
            assert!(matches!(check_asset_name(name), Err(Error::AssetName(..))), "{name}");
        }
    }

    #[test]
    fn stubs_tell_their_version() {
        let stub = [b"\x7fELF \x7fSOX", STUB_MARK.as_bytes(), b"more"].concat();
        assert_eq!(version_of(&stub), Some(env!("CARGO_PKG_VERSION")));
        assert_eq!(version_of(b"\x7f\x7fSOXSTUB 0.0.9-beta\n"), Some("0.0.9-beta"));
        for other in [&b""[..], b"\x7f", b"\x7fSOXSTUB 1.0", b"\x7fSOXSTUB \xff\n"] {
            assert_eq!(version_of(other), None);
        }
    }

    #[test]
    fn what_is_no_stub_is_refused() {
        let program = Program { bytecode: b"SOXC".to_vec(), ..Program::default() };
        let package = |stub: &[u8]| package(stub, Target::LinuxX64, &program, &Look::default());
        assert_eq!(package(b"#!/bin/sh"), Err(Error::Stub(FileError::UnknownFormat)));
        assert!(matches!(package(b"\x7fELF"), Err(Error::Stub(FileError::Truncated { .. }))));
    }
}
