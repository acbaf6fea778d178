//! Files. What goes wrong is a `FileError`.

use super::text;
use crate::call::{Call, Out};
use crate::files::{append_text, cause, remove_any};
use crate::place::{Failed, Place, ReadError};
use crate::row::{Row, rows};
use crate::system::array_of_texts;
use sox_runtime::{ErrorKind, Fault, Value, poh};
use std::fs;
use std::io;

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

/// The place an argument names, if files may be touched at all.
fn place<'h>(c: Call<'h>, index: usize, phrase: &str) -> Result<Place<'h>, Fault> {
    Place::of(c.iso, text(c, index, phrase)?)
}

fn file_error(message: String) -> Fault {
    Fault::error(ErrorKind::FileError, message)
}

fn failed(doing: &str, place: &Place<'_>, error: &io::Error) -> Fault {
    file_error(format!("The file \"{}\" cannot be {doing}: {}.", place.text, cause(error)))
}

fn contents(c: Call<'_>, phrase: &str) -> Result<String, Fault> {
    let place = place(c, 0, phrase)?;
    place.read_text(c.iso).map_err(|error| match error {
        ReadError::Io(error) => failed("read", &place, &error),
        ReadError::TooLong => crate::limit::too_long(c),
        ReadError::NoText => {
            file_error(format!("The file \"{}\" is not text (UTF-8).", place.text))
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
    let place = place(c, 0, "the name of a file")?;
    let text = poh::text_of(c.iso, c.get(1))?.flat()?;
    let written = place.to_write().and_then(|path| fs::write(path, text));
    written.map_err(|error| failed("written", &place, &error))?;
    Ok(Value::nil())
}

fn append_file(c: Call<'_>) -> Out<'_> {
    let place = place(c, 0, "the name of a file")?;
    let text = poh::text_of(c.iso, c.get(1))?.flat()?;
    let written = place.to_write().and_then(|path| append_text(path, text));
    written.map_err(|error| failed("written", &place, &error))?;
    Ok(Value::nil())
}

fn file_exists(c: Call<'_>) -> Out<'_> {
    Ok(Value::bool(place(c, 0, "file exists at")?.exists()))
}

fn delete_file(c: Call<'_>) -> Out<'_> {
    let place = place(c, 0, "delete file at")?;
    let deleted = place.to_write().and_then(remove_any);
    deleted.map_err(|error| failed("deleted", &place, &error))?;
    Ok(Value::nil())
}

/// Makes a directory and those above it; fine if it is there.
fn create_directory(c: Call<'_>) -> Out<'_> {
    let place = place(c, 0, "create directory at")?;
    place.to_write().and_then(fs::create_dir_all).map_err(|error| {
        let path = place.text;
        file_error(format!("The directory \"{path}\" cannot be created: {}.", cause(&error)))
    })?;
    Ok(Value::nil())
}

/// The names in a directory, sorted.
fn list_files(c: Call<'_>) -> Out<'_> {
    let place = place(c, 0, "list files in")?;
    let names = place.list().map_err(|error| {
        let path = place.text;
        file_error(format!("The files in \"{path}\" cannot be listed: {}.", cause(&error)))
    })?;
    Ok(array_of_texts(c.iso, &names)?.into())
}

fn copy_file(c: Call<'_>) -> Out<'_> {
    let (from, to) = (place(c, 0, "copy file from")?, place(c, 1, "copy file from")?);
    from.copy_to(&to).map_err(|(which, error)| match which {
        Failed::Source => failed("copied", &from, &error),
        Failed::Target => failed("written", &to, &error),
    })?;
    Ok(Value::nil())
}

fn move_file(c: Call<'_>) -> Out<'_> {
    let (from, to) = (place(c, 0, "move file from")?, place(c, 1, "move file from")?);
    let to = to.to_write().map_err(|error| failed("written", &to, &error))?;
    let moved = from.to_write().and_then(|from| fs::rename(from, to));
    moved.map_err(|error| failed("moved", &from, &error))?;
    Ok(Value::nil())
}
