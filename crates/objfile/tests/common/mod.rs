//! What the tests of several formats share: payloads, scratch files, external tools.
#![allow(dead_code, reason = "each test binary uses a part")]

pub(crate) mod linker;
pub(crate) mod macho_check;
pub(crate) mod objects;
pub(crate) mod tiny_elf;
pub(crate) mod tiny_macho;
pub(crate) mod tiny_pe;

use sox_objfile::{Payload, RegionKind, encode_assets};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A payload with a region of each kind. The bytecode is text that programs can print.
pub(crate) fn full_payload() -> Payload {
    let mut payload = bytecode_payload();
    payload.flags = 0x1234_5678_9abc_def0;
    payload.set(RegionKind::Settings, b"deny=net".to_vec());
    payload.set(RegionKind::Constants, (0..=255).collect());
    payload.set(RegionKind::Code, vec![0xc3; 100]);
    payload.set(RegionKind::Data, vec![7; 5000]);
    let files = [("a.txt", &b"alpha"[..]), ("dir/b.bin", &[0; 9000])];
    let files = BTreeMap::from(files.map(|(name, bytes)| (name.to_string(), bytes.to_vec())));
    payload.set(RegionKind::Assets, encode_assets(&files, false).expect("small"));
    payload
}

/// A payload with bytecode alone.
pub(crate) fn bytecode_payload() -> Payload {
    let mut payload = Payload::default();
    payload.set(RegionKind::Bytecode, b"the bytecode of a program".to_vec());
    payload
}

/// Whether `program` is installed. If not, says loudly what is not tested.
pub(crate) fn have(program: &str, what_for: &str) -> bool {
    let there = succeeds(Command::new(program).arg("--version"));
    if !there {
        eprintln!("SKIPPED: {program} is not installed: {what_for} is not tested");
    }
    there
}

/// The name under which a tool of LLVM is installed, which may have the version in it.
pub(crate) fn llvm(tool: &str) -> String {
    let names = ["", "-22", "-19", "-16", "-15", "-14"].map(|end| format!("{tool}{end}"));
    let found = names.iter().find(|name| succeeds(Command::new(name).arg("--version")));
    found.unwrap_or(&names[0]).clone()
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// Runs a command that must succeed.
pub(crate) fn run(command: &mut Command) -> Output {
    let output = command.output().expect("the command starts");
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// A scratch folder that goes away.
pub(crate) struct Scratch(tempfile::TempDir);

impl Scratch {
    pub(crate) fn new() -> Scratch {
        Scratch(tempfile::tempdir().expect("a scratch folder"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("a scratch file");
        path
    }

    /// A file that can be executed.
    #[cfg(unix)]
    pub(crate) fn write_executable(&self, name: &str, bytes: &[u8]) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.write(name, bytes);
        let rights = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&path, rights).expect("rights");
        path
    }
}

pub(crate) fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("a file the test has made")
}
