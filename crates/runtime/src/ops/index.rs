//! Elements and slices.

use crate::value::{Unpacked, Value};
use crate::{Fault, Isolate};
use sox_semantics::{inclusive, number_to_text, to_index};

#[cold]
fn out_of_bounds(index: f64, count: usize) -> Fault {
    let index = number_to_text(index.trunc() + 0.0);
    Fault::index_error(format!("Index out of bounds. index=({index}) count=({count})"))
}

/// The place a value names among `count` elements.
#[inline]
fn place(index: Value<'_>, count: usize, what: &str) -> Result<usize, Fault> {
    let Some(number) = index.as_number() else {
        return Err(Fault::type_error(format!("{what} index must be a number.")));
    };
    to_index(number).filter(|&at| at < count).ok_or_else(|| out_of_bounds(number, count))
}

/// `object[index]` read: an element, a character, or the value of a key.
pub fn get_index<'h>(
    iso: &'h Isolate,
    object: Value<'h>,
    index: Value<'h>,
) -> Result<Value<'h>, Fault> {
    match object.unpack() {
        Unpacked::Array(array) => {
            let at = place(index, array.len(), "Array")?;
            Ok(array.get(at).unwrap_or(Value::nil()))
        }
        Unpacked::Table(table) => Ok(table.get(index).unwrap_or(Value::nil())),
        Unpacked::String(string) => {
            let at = place(index, string.char_len(), "String")?;
            string.flat()?;
            match string.char_at(at) {
                Some(character) => Ok(iso.character(character)?.value()),
                None => Ok(Value::nil()),
            }
        }
        _ => Err(Fault::type_error("Only arrays, strings and tables can be indexed.")),
    }
}

/// `object[index] = value`.
pub fn set_index<'h>(
    iso: &'h Isolate,
    object: Value<'h>,
    index: Value<'h>,
    value: Value<'h>,
) -> Result<(), Fault> {
    match object.unpack() {
        Unpacked::Array(array) => {
            let at = place(index, array.len(), "Array")?;
            array.set(at, value);
            Ok(())
        }
        Unpacked::Table(table) => table.set(iso, index, value),
        Unpacked::String(_) => Err(Fault::type_error("Strings can't be changed.")),
        _ => Err(Fault::type_error("Only arrays and tables have elements that can be set.")),
    }
}

/// The number a bound of a slice is.
fn bound(value: Option<Value<'_>>) -> Result<Option<f64>, Fault> {
    match value.map(Value::as_number) {
        None => Ok(None),
        Some(Some(number)) => Ok(Some(number)),
        Some(None) => Err(Fault::type_error("Slice bounds must be numbers.")),
    }
}

/// `object[from:to]`: both ends included, clamped.
pub fn slice<'h>(
    iso: &'h Isolate,
    object: Value<'h>,
    from: Option<Value<'h>>,
    to: Option<Value<'h>>,
) -> Result<Value<'h>, Fault> {
    match object.unpack() {
        Unpacked::Array(array) => {
            let range = inclusive(bound(from)?, bound(to)?, array.len());
            let part = iso.array(range.len())?;
            part.extend_from(iso, array, range)?;
            Ok(part.value())
        }
        Unpacked::String(string) => {
            let range = inclusive(bound(from)?, bound(to)?, string.char_len());
            Ok(iso.slice_chars(string, range)?.value())
        }
        _ => Err(Fault::type_error("Only arrays and strings can be sliced.")),
    }
}
