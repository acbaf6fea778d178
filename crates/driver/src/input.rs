//! Reading sources: every way it can fail is a sentence and an exit status.

use crate::status;
use sox_bytecode::container::Language;
use sox_lang::Unit;
use std::fmt::Display;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where a program comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// The command line (`-e`).
    Code(String),
}

impl Input {
    /// What kind of text this is when it is run.
    pub fn unit(&self) -> Unit {
        match self {
            Input::File(_) | Input::Stdin => Unit::Script,
            Input::Code(_) => Unit::Fragment,
        }
    }
}

/// Why a source could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    /// What is wrong, and where.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// The exit status that says so.
    pub status: i32,
}

/// Sources are addressed with 32 bits.
const MAX_BYTES: u64 = u32::MAX as u64;

/// The name to show and the text of an input.
///
/// # Errors
/// If it is missing, unreadable, too large or not UTF-8.
pub fn read(input: &Input) -> Result<(String, String), InputError> {
    let bytes = read_bytes(input)?;
    Ok((shown_name(input), decode(&name_in_errors(input), bytes)?))
}

/// The name of an input in places and listings.
pub(crate) fn shown_name(input: &Input) -> String {
    match input {
        Input::File(path) => path.display().to_string(),
        Input::Stdin => "<stdin>".into(),
        Input::Code(_) => "<command line>".into(),
    }
}

/// The name of an input in a sentence.
pub(crate) fn name_in_errors(input: &Input) -> String {
    match input {
        Input::File(path) => format!("'{}'", path.display()),
        Input::Stdin => "standard input".into(),
        Input::Code(_) => "the command line".into(),
    }
}

/// What an input holds.
///
/// # Errors
/// If it is missing or unreadable.
pub fn read_bytes(input: &Input) -> Result<Vec<u8>, InputError> {
    match input {
        Input::File(path) => read_file_bytes(path),
        Input::Stdin => {
            let mut bytes = Vec::new();
            let read = std::io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes);
            read.map_err(|error| unreadable("standard input", &error))?;
            Ok(bytes)
        }
        Input::Code(code) => Ok(code.clone().into_bytes()),
    }
}

/// The text of a source file.
pub(crate) fn read_file(path: &Path) -> Result<String, InputError> {
    decode(&format!("'{}'", path.display()), read_file_bytes(path)?)
}

fn read_file_bytes(path: &Path) -> Result<Vec<u8>, InputError> {
    let name = format!("'{}'", path.display());
    let file = std::fs::File::open(path).map_err(|error| unreadable(&name, &error))?;
    let metadata = file.metadata().map_err(|error| unreadable(&name, &error))?;
    if metadata.is_dir() {
        return Err(InputError {
            message: format!("{name} is a directory, not a program"),
            help: format!("name a file in it, as in: sox {}", path.join("main.sox").display()),
            status: status::NO_INPUT,
        });
    }
    let mut bytes = Vec::with_capacity(metadata.len().min(MAX_BYTES) as usize);
    let read = file.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(&name, &error))?;
    Ok(bytes)
}

/// What some editors put before a text; it is no part of that.
pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The text that bytes are.
pub(crate) fn decode(name: &str, bytes: Vec<u8>) -> Result<String, InputError> {
    let data_error = |message: String, help: &str| InputError {
        message,
        help: help.into(),
        status: status::DATA,
    };
    if Language::of(&bytes).is_some() {
        let message = format!("{name} is bytecode, and a source is wanted here");
        return Err(data_error(message, "name the file it was made from"));
    }
    if bytes.len() as u64 > MAX_BYTES {
        return Err(data_error(
            format!("{name} is larger than 4 GiB, the greatest size of a source"),
            "split the program into modules, or read the data at run time",
        ));
    }
    let bytes = match bytes.strip_prefix(BYTE_ORDER_MARK) {
        // Columns are counted without it.
        Some(rest) => rest.to_vec(),
        None => bytes,
    };
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return data_error(format!("{name} is UTF-16 text"), "save the file as UTF-8");
        }
        if bytes[..bytes.len().min(1024)].contains(&0) {
            // Names of files stand between quotes.
            let (language, ending) = match name.trim_end_matches('\'').ends_with(".poh") {
                true => ("PohLang", ".poh"),
                false => ("Sox", ".sox"),
            };
            let message = format!("{name} is a binary file, not a {language} program");
            return data_error(message, &format!("give the source file ({ending}) instead"));
        }
        let line = bytes[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
        data_error(
            format!(
                "{name} is not UTF-8 text: byte 0x{:02x} at offset {at}, line {line}",
                bytes[at]
            ),
            "save the file as UTF-8",
        )
    })
}

/// What the system says of an error, without its number: the words say it.
pub fn reason(error: &dyn Display) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_string()
}

fn unreadable(name: &str, error: &dyn Display) -> InputError {
    InputError {
        message: format!("cannot read {name}: {}", reason(error)),
        help: "check the path and its permissions".into(),
        status: status::NO_INPUT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_say_what_and_how() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let error = |path: &Path| read(&Input::File(path.into())).unwrap_err();
        let missing = error(&folder.path().join("no such.sox"));
        assert!(missing.message.contains("no such.sox': No such file"), "{missing:?}");
        assert_eq!(missing.status, status::NO_INPUT);
        assert!(error(folder.path()).message.contains("is a directory"));
        let latin = error(&file("latin.sox", b"x\nprint \"\xe9\""));
        assert!(latin.message.contains("byte 0xe9 at offset 9, line 2"), "{latin:?}");
        assert_eq!(latin.status, status::DATA);
        let binary = |name: &str| error(&file(name, b"\x7fELF\0\0\xff\xff"));
        assert!(binary("binary").message.contains("a binary file, not a Sox program"));
        let poh = binary("binary.poh");
        assert!(poh.message.contains("a binary file, not a PohLang program"), "{poh:?}");
        assert!(poh.help.contains("(.poh)"), "{poh:?}");
    }
}
