//! PohLang's texts of values: `True`, `None`, `[1, two]`, `{"k": 1}`, `<function f>`.
//!
//! Written iteratively, as in [`crate::Isolate::text_of`]; nothing of the program is called.

use crate::value::{Array, Str, Table, Unpacked, Value};
use crate::{Fault, Isolate, Limit, StringBuilder};
use std::collections::HashSet;

/// A number as PohLang writes it: there is no `-0`.
pub(super) fn number(number: f64) -> String {
    // -0 + 0 is 0, and other numbers stay.
    sox_semantics::number_to_text(number + 0.0)
}

/// The text of a value, as `Write` shows it.
pub fn text_of<'h>(iso: &'h Isolate, value: Value<'h>) -> Result<Str<'h>, Fault> {
    if let Some(text) = value.as_str() {
        return Ok(text);
    }
    if let Some(value) = value.as_number() {
        return iso.string(&number(value));
    }
    let mut builder = iso.string_builder();
    write_text(iso, value, &mut builder)?;
    builder.finish()
}

/// The text of a value with quotes around a string.
pub(super) fn quoted<'h>(iso: &'h Isolate, value: Value<'h>) -> Result<Str<'h>, Fault> {
    match value.as_str() {
        Some(text) => iso.string(&format!("\"{}\"", text.flat()?)),
        None => text_of(iso, value),
    }
}

/// What is left to write.
enum Step<'h> {
    Value(Value<'h>),
    Text(&'static str),
    /// The items from an index on.
    List(Array<'h>, usize),
    /// The entries from a position on.
    Dictionary(Table<'h>, usize),
}

/// Appends the text of a value.
pub fn write_text<'h>(
    iso: &'h Isolate,
    value: Value<'h>,
    out: &mut StringBuilder<'h>,
) -> Result<(), Fault> {
    let mut steps = vec![Step::Value(value)];
    // The containers being written. Only those that came from Sox can contain themselves.
    let mut path = HashSet::new();
    let mut ticks = 0u32;
    while let Some(step) = steps.pop() {
        match step {
            Step::Text(text) => out.push_str(text)?,
            Step::Value(value) => match value.unpack() {
                Unpacked::Array(list) if path.insert(list.bits()) => {
                    out.push_str("[")?;
                    steps.push(Step::List(list, 0));
                }
                Unpacked::Table(dictionary) if path.insert(dictionary.bits()) => {
                    out.push_str("{")?;
                    steps.push(Step::Dictionary(dictionary, 0));
                }
                _ => plain(iso, value, out)?,
            },
            Step::List(list, at) => match list.get(at) {
                Some(item) => {
                    if at > 0 {
                        out.push_str(", ")?;
                    }
                    steps.push(Step::List(list, at + 1));
                    steps.push(Step::Value(item));
                }
                None => {
                    path.remove(&list.bits());
                    out.push_str("]")?;
                }
            },
            Step::Dictionary(dictionary, position) => match dictionary.entry(position) {
                Some((next, key, value)) => {
                    if position > 0 {
                        out.push_str(", ")?;
                    }
                    out.push_str(quoted(iso, key)?.flat()?)?;
                    steps.push(Step::Dictionary(dictionary, next));
                    steps.push(Step::Value(value));
                    steps.push(Step::Text(": "));
                }
                None => {
                    path.remove(&dictionary.bits());
                    out.push_str("}")?;
                }
            },
        }
        ticks = ticks.wrapping_add(1);
        if ticks.is_multiple_of(4096) && iso.heap().attention.is_interrupted() {
            return Err(Fault::Limit(Limit::Interrupted));
        }
    }
    Ok(())
}

/// Anything but a container that can be entered.
fn plain(iso: &Isolate, value: Value<'_>, out: &mut StringBuilder<'_>) -> Result<(), Fault> {
    match value.unpack() {
        Unpacked::Nil | Unpacked::Unset => out.push_str("None"),
        Unpacked::Bool(true) => out.push_str("True"),
        Unpacked::Bool(false) => out.push_str("False"),
        Unpacked::Number(value) => out.push_str(&number(value)),
        Unpacked::String(text) => out.push_str(text.flat()?),
        Unpacked::Array(_) => out.push_str("[...]"),
        Unpacked::Table(_) => out.push_str("{...}"),
        Unpacked::Error(error) => out.push_str(&super::message_in_poh(error)),
        Unpacked::Closure(_) | Unpacked::Native(_) | Unpacked::Class(_) => {
            function(iso, value, out)
        }
        // A function of the other language stands behind one that carries arguments over.
        Unpacked::BoundMethod(bound) => match bound.receiver().unpack() {
            Unpacked::BoundMethod(inner) => function(iso, inner.method(), out),
            Unpacked::Closure(_) | Unpacked::Native(_) | Unpacked::Class(_) => {
                function(iso, bound.receiver(), out)
            }
            _ => function(iso, bound.method(), out),
        },
        Unpacked::Instance(instance) => {
            out.push_str("<object ")?;
            out.push_str(instance.class().name().flat()?)?;
            out.push_str(">")
        }
        Unpacked::Cell(_) | Unpacked::DeferList(_) => out.push_str("<hidden>"),
    }
}

fn function(iso: &Isolate, value: Value<'_>, out: &mut StringBuilder<'_>) -> Result<(), Fault> {
    out.push_str("<function ")?;
    match value.unpack() {
        Unpacked::Closure(closure) => {
            out.push_str(&iso.function_info(closure.function()).name)?;
        }
        Unpacked::Native(native) => out.push_str(
            iso.native_info(native.number())
                .name
                .trim_start_matches('@')
                .trim_start_matches("poh."),
        )?,
        Unpacked::Class(class) => out.push_str(class.name().flat()?)?,
        _ => out.push_str("?")?,
    }
    out.push_str(">")
}
