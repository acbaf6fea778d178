//! JSON. What goes wrong is a `JsonError`.

use super::{needs, text};
use crate::call::{Call, Out};
use crate::row::{Row, rows};
use sox_runtime::{ErrorKind, Fault, Unpacked, Value, poh};

pub(crate) const GLOBALS: &[Row] = rows! {
    "poh.parse_json" (1, 1) leaf parse;
    "poh.to_json" (1, 1) leaf to_json;
    "poh.to_pretty_json" (1, 1) leaf to_pretty_json;
    "poh.new_object" (0, 0) leaf new_object;
    "poh.new_array" (0, 0) leaf new_array;
    "poh.get_json" (2, 2) leaf get;
    "poh.set_json" (3, 3) leaf set;
    "poh.push_json" (2, 2) leaf push;
    "poh.json_length" (1, 1) leaf length;
};

/// The same complaint as a `JsonError`.
fn json_error(fault: Fault, beginning: &str) -> Fault {
    match fault {
        Fault::Error(ErrorKind::ValueError | ErrorKind::TypeError, message) => {
            // The native's own name comes first.
            let rest = message.split_once(": ").map_or(&**message, |(_, rest)| rest);
            Fault::error(ErrorKind::JsonError, format!("{beginning}: {rest}"))
        }
        other => other,
    }
}

fn parse(c: Call<'_>) -> Out<'_> {
    text(c, 0, "parse json from")?;
    crate::json::parse(c).map_err(|fault| json_error(fault, "This text is not JSON"))
}

fn to_json(c: Call<'_>) -> Out<'_> {
    written(c, "")
}

fn to_pretty_json(c: Call<'_>) -> Out<'_> {
    written(c, "  ")
}

fn written<'h>(c: Call<'h>, indent: &str) -> Out<'h> {
    crate::json::write(c, indent.into(), true).map_err(|fault| match fault {
        Fault::Error(ErrorKind::TypeError, _) => Fault::error(
            ErrorKind::JsonError,
            "Only text, numbers, True, False, None, lists and dictionaries can be JSON.",
        ),
        other => json_error(other, "This cannot be JSON"),
    })
}

fn new_object(c: Call<'_>) -> Out<'_> {
    Ok(c.iso.table()?.into())
}

fn new_array(c: Call<'_>) -> Out<'_> {
    Ok(c.iso.array(0)?.into())
}

fn get(c: Call<'_>) -> Out<'_> {
    poh::get_item(c.iso, c.get(1), c.get(0)).map(poh::share)
}

/// A copy with another value for a key.
fn set(c: Call<'_>) -> Out<'_> {
    let copy = match c.get(1).unpack() {
        Unpacked::Array(list) => poh::copy_list(c.iso, list, 0)?.value(),
        Unpacked::Table(dictionary) => poh::copy_dictionary(c.iso, dictionary)?.value(),
        _ => return Err(needs("set in json", "a list or dictionary", c.get(1))),
    };
    poh::with_item(c.iso, copy, c.get(0), poh::share(c.get(2)))
}

fn push(c: Call<'_>) -> Out<'_> {
    match c.get(1).unpack() {
        Unpacked::Array(_) => poh::appended(c.iso, c.get(1), c.get(0)),
        _ => Err(needs("push to json", "a list", c.get(1))),
    }
}

fn length(c: Call<'_>) -> Out<'_> {
    Ok(Value::number(match c.get(0).unpack() {
        Unpacked::Array(list) => list.len(),
        Unpacked::Table(dictionary) => dictionary.len(),
        Unpacked::String(text) => text.char_len(),
        _ => return Err(needs("json length of", "a list or dictionary", c.get(0))),
    } as f64))
}
