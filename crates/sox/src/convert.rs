//! Between values of the host and values of an isolate.
//!
//! Both directions work with an explicit list of what is left to do, so that deep data does not
//! use the native stack.

use crate::Value;
use sox_runtime::{Fault, Isolate, Unpacked};

/// The deepest nesting that is copied out; what lies deeper, cycles for instance, becomes its
/// printed form.
const MAX_DEPTH: usize = 200;

/// Pushes a copy of a value onto the stack.
pub(crate) fn push(iso: &Isolate, value: &Value) -> Result<(), Fault> {
    let made = make(iso, value)?;
    iso.stack().push(made);
    Ok(())
}

fn make<'h>(iso: &'h Isolate, value: &Value) -> Result<sox_runtime::Value<'h>, Fault> {
    use sox_runtime::Value as Inner;
    Ok(match value {
        Value::Nil => Inner::nil(),
        Value::Bool(value) => Inner::bool(*value),
        Value::Number(number) => Inner::number(*number),
        Value::String(text) | Value::Other(text) => iso.string(text)?.into(),
        Value::Array(items) => {
            let array = iso.array(items.len())?;
            for item in items {
                array.push(iso, make(iso, item)?)?;
            }
            array.into()
        }
        Value::Table(entries) => {
            let table = iso.table()?;
            for (key, value) in entries {
                table.set(iso, make(iso, key)?, make(iso, value)?)?;
            }
            table.into()
        }
    })
}

/// A copy of a value of an isolate.
pub(crate) fn copy(iso: &Isolate, value: sox_runtime::Value<'_>) -> Result<Value, Fault> {
    copy_to(iso, value, MAX_DEPTH)
}

fn copy_to(iso: &Isolate, value: sox_runtime::Value<'_>, depth: usize) -> Result<Value, Fault> {
    Ok(match value.unpack() {
        Unpacked::Nil | Unpacked::Unset => Value::Nil,
        Unpacked::Bool(value) => Value::Bool(value),
        Unpacked::Number(number) => Value::Number(number),
        Unpacked::String(text) => Value::String(text.text().into()),
        Unpacked::Array(array) if depth > 0 => {
            let items = array.iter().map(|item| copy_to(iso, item, depth - 1));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Unpacked::Table(table) if depth > 0 => {
            let entries = table.iter().map(|(key, value)| {
                Ok((copy_to(iso, key, depth - 1)?, copy_to(iso, value, depth - 1)?))
            });
            Value::Table(entries.collect::<Result<_, Fault>>()?)
        }
        _ => Value::Other(match iso.text_of(value)? {
            Some(text) => text.text().into(),
            // Its own toString would have to be called, and this is no place for that.
            None => "<instance>".into(),
        }),
    })
}
