//! Files and directories. Texts are UTF-8; anything else is an error, not a guess.

use crate::call::{Call, Out};
use crate::place::{Failed, Place, ReadError};
use crate::row::{Row, rows};
use crate::system::array_of_texts;
use sox_runtime::{ErrorKind, Fault, Value};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

pub(crate) const GLOBALS: &[Row] = rows! {
    "@file_read" (1, 1) leaf read;
    "@file_write" (2, 2) leaf write;
    "@file_append" (2, 2) leaf append;
    "@file_lines" (1, 1) leaf lines;
    "@file_exists" (1, 1) leaf exists;
    "@file_isDir" (1, 1) leaf is_dir;
    "@file_size" (1, 1) leaf size;
    "@file_remove" (1, 1) leaf remove;
    "@file_rename" (2, 2) leaf rename;
    "@file_copy" (2, 2) leaf copy;
    "@file_list" (1, 1) leaf list;
    "@file_mkdir" (1, 1) leaf mkdir;
};

/// The place an argument names, if files may be touched at all.
fn place(c: Call<'_>, index: usize) -> Result<Place<'_>, Fault> {
    Place::of(c.iso, c.text(index)?)
}

/// What went wrong, in words that are the same on every system where there are such.
pub(crate) fn cause(error: &io::Error) -> String {
    use io::ErrorKind::*;
    match error.kind() {
        NotFound => "no such file or directory".into(),
        PermissionDenied => "permission denied".into(),
        AlreadyExists => "it exists already".into(),
        IsADirectory => "it is a directory".into(),
        NotADirectory => "a part of the path is not a directory".into(),
        DirectoryNotEmpty => "the directory is not empty".into(),
        StorageFull => "no space is left".into(),
        ReadOnlyFilesystem => "the file system is read-only".into(),
        InvalidInput => "the path is not valid".into(),
        // The system's own words, without the number the standard library adds.
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().trim_end_matches('.').into()
        }
    }
}

fn failed(c: Call<'_>, doing: &str, place: &Place<'_>, error: &io::Error) -> Fault {
    let path = place.text;
    c.error(ErrorKind::IOError, format_args!("cannot {doing} \"{path}\": {}", cause(error)))
}

fn content(c: Call<'_>) -> Result<String, Fault> {
    let place = place(c, 0)?;
    place.read_text(c.iso).map_err(|error| match error {
        ReadError::Io(error) => failed(c, "read", &place, &error),
        ReadError::TooLong => crate::limit::too_long(c),
        ReadError::NoText => {
            let path = place.text;
            c.error(ErrorKind::IOError, format_args!("\"{path}\" is not UTF-8 text"))
        }
    })
}

fn read(c: Call<'_>) -> Out<'_> {
    c.new_string(content(c)?)
}

/// The lines without their ends (`\n` or `\r\n`).
fn lines(c: Call<'_>) -> Out<'_> {
    let text = content(c)?;
    let array = c.iso.array(0)?;
    for line in text.lines() {
        array.push(c.iso, c.iso.string(line)?.into())?;
    }
    Ok(array.into())
}

/// Changes a file.
fn change<'h>(
    c: Call<'h>,
    doing: &str,
    place: &Place<'h>,
    work: impl FnOnce(&Path) -> io::Result<()>,
) -> Out<'h> {
    place.to_write().and_then(work).map_err(|error| failed(c, doing, place, &error))?;
    Ok(Value::nil())
}

fn write(c: Call<'_>) -> Out<'_> {
    let (place, text) = (place(c, 0)?, c.text(1)?);
    change(c, "write", &place, |path| fs::write(path, text))
}

fn append(c: Call<'_>) -> Out<'_> {
    let (place, text) = (place(c, 0)?, c.text(1)?);
    change(c, "write", &place, |path| append_text(path, text))
}

/// Adds to the end of a file, which is made if it is not there.
pub(crate) fn append_text(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(text.as_bytes())
}

fn exists(c: Call<'_>) -> Out<'_> {
    Ok(Value::bool(place(c, 0)?.exists()))
}

fn is_dir(c: Call<'_>) -> Out<'_> {
    Ok(Value::bool(place(c, 0)?.is_dir()))
}

/// Bytes.
fn size(c: Call<'_>) -> Out<'_> {
    let place = place(c, 0)?;
    let size = place.size().map_err(|error| failed(c, "read", &place, &error))?;
    Ok(Value::number(size as f64))
}

fn remove(c: Call<'_>) -> Out<'_> {
    change(c, "remove", &place(c, 0)?, remove_any)
}

/// Removes a file or an empty directory.
pub(crate) fn remove_any(path: &Path) -> io::Result<()> {
    let is_dir = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    if is_dir { fs::remove_dir(path) } else { fs::remove_file(path) }
}

fn rename(c: Call<'_>) -> Out<'_> {
    let (from, to) = (place(c, 0)?, place(c, 1)?);
    let to = to.to_write().map_err(|error| failed(c, "write", &to, &error))?;
    let renamed = from.to_write().and_then(|from| fs::rename(from, to));
    renamed.map_err(|error| failed(c, "rename", &from, &error))?;
    Ok(Value::nil())
}

fn copy(c: Call<'_>) -> Out<'_> {
    let (from, to) = (place(c, 0)?, place(c, 1)?);
    from.copy_to(&to).map_err(|(which, error)| match which {
        Failed::Source => failed(c, "copy", &from, &error),
        Failed::Target => failed(c, "write", &to, &error),
    })?;
    Ok(Value::nil())
}

/// The names in a directory, sorted.
fn list(c: Call<'_>) -> Out<'_> {
    let place = place(c, 0)?;
    let names = place.list().map_err(|error| failed(c, "list", &place, &error))?;
    Ok(array_of_texts(c.iso, &names)?.into())
}

/// Makes a directory and those above it; fine if it is there.
fn mkdir(c: Call<'_>) -> Out<'_> {
    change(c, "make", &place(c, 0)?, |path| fs::create_dir_all(path))
}
