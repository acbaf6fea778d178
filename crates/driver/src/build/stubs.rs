//! Finding stubs: the runtimes that programs are put into.
//!
//! A stub stands beside `sox` (that is where a development build puts it), or in `stubs/TARGET/`
//! there, which is how a release is laid out. Nowhere else, so that it is the one that belongs to
//! this `sox`.

use super::BuildError;
use crate::input::reason;
use sha2::{Digest, Sha256};
use sox_package::Target;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The runtime for a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stub {
    /// The target.
    pub target: Target,
    /// Its file.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Stub {
    /// Finds and reads the runtime for a target.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn find(target: Target) -> Result<Stub, BuildError> {
        let path =
            find_stub(target).map_err(|looked| BuildError::MissingStub { target, looked })?;
        match fs::read(&path) {
            Ok(bytes) => Ok(Stub { target, path, bytes }),
            Err(error) => Err(BuildError::UnreadableStub { path, why: reason(&error) }),
        }
    }
}

/// The targets that there are stubs for, and what tells these stubs from others: equal sets make equal
/// executables of a program.
pub fn stub_set() -> (Vec<Target>, Option<String>) {
    let stubs: Vec<Stub> = Target::ALL.into_iter().filter_map(|it| Stub::find(it).ok()).collect();
    let mut hash = Sha256::new();
    for stub in &stubs {
        hash.update(stub.target.name());
        hash.update(Sha256::digest(&stub.bytes));
    }
    // Enough to tell two sets apart; it is no proof of anything.
    let hash = hash.finalize();
    let short = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    (stubs.iter().map(|stub| stub.target).collect(), (!stubs.is_empty()).then_some(short))
}

/// The file of the runtime for a target.
///
/// # Errors
/// The files that were looked for.
pub fn find_stub(target: Target) -> Result<PathBuf, Vec<PathBuf>> {
    // What `sox` was called by may be a link to it.
    let command = std::env::current_exe().and_then(|path| path.canonicalize()).unwrap_or_default();
    find_in(command.parent().unwrap_or(Path::new(".")), target)
}

fn find_in(folder: &Path, target: Target) -> Result<PathBuf, Vec<PathBuf>> {
    let name = format!("soxrt{}", target.suffix());
    let beside = folder.join(&name);
    if is_for(&beside, target) {
        return Ok(beside);
    }
    let released = folder.join("stubs").join(target.name()).join(&name);
    match fs::symlink_metadata(&released) {
        // Whatever it is: if it cannot be read or is no runtime, that is what to complain about.
        Ok(_) => Ok(released),
        // A runtime beside `sox` is for the system it runs on.
        Err(_) if Target::host() == Some(target) => Err(vec![beside, released]),
        Err(_) => Err(vec![released]),
    }
}

/// Whether this is an executable for the target.
fn is_for(path: &Path, target: Target) -> bool {
    /// Bytes that tell a target, in every format.
    const START: u64 = 4096;
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(START).read_to_end(&mut start));
    read.is_ok() && Target::of_file(&start) == Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stubs_are_looked_for_beside_and_by_target() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let (arm, windows) = (Target::LinuxArm64, Target::WindowsX64);
        let released = here.join("stubs/windows-x64/soxrt.exe");
        assert_eq!(find_in(here, windows), Err(vec![released.clone()]));
        fs::create_dir_all(released.parent().unwrap()).unwrap();
        fs::write(&released, "anything").unwrap();
        assert_eq!(find_in(here, windows), Ok(released));
        // The machine stands at offset 18.
        let mut elf = b"\x7fELF\x02\x01\x01".to_vec();
        elf.resize(64, 0);
        elf[18] = 183;
        fs::write(here.join("soxrt"), &elf).unwrap();
        assert_eq!(find_in(here, arm), Ok(here.join("soxrt")));
        assert!(find_in(here, Target::LinuxX64).is_err());
        assert!(find_in(here, Target::MacosArm64).is_err());
    }
}
