//! Writing files that are there whole or not at all.
//!
//! A file is written beside its place, under a hidden name that ends with `.tmp`, and then moved. A
//! writer that is killed leaves that file behind, and the next one for the same place removes it. It
//! tells abandoned files by a lock that writers hold as long as they live: process numbers would not
//! do, for folders can be shared by systems that each have their own.

use crate::input::reason;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

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

/// The first of these files that writing to this place would replace, under whatever name or link.
/// Devices and pipes are not replaced by what is written to them.
pub fn replaced<'a>(place: &Path, files: impl IntoIterator<Item = &'a Path>) -> Option<&'a Path> {
    let place = place.canonicalize().ok().filter(|place| place.is_file())?;
    files.into_iter().find(|file| file.canonicalize().is_ok_and(|file| file == place))
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
    /// Keeps others from removing it.
    _lock: Option<File>,
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
        if kind.sync {
            remove_abandoned(&place);
        }
        let beside = beside(&place);
        let mut file = options.open(&beside)?;
        // Before the first byte, see `is_abandoned`.
        let lock = held(&beside);
        let staged = Staged { beside, place, _lock: lock };
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

/// So much of a name that what is added does not make it too long for a file system.
const KEPT: usize = 50;

/// What the name of a file beside `path` begins with.
fn beginning(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name: String = name.chars().take(KEPT).collect();
    format!(".{name}.")
}

/// A name in the same folder that nobody else uses.
fn beside(path: &Path) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!("{}{}-{number}.tmp", beginning(path), std::process::id()))
}

/// The file, locked. It is open for reading only: what is open for writing cannot be run. On Windows
/// a lock would keep its owner from writing, too.
fn held(path: &Path) -> Option<File> {
    let file = if cfg!(unix) { File::open(path).ok()? } else { return None };
    file.try_lock().ok().map(|()| file)
}

/// Removes what writers of this place left beside it when they were killed.
fn remove_abandoned(place: &Path) {
    let folder = place.parent().filter(|folder| *folder != Path::new(""));
    let beginning = beginning(place);
    let is_ours = |name: &str| {
        let middle = name.strip_prefix(&*beginning).and_then(|rest| rest.strip_suffix(".tmp"));
        let numbers = middle.and_then(|middle| middle.split_once('-'));
        let is_number = |text: &str| text.parse::<u32>().is_ok();
        numbers.is_some_and(|(process, number)| is_number(process) && is_number(number))
    };
    for entry in fs::read_dir(folder.unwrap_or(Path::new("."))).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(is_ours) && is_abandoned(&entry.path()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether no living process is writing the file. One that has just made it may not have locked it
/// yet, but then it is empty.
fn is_abandoned(path: &Path) -> bool {
    /// No writer takes so long.
    const LONG: Duration = Duration::from_secs(3600);
    let Ok(metadata) = fs::symlink_metadata(path) else { return false };
    let age = metadata.modified().ok().and_then(|time| time.elapsed().ok());
    let is_old = age.is_some_and(|age| age > LONG);
    metadata.is_file() && (is_old || (metadata.len() > 0 && held(path).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(unix)]
    use std::time::SystemTime;

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
    fn what_would_be_replaced_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a"), "a").unwrap();
        fs::write(path("b"), "b").unwrap();
        fs::create_dir(path("sub")).unwrap();
        let (a, b) = (path("a"), path("b"));
        let told = |place: &str| replaced(&path(place), [&*a, &*b]);
        assert_eq!(told("b"), Some(&*b));
        assert_eq!(told("sub/../a"), Some(&*a));
        assert_eq!(told("c"), None);
        assert_eq!(replaced(&path("sub"), [&*path("sub")]), None);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("b", path("link")).unwrap();
            assert_eq!(told("link"), Some(&*b));
            let device = Path::new("/dev/null");
            assert_eq!(replaced(device, [device]), None);
        }
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

    #[test]
    #[cfg(unix)]
    fn what_a_killed_writer_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let old = SystemTime::now() - Duration::from_secs(7200);
        fs::write(path(".file.123-0.tmp"), "half").unwrap();
        File::create(path(".file.124-7.tmp")).unwrap().set_modified(old).unwrap();
        let others =
            [".file.125-0.tmp", ".file.x-0.tmp", ".file.1-0.tm", "file.1-0.tmp", ".other.1-0.tmp"];
        others.iter().for_each(|name| fs::write(path(name), "another's").unwrap());
        // This one was just made, and its writer has not locked it yet.
        fs::write(path(others[0]), "").unwrap();
        fs::create_dir(path(".file.126-0.tmp")).unwrap();
        let living = Staged::write(&path("file"), b"one", Kind { sync: true, executable: true });
        let living = living.unwrap().unwrap();
        write_program(&path("file"), b"two").unwrap();
        assert_eq!(fs::read(living.path()).unwrap(), b"one");
        living.commit().unwrap();
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let mut expected = others.to_vec();
        expected.extend([".file.126-0.tmp", "file"]);
        expected.sort_unstable();
        assert_eq!(names, expected);
    }
}
