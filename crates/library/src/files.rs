//! Files and directories. Texts are UTF-8; anything else is an error, not a guess.

use crate::call::{Call, Out};
use crate::host::{Permission, permit};
use crate::limit::text_limit;
use crate::row::{Row, rows};
use crate::system::array_of_texts;
use sox_runtime::{ErrorKind, Fault, Isolate, Value};
use std::fs;
use std::io::{self, Read, Write};
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

/// The path in an argument, if files may be touched at all.
fn path<'h>(c: Call<'h>, index: usize) -> Result<&'h Path, Fault> {
    let text = c.text(index)?;
    permit(c.iso, Permission::Fs)?;
    Ok(Path::new(text))
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

fn failed(c: Call<'_>, doing: &str, path: &Path, error: &io::Error) -> Fault {
    let path = path.display();
    c.error(ErrorKind::IOError, format_args!("cannot {doing} \"{path}\": {}", cause(error)))
}

/// Why a file gives no text.
pub(crate) enum ReadError {
    Io(io::Error),
    TooLong,
    NoText,
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> ReadError {
        ReadError::Io(error)
    }
}

/// The text of a file, no longer than a string can be.
pub(crate) fn read_text(iso: &Isolate, path: &Path) -> Result<String, ReadError> {
    let file = fs::File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
    }
    let limit = text_limit(iso);
    let expected = usize::try_from(metadata.len()).unwrap_or(usize::MAX).min(limit);
    let mut bytes = Vec::with_capacity(expected);
    // Files such as devices do not know their length, so the limit is kept while reading.
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(ReadError::TooLong);
    }
    String::from_utf8(bytes).map_err(|_| ReadError::NoText)
}

fn content(c: Call<'_>) -> Result<String, Fault> {
    let path = path(c, 0)?;
    read_text(c.iso, path).map_err(|error| match error {
        ReadError::Io(error) => failed(c, "read", path, &error),
        ReadError::TooLong => crate::limit::too_long(c),
        ReadError::NoText => {
            let path = path.display();
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

fn write(c: Call<'_>) -> Out<'_> {
    let (path, text) = (path(c, 0)?, c.text(1)?);
    fs::write(path, text).map_err(|error| failed(c, "write", path, &error))?;
    Ok(Value::nil())
}

fn append(c: Call<'_>) -> Out<'_> {
    let (path, text) = (path(c, 0)?, c.text(1)?);
    fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| failed(c, "write", path, &error))?;
    Ok(Value::nil())
}

fn exists(c: Call<'_>) -> Out<'_> {
    Ok(Value::bool(path(c, 0)?.exists()))
}

fn is_dir(c: Call<'_>) -> Out<'_> {
    Ok(Value::bool(path(c, 0)?.is_dir()))
}

/// Bytes.
fn size(c: Call<'_>) -> Out<'_> {
    let path = path(c, 0)?;
    let metadata = fs::metadata(path).map_err(|error| failed(c, "read", path, &error))?;
    Ok(Value::number(metadata.len() as f64))
}

/// Removes a file or an empty directory.
fn remove(c: Call<'_>) -> Out<'_> {
    let path = path(c, 0)?;
    let is_dir = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    let removed = if is_dir { fs::remove_dir(path) } else { fs::remove_file(path) };
    removed.map_err(|error| failed(c, "remove", path, &error))?;
    Ok(Value::nil())
}

fn rename(c: Call<'_>) -> Out<'_> {
    let (from, to) = (path(c, 0)?, path(c, 1)?);
    fs::rename(from, to).map_err(|error| failed(c, "rename", from, &error))?;
    Ok(Value::nil())
}

fn copy(c: Call<'_>) -> Out<'_> {
    let (from, to) = (path(c, 0)?, path(c, 1)?);
    fs::copy(from, to).map_err(|error| failed(c, "copy", from, &error))?;
    Ok(Value::nil())
}

/// The names in a directory, sorted. What of them is not Unicode is replaced.
fn list(c: Call<'_>) -> Out<'_> {
    let path = path(c, 0)?;
    let fail = |error: io::Error| failed(c, "list", path, &error);
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(fail)? {
        names.push(entry.map_err(fail)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(array_of_texts(c.iso, &names)?.into())
}

/// Makes a directory and those above it; fine if it is there.
fn mkdir(c: Call<'_>) -> Out<'_> {
    let path = path(c, 0)?;
    fs::create_dir_all(path).map_err(|error| failed(c, "make", path, &error))?;
    Ok(Value::nil())
}
