//! Paths as text, by the rules of the system the program runs on. Only `absolute` looks outside.

use crate::call::{Call, Out};
use crate::host::{Permission, permit};
use crate::row::{ANY, Row, rows};
use sox_runtime::ErrorKind;
use std::path::{Component, Path, PathBuf};

pub(crate) const GLOBALS: &[Row] = rows! {
    "@path_join" (1, ANY) leaf join;
    "@path_base" (1, 1) leaf base;
    "@path_dir" (1, 1) leaf dir;
    "@path_ext" (1, 1) leaf ext;
    "@path_absolute" (1, 1) leaf absolute;
};

/// An absolute part starts anew, as in a shell's `cd`.
fn join(c: Call<'_>) -> Out<'_> {
    let mut path = PathBuf::from(c.text(0)?);
    for index in 1..c.count() {
        path.push(c.text(index)?);
    }
    c.copy_string(&path.to_string_lossy())
}

/// The last part; of a root, the path itself.
fn base(c: Call<'_>) -> Out<'_> {
    let text = c.text(0)?;
    let path = Path::new(text);
    match path.components().next_back() {
        Some(Component::RootDir | Component::Prefix(_)) | None => c.copy_string(text),
        Some(part) => c.copy_string(&part.as_os_str().to_string_lossy()),
    }
}

/// What is before the last part; `.` if nothing is.
fn dir(c: Call<'_>) -> Out<'_> {
    let text = c.text(0)?;
    match Path::new(text).parent() {
        Some(parent) if parent.as_os_str().is_empty() => c.copy_string("."),
        Some(parent) => c.copy_string(&parent.to_string_lossy()),
        None if text.is_empty() => c.copy_string("."),
        None => c.copy_string(text),
    }
}

/// The extension with its point, or an empty string: `.txt` of `a/name.txt`.
fn ext(c: Call<'_>) -> Out<'_> {
    match Path::new(c.text(0)?).extension() {
        Some(extension) => c.new_string(format!(".{}", extension.to_string_lossy())),
        None => c.copy_string(""),
    }
}

/// The path from the root, without `.` and `..`; links are not followed.
fn absolute(c: Call<'_>) -> Out<'_> {
    let text = c.text(0)?;
    if crate::assets::name_in(text).is_some() {
        // Assets are where they are, wherever the program runs.
        return c.copy_string(text);
    }
    let path = Path::new(text);
    if !path.is_absolute() {
        // The working directory tells about the file system.
        permit(c.iso, Permission::Fs)?;
    }
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let whole = std::path::absolute(path)
        .map_err(|error| c.error(ErrorKind::IOError, crate::files::cause(&error)))?;
    let mut clean = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    c.copy_string(&clean.to_string_lossy())
}
