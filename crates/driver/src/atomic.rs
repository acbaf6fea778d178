//! Writing files that are there whole or not at all.

use crate::input::reason;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Writes a file: beside its place first, then moved there, so that nobody ever sees half of it
/// and a failure leaves what was there. A place that is no plain file (a device, a pipe) is written
/// to as it is.
///
/// # Errors
/// What the system says.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let kind = Kind { sync: true, executable: false };
    replace(path, bytes, kind).map_err(|error| reason(&error))
}

/// The same for a program, which may be run afterwards.
///
/// # Errors
/// What the system says.
pub fn write_program(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let kind = Kind { sync: true, executable: true };
    replace(path, bytes, kind).map_err(|error| reason(&error))
}

/// The same for a file that can be made again: it need not survive the machine.
pub(crate) fn write_quickly(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, Kind { sync: false, executable: false })
}

fn replace(path: &Path, bytes: &[u8], kind: Kind) -> io::Result<()> {
    match Staged::write(path, bytes, kind)? {
        Some(staged) => staged.commit(),
        None => fs::write(path, bytes),
    }
}

/// What kind of file is written.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// It must survive the machine.
    pub(crate) sync: bool,
    /// It is a program.
    pub(crate) executable: bool,
}

/// A file that was written whole, beside the place it will have. It is removed again unless it
/// is moved there.
pub(crate) struct Staged {
    beside: PathBuf,
    place: PathBuf,
}

impl Staged {
    /// Writes a file that is to have this place; `None` if the place is no plain file.
    pub(crate) fn write(place: &Path, bytes: &[u8], kind: Kind) -> io::Result<Option<Staged>> {
        // Through a link: the file it points to is replaced, not the link.
        let place = place.canonicalize().unwrap_or_else(|_| place.to_path_buf());
        if fs::metadata(&place).is_ok_and(|metadata| !metadata.is_file()) {
            return Ok(None);
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if kind.executable {
            use std::os::unix::fs::OpenOptionsExt;
            // Whoever may read it may run it: the user's mask decides.
            options.mode(0o777);
        }
        let beside = beside(&place);
        let mut file = options.open(&beside)?;
        let staged = Staged { beside, place };
        file.write_all(bytes)?;
        if kind.sync {
            file.sync_all()?;
        }
        Ok(Some(staged))
    }

    /// Where it stands now.
    pub(crate) fn path(&self) -> &Path {
        &self.beside
    }

    /// Moves it to its place, over what may be there. (Over a running program, too: that one
    /// keeps its file, which only has lost its name.)
    pub(crate) fn commit(self) -> io::Result<()> {
        fs::rename(&self.beside, &self.place)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // After a commit there is none.
        let _ = fs::remove_file(&self.beside);
    }
}

/// A name in the same folder that nobody else uses.
fn beside(path: &Path) -> PathBuf {
    /// So much of the name that what is added does not make it too long for a file system.
    const KEPT: usize = 50;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name: String = name.chars().take(KEPT).collect();
    path.with_file_name(format!(".{name}.{}-{number}.tmp", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write_atomically(&path, b"one").unwrap();
        write_atomically(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let missing = folder.path().join("no such folder").join("file");
        assert!(write_atomically(&missing, b"three").is_err());
        assert!(write_atomically(folder.path(), b"three").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let long = folder.path().join("n".repeat(255));
        write_atomically(&long, b"four").unwrap();
        assert_eq!(fs::read(&long).unwrap(), b"four");
    }

    #[test]
    fn what_is_not_moved_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let kind = Kind { sync: false, executable: true };
        let staged = Staged::write(&path, b"one", kind).unwrap().unwrap();
        assert_eq!(fs::read(staged.path()).unwrap(), b"one");
        assert!(!path.exists());
        drop(staged);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
