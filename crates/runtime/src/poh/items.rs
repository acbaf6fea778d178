//! Elements of lists, dictionaries and texts.
//!
//! # Appending to a shared list
//! A function that gets a list, appends to it and returns it works on a list its caller still
//! holds. Copying the list in each of a hundred thousand calls would take quadratic time. So the
//! result of [`appended`] is a *view* of the first items of a hidden array, the owner, that has room
//! behind them: the next append finds its list to end where the owner is filled, puts the new item
//! there and gives a longer view, while older views go on to see what they saw. Only when the owner
//! is full, or another view was appended to before, the items are copied, to an owner half as
//! large again. Nothing in an owner is changed: [`with_item`] gives a view items of its own first.

use super::sharing::{copy_dictionary, copy_list, is_shared, share};
use super::{about, kind_in_words, text};
use crate::value::{Array, Str, Table, Unpacked, Value};
use crate::{ErrorKind, Fault, Isolate};
use sox_diagnostics::closest;

/// Shorter lists are copied: that costs no more than a view.
const SMALLEST_OWNER: usize = 24;

/// Most keys looked through for a similar one.
const MOST_SUGGESTED: usize = 1000;

#[cold]
fn runtime_error(message: String) -> Fault {
    Fault::error(ErrorKind::RuntimeError, message)
}

/// The place an index names among `count` parts, counted from the end below zero.
#[inline]
fn place(index: Value<'_>, count: usize, what: Parts) -> Result<usize, Fault> {
    if let Some(number) = index.as_number() {
        let at = if number < 0.0 { number + count as f64 } else { number };
        if at >= 0.0 && at < count as f64 && at.fract() == 0.0 {
            return Ok(at as usize);
        }
    }
    Err(no_place(index, count, what))
}

/// What a container consists of.
#[derive(Clone, Copy)]
struct Parts {
    one: &'static str,
    many: &'static str,
    container: &'static str,
}

const LIST: Parts = Parts { one: "item", many: "items", container: "list" };
const TEXT: Parts = Parts { one: "character", many: "characters", container: "text" };

#[cold]
fn no_place(index: Value<'_>, count: usize, what: Parts) -> Fault {
    let Parts { one, many, container } = what;
    let Some(number) = index.as_number() else {
        let about = about(index, "one");
        return Fault::type_error(format!(
            "The position in a {container} must be a number, and {about}."
        ));
    };
    let number = text::number(number);
    let there = match count {
        0 => "it is empty".to_string(),
        1 => format!("it has one {one}, number 0"),
        _ => format!("it has {count} {many}, numbered 0 to {}", count - 1),
    };
    runtime_error(format!("There is no {one} {number} in this {container}: {there}."))
}

#[cold]
fn no_key(iso: &Isolate, dictionary: Table<'_>, key: Value<'_>) -> Fault {
    let Ok(shown) = text::quoted(iso, key) else {
        return runtime_error("There is no such key in the dictionary.".into());
    };
    let mut message = format!("There is no key {} in the dictionary.", shown.text());
    if let Some(wanted) = key.as_str() {
        let keys = dictionary.iter().take(MOST_SUGGESTED).filter_map(|(key, _)| key.as_str());
        if let Some(known) = closest(wanted.text(), keys.map(Str::text)) {
            message += &format!(" Did you mean \"{known}\"?");
        }
    }
    runtime_error(message)
}

/// `object[index]`: an element, a character, or the value of a key.
pub fn get_item<'h>(
    iso: &'h Isolate,
    object: Value<'h>,
    index: Value<'h>,
) -> Result<Value<'h>, Fault> {
    match object.unpack() {
        Unpacked::Array(list) => {
            let at = place(index, list.len(), LIST)?;
            Ok(list.get(at).unwrap_or(Value::nil()))
        }
        Unpacked::Table(dictionary) => {
            dictionary.get(index).ok_or_else(|| no_key(iso, dictionary, index))
        }
        Unpacked::String(text) => {
            let at = place(index, text.char_len(), TEXT)?;
            text.flat()?;
            match text.char_at(at) {
                Some(character) => Ok(iso.character(character)?.value()),
                None => Ok(Value::nil()),
            }
        }
        _ => Err(Fault::type_error(format!(
            "Only a list, a dictionary or text has parts in [ ], and {}.",
            about(object, "one of them")
        ))),
    }
}

/// An element that is about to be changed. One of a shared container is held by its copies too.
pub fn item_to_change<'h>(
    iso: &'h Isolate,
    object: Value<'h>,
    index: Value<'h>,
) -> Result<Value<'h>, Fault> {
    let item = get_item(iso, object, index)?;
    Ok(if is_shared(object) { share(item) } else { item })
}

/// The object with another element at an index, or with a key: the object itself if it has one
/// holder, else a copy.
pub fn with_item<'h>(
    iso: &'h Isolate,
    object: Value<'h>,
    index: Value<'h>,
    value: Value<'h>,
) -> Result<Value<'h>, Fault> {
    match object.unpack() {
        Unpacked::Array(list) => {
            let at = place(index, list.len(), LIST)?;
            let list = if is_shared(object) { copy_list(iso, list, 0)? } else { list };
            list.set(at, value);
            Ok(list.value())
        }
        Unpacked::Table(dictionary) => {
            if index.is_nil() || index.as_number().is_some_and(f64::is_nan) {
                return Err(runtime_error(format!(
                    "The key of a dictionary cannot be {}.",
                    kind_in_words(index)
                )));
            }
            let dictionary =
                if is_shared(object) { copy_dictionary(iso, dictionary)? } else { dictionary };
            dictionary.set(iso, index, value)?;
            Ok(dictionary.value())
        }
        Unpacked::String(_) => Err(Fault::type_error(
            "The characters of a text cannot be changed one by one; make a new text instead.",
        )),
        _ => Err(Fault::type_error(format!(
            "Only a list or a dictionary has parts that can be set, and {}.",
            about(object, "one of them")
        ))),
    }
}

#[cold]
fn not_a_list(value: Value<'_>) -> Fault {
    let about = about(value, "a list");
    Fault::type_error(format!("append adds a value to a list, and {about}."))
}

/// The list with a value at its end: the list itself if it has one holder, else another.
pub fn append<'h>(iso: &'h Isolate, list: Value<'h>, value: Value<'h>) -> Result<Value<'h>, Fault> {
    match list.unpack() {
        Unpacked::Array(array) if !is_shared(list) => {
            array.push(iso, value)?;
            Ok(list)
        }
        _ => appended(iso, list, value),
    }
}

/// Another list with the same items and a value at its end.
pub fn appended<'h>(
    iso: &'h Isolate,
    list: Value<'h>,
    value: Value<'h>,
) -> Result<Value<'h>, Fault> {
    let Unpacked::Array(list) = list.unpack() else { return Err(not_a_list(list)) };
    let length = list.len();
    // Views of an owner have its items in common.
    let value = share(value);
    if let Some(owner) = list.owner()
        && owner.len() == length
        && length < owner.capacity()
    {
        owner.push(iso, value)?;
        return Ok(iso.array_view(owner, length + 1)?.value());
    }
    if length < SMALLEST_OWNER {
        let copy = copy_list(iso, list, 1)?;
        copy.push(iso, value)?;
        return Ok(copy.value());
    }
    let owner: Array<'h> = copy_list(iso, list, 1 + length / 2)?;
    owner.push(iso, value)?;
    Ok(iso.array_view(owner, length + 1)?.value())
}
