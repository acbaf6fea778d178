//! What PohLang does differently: its operations have other meanings, so they are operations of
//! their own here, beside those of Sox in [`crate::ops`]. Values and heap are the same.
//!
//! # Containers are values
//! In PohLang `Set b to a` copies a list or dictionary. Copying at once would make every call and
//! every assignment cost as much as the list is long, so copying waits until one of the holders
//! changes its container, and does not happen at all if only one is left to care:
//!
//! * A container that gets a second holder is marked *shared* ([`share`]); the compiler knows where
//!   that happens. The mark stays for the object's life.
//! * An operation that changes a container ([`with_item`], [`append`]) gives the changed container,
//!   which the compiler stores where the old one was: it is the same object unless that is shared, and
//!   a copy otherwise. The copy has one holder, so the next change costs nothing.
//! * What is copied holds the same elements as its original, so containers among them are marked.
//! * Appending to a list that is shared need not copy either: see `items`.
//!
//! Marks are never taken back, so a list that was shared once is copied once more than it need be.

mod items;
mod sharing;
mod text;
mod wording;

pub use items::{append, appended, get_item, item_to_change, with_item};
pub use sharing::{copy_dictionary, copy_list, is_shared, share};
pub use text::{text_of, write_text};
pub use wording::{error_type, in_poh, in_sox, message_in_poh};

use crate::ops;
use crate::value::{Unpacked, Value};
use crate::{ErrorKind, Fault, Isolate};

/// Whether a value counts as true: all but `False`, null, `0`, empty text, list and dictionary.
pub fn truth(value: Value<'_>) -> bool {
    match value.unpack() {
        Unpacked::Nil | Unpacked::Unset => false,
        Unpacked::Bool(value) => value,
        Unpacked::Number(number) => number != 0.0,
        Unpacked::String(text) => text.byte_len() > 0,
        Unpacked::Array(list) => !list.is_empty(),
        Unpacked::Table(dictionary) => !dictionary.is_empty(),
        _ => true,
    }
}

/// A number as it is; anything else is an error.
pub fn number(value: Value<'_>) -> Result<Value<'_>, Fault> {
    value.as_number().map(|_| value).ok_or_else(|| ops::operands_must_be_numbers(value, value))
}

/// A number other than zero as it is; anything else is an error.
pub fn divisor(value: Value<'_>) -> Result<Value<'_>, Fault> {
    match value.as_number() {
        Some(0.0) => Err(division_by_zero()),
        Some(_) => Ok(value),
        None => Err(ops::operands_must_be_numbers(value, value)),
    }
}

#[cold]
fn division_by_zero() -> Fault {
    Fault::error(ErrorKind::MathError, "A number cannot be divided by zero.")
}

/// `a plus b`: the sum of two numbers, the joined texts of anything else.
pub fn join<'h>(iso: &'h Isolate, a: Value<'h>, b: Value<'h>) -> Result<Value<'h>, Fault> {
    if let (Some(x), Some(y)) = (a.as_number(), b.as_number()) {
        return Ok(Value::number(x + y));
    }
    // Text and a number are joined as in Sox, but for -0.
    match (a.unpack(), b.unpack()) {
        (Unpacked::String(text), Unpacked::Number(number)) => {
            ops::add_number(iso, text, number + 0.0, true)
        }
        (Unpacked::Number(number), Unpacked::String(text)) => {
            ops::add_number(iso, text, number + 0.0, false)
        }
        _ => Ok(iso.concat(text_of(iso, a)?, text_of(iso, b)?)?.value()),
    }
}

/// `a is b`: same type and value. Lists and dictionaries are compared by what is in them;
/// dictionaries need not have the same order.
pub fn same(a: Value<'_>, b: Value<'_>) -> bool {
    let mut pairs = vec![(a, b)];
    while let Some((a, b)) = pairs.pop() {
        match (a.unpack(), b.unpack()) {
            _ if a.same(b) && a.as_number().is_none() => {}
            (Unpacked::Array(a), Unpacked::Array(b)) => {
                if a.len() != b.len() {
                    return false;
                }
                pairs.extend(a.iter().zip(b.iter()));
            }
            (Unpacked::Table(a), Unpacked::Table(b)) => {
                if a.len() != b.len() {
                    return false;
                }
                for (key, value) in a.iter() {
                    let Some(other) = b.get(key) else { return false };
                    pairs.push((value, other));
                }
            }
            _ if ops::equal(a, b) => {}
            _ => return false,
        }
    }
    true
}

/// What a message says of a value that is not what is `wanted`: `"12" is text`, `5 is a number`,
/// `a list is not a number`.
pub fn about(value: Value<'_>, wanted: &str) -> String {
    /// The most characters of a text that are shown.
    const MOST: usize = 30;
    if let Some(number) = value.as_number() {
        return format!("{} is a number", text::number(number));
    }
    if let Some(text) = value.as_str() {
        let text = text.text();
        return match text.char_indices().nth(MOST) {
            Some((end, _)) => format!("{:?}... is text", &text[..end]),
            None => format!("{text:?} is text"),
        };
    }
    let kind = if value.is_nil() { "None" } else { kind_in_words(value) };
    format!("{kind} is not {wanted}")
}

/// What a value is, in PohLang's words, with its article.
pub fn kind_in_words(value: Value<'_>) -> &'static str {
    match value.unpack() {
        Unpacked::Nil | Unpacked::Unset => "nothing (None)",
        Unpacked::Bool(true) => "True",
        Unpacked::Bool(false) => "False",
        Unpacked::Number(_) => "a number",
        Unpacked::String(_) => "text",
        Unpacked::Array(_) => "a list",
        Unpacked::Table(_) => "a dictionary",
        Unpacked::Error(_) => "an error",
        Unpacked::Closure(_)
        | Unpacked::BoundMethod(_)
        | Unpacked::Native(_)
        | Unpacked::Class(_) => "a function",
        Unpacked::Instance(_) | Unpacked::Cell(_) | Unpacked::DeferList(_) => "an object",
    }
}
