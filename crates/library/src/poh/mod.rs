//! What the phrases and statements of PohLang stand for.
//!
//! The natives here are called like any other, by names that begin with `poh.`, which no Sox program
//! can spell. Their messages speak to beginners, with PohLang's words only. Lists and dictionaries are
//! values in PohLang: what is put into a result and stays where it was, is marked as shared
//! ([`sox_runtime::poh`]).

mod border;
mod collections;
mod errors;
mod files;
mod io;
mod json;
mod numbers;
mod template;
mod texts;

use crate::call::Call;
use crate::row::Row;
use sox_runtime::poh::about;
use sox_runtime::{ErrorKind, Fault, Value};

/// The tables by topic.
pub(crate) const GLOBALS: &[&[Row]] = &[
    border::GLOBALS,
    collections::GLOBALS,
    errors::GLOBALS,
    files::GLOBALS,
    io::GLOBALS,
    json::GLOBALS,
    numbers::GLOBALS,
    template::GLOBALS,
    texts::GLOBALS,
];

/// A `RuntimeError`.
fn runtime_error(message: impl Into<String>) -> Fault {
    Fault::error(ErrorKind::RuntimeError, message.into())
}

/// `total of needs a list, and "12" is text.`
fn needs(phrase: &str, what: &str, got: Value<'_>) -> Fault {
    Fault::type_error(format!("{phrase} needs {what}, and {}.", about(got, "one")))
}

/// An argument that must be a number.
fn number(c: Call<'_>, index: usize, phrase: &str) -> Result<f64, Fault> {
    c.get(index).as_number().ok_or_else(|| needs(phrase, "a number", c.get(index)))
}

/// An argument that must be text.
fn text<'h>(c: Call<'h>, index: usize, phrase: &str) -> Result<&'h str, Fault> {
    match c.get(index).as_str() {
        Some(text) => text.flat(),
        None => Err(needs(phrase, "text", c.get(index))),
    }
}
