//! Walking through arrays, strings and tables.

use crate::value::{Unpacked, Value};
use crate::{Fault, Isolate};

/// Position of a fresh iterator; fails if the value cannot be walked.
pub fn foreach_start(iterable: Value<'_>) -> Result<Value<'_>, Fault> {
    match iterable.unpack() {
        Unpacked::Array(_) | Unpacked::Table(_) | Unpacked::String(_) => Ok(Value::number(0.0)),
        _ => Err(Fault::type_error("Only arrays, strings and tables can be iterated.")),
    }
}

/// The next key and value, and the position after them. The position is one that
/// [`foreach_start`] or this gave for the same value; containers may change in between.
pub fn foreach_next<'h>(
    iso: &'h Isolate,
    iterable: Value<'h>,
    position: Value<'h>,
) -> Result<Option<(Value<'h>, Value<'h>, Value<'h>)>, Fault> {
    let at = position.as_number().unwrap_or(0.0) as usize;
    let (next, key, value) = match iterable.unpack() {
        Unpacked::Array(array) => match array.get(at) {
            Some(value) => (at + 1, Value::number(at as f64), value),
            None => return Ok(None),
        },
        Unpacked::Table(table) => match table.entry(at) {
            Some(entry) => entry,
            None => return Ok(None),
        },
        Unpacked::String(string) => {
            string.flat()?;
            match string.char_at(at) {
                Some(character) => {
                    (at + 1, Value::number(at as f64), iso.character(character)?.value())
                }
                None => return Ok(None),
            }
        }
        _ => return Err(Fault::type_error("Only arrays, strings and tables can be iterated.")),
    };
    Ok(Some((key, value, Value::number(next as f64))))
}
