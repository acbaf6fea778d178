//! Files. What goes wrong is a `FileError`.

use super::text;
use crate::call::{Call, Out};
use crate::files::{ReadError, cause, read_text};
use crate::host::{Permission, permit};
use crate::row::{Row, rows};
use crate::system::array_of_texts;
use sox_runtime::{ErrorKind, Fault, Value, poh};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

pub(crate) const GLOBALS: &[Row] = rows! {
    "poh.read_file" (1, 1) leaf read_file;
    "poh.read_lines" (1, 1) leaf read_lines;
    "poh.write_file" (2, 2) leaf write_file;
    "poh.append_file" (2, 2) leaf append_file;
    "poh.file_exists" (1, 1) leaf file_exists;
    "poh.delete_file" (1, 1) leaf delete_file;
    "poh.create_directory" (1, 1) leaf create_directory;
    "poh.list_files" (1, 1) leaf list_files;
    "poh.copy_file" (2, 2) leaf copy_file;
    "poh.move_file" (2, 2) leaf move_file;
};

/// The path in an argument, if files may be touched at all.
fn path<'h>(c: Call<'h>, index: usize, phrase: &str) -> Result<&'h Path, Fault> {
    let name = text(c, index, phrase)?;
    permit(c.iso, Permission::Fs)?;
    Ok(Path::new(name))
}

fn file_error(message: String) -> Fault {
    Fault::error(ErrorKind::FileError, message)
}

fn failed(doing: &str, path: &Path, error: &io::Error) -> Fault {
    file_error(format!("The file \"{}\" cannot be {doing}: {}.", path.display(), cause(error)))
}

fn contents(c: Call<'_>, phrase: &str) -> Result<String, Fault> {
    let path = path(c, 0, phrase)?;
    read_text(c.iso, path).map_err(|error| match error {
        ReadError::Io(error) => failed("read", path, &error),
        ReadError::TooLong => crate::limit::too_long(c),
        ReadError::NoText => {
            file_error(format!("The file \"{}\" is not text (UTF-8).", path.display()))
        }
    })
}

fn read_file(c: Call<'_>) -> Out<'_> {
    c.new_string(contents(c, "read file at")?)
}

fn read_lines(c: Call<'_>) -> Out<'_> {
    let text = contents(c, "read lines from")?;
    let list = c.iso.array(0)?;
    for line in text.lines() {
        list.push(c.iso, c.iso.string(line)?.into())?;
    }
    Ok(list.into())
}

/// Path, value: the file has the text of the value then.
fn write_file(c: Call<'_>) -> Out<'_> {
    let path = path(c, 0, "the name of a file")?;
    let text = poh::text_of(c.iso, c.get(1))?.flat()?;
    fs::write(path, text).map_err(|error| failed("written", path, &error))?;
    Ok(Value::nil())
}

fn append_file(c: Call<'_>) -> Out<'_> {
    let path = path(c, 0, "the name of a file")?;
    let text = poh::text_of(c.iso, c.get(1))?.flat()?;
    fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| failed("written", path, &error))?;
    Ok(Value::nil())
}

fn file_exists(c: Call<'_>) -> Out<'_> {
    Ok(Value::bool(path(c, 0, "file exists at")?.exists()))
}

fn delete_file(c: Call<'_>) -> Out<'_> {
    let path = path(c, 0, "delete file at")?;
    let is_directory = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    let deleted = if is_directory { fs::remove_dir(path) } else { fs::remove_file(path) };
    deleted.map_err(|error| failed("deleted", path, &error))?;
    Ok(Value::nil())
}

/// Makes a directory and those above it; fine if it is there.
fn create_directory(c: Call<'_>) -> Out<'_> {
    let path = path(c, 0, "create directory at")?;
    fs::create_dir_all(path).map_err(|error| {
        let path = path.display();
        file_error(format!("The directory \"{path}\" cannot be created: {}.", cause(&error)))
    })?;
    Ok(Value::nil())
}

/// The names in a directory, sorted.
fn list_files(c: Call<'_>) -> Out<'_> {
    let path = path(c, 0, "list files in")?;
    let fail = |error: io::Error| {
        let path = path.display();
        file_error(format!("The files in \"{path}\" cannot be listed: {}.", cause(&error)))
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(fail)? {
        names.push(entry.map_err(fail)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(array_of_texts(c.iso, &names)?.into())
}

fn copy_file(c: Call<'_>) -> Out<'_> {
    let (from, to) = (path(c, 0, "copy file from")?, path(c, 1, "copy file from")?);
    fs::copy(from, to).map_err(|error| failed("copied", from, &error))?;
    Ok(Value::nil())
}

fn move_file(c: Call<'_>) -> Out<'_> {
    let (from, to) = (path(c, 0, "move file from")?, path(c, 1, "move file from")?);
    fs::rename(from, to).map_err(|error| failed("moved", from, &error))?;
    Ok(Value::nil())
}
