//! Between the languages.
//!
//! Both languages have the same values, but lists and dictionaries are shared in Sox and copied in
//! PohLang. So what crosses the border is copied, with all that is in it, and each side keeps its own.
//! A function that crosses becomes one that carries its arguments over, calls, and carries the
//! result back: a bound method whose receiver is the function and whose method is one of the two
//! natives here. Crossing back takes the wrapping off again. Errors cross as they are: what is in them
//! never changes.

use crate::call::{Call, Site};
use crate::row::{ANY, Row, rows};
use sox_runtime::raw::RawValue;
use sox_runtime::{Array, Cx, Fault, Isolate, Table, Unpacked, Value, poh};
use std::collections::HashMap;

pub(crate) const GLOBALS: &[Row] = rows! {
    "poh.from_sox" (1, 1) calling from_sox;
    "poh.to_sox" (1, 1) calling to_sox;
    "poh.call_sox" (1, ANY) calling call_sox;
    "poh.call_poh" (1, ANY) calling call_poh;
};

/// Where a value goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    Poh,
    Sox,
}

impl To {
    /// The native through which the other side's functions are called here.
    fn caller(self) -> &'static str {
        match self {
            To::Poh => "poh.call_sox",
            To::Sox => "poh.call_poh",
        }
    }

    fn back(self) -> To {
        match self {
            To::Poh => To::Sox,
            To::Sox => To::Poh,
        }
    }
}

fn from_sox(cx: &mut Cx<'_>, site: Site) -> Result<(), Fault> {
    cross(site.call(cx), To::Poh)
}

fn to_sox(cx: &mut Cx<'_>, site: Site) -> Result<(), Fault> {
    cross(site.call(cx), To::Sox)
}

fn cross(c: Call<'_>, to: To) -> Result<(), Fault> {
    c.iso.stack().push(carried(c.iso, c.get(0), to)?);
    Ok(())
}

/// Function, arguments from PohLang: calls the function of Sox.
fn call_sox(cx: &mut Cx<'_>, site: Site) -> Result<(), Fault> {
    call_across(cx, site, To::Sox)
}

/// Function, arguments from Sox: calls the function of PohLang.
fn call_poh(cx: &mut Cx<'_>, site: Site) -> Result<(), Fault> {
    call_across(cx, site, To::Poh)
}

fn call_across(cx: &mut Cx<'_>, site: Site, to: To) -> Result<(), Fault> {
    let args = site.args.count - 1;
    cx.iso.stack().reserve(args + 4)?;
    let call = site.call(cx);
    call.iso.stack().push(call.get(0));
    for index in 1..=args {
        call.iso.stack().push(carried(call.iso, call.get(index), to)?);
    }
    cx.call(args)?;
    let stack = cx.iso.stack();
    let result = carried(cx.iso, stack.top(), to.back())?;
    stack.set(stack.len() - 1, result);
    Ok(())
}

/// A container being copied: the original, its copy, and how far it is.
enum Open<'h> {
    List(Array<'h>, Array<'h>, usize),
    Dictionary(Table<'h>, Table<'h>, usize),
}

/// Copies of containers by the words of the originals; none while the copy is not complete.
type Copies<'h> = HashMap<u64, (Value<'h>, bool)>;

fn word(value: Value<'_>) -> u64 {
    RawValue::from(value).0
}

/// A value as the other side gets it.
fn carried<'h>(iso: &'h Isolate, value: Value<'h>, to: To) -> Result<Value<'h>, Fault> {
    let mut copies: Copies<'h> = HashMap::new();
    let mut open: Vec<Open<'h>> = Vec::new();
    let whole = begun(iso, value, to, &mut copies, &mut open)?;
    while let Some(container) = open.last_mut() {
        match container {
            Open::List(list, copy, at) => {
                let copy = *copy;
                match list.get(*at) {
                    Some(item) => {
                        *at += 1;
                        let item = begun(iso, item, to, &mut copies, &mut open)?;
                        copy.push(iso, item)?;
                    }
                    None => {
                        copies.insert(word((*list).into()), (copy.into(), true));
                        open.pop();
                    }
                }
            }
            Open::Dictionary(dictionary, copy, position) => {
                let copy = *copy;
                match dictionary.entry(*position) {
                    Some((next, key, value)) => {
                        *position = next;
                        let value = begun(iso, value, to, &mut copies, &mut open)?;
                        copy.set(iso, key, value)?;
                    }
                    None => {
                        copies.insert(word((*dictionary).into()), (copy.into(), true));
                        open.pop();
                    }
                }
            }
        }
    }
    Ok(whole)
}

/// What takes the place of a value: of a container a copy, which is filled later.
fn begun<'h>(
    iso: &'h Isolate,
    value: Value<'h>,
    to: To,
    copies: &mut Copies<'h>,
    open: &mut Vec<Open<'h>>,
) -> Result<Value<'h>, Fault> {
    if let Some(&(copy, complete)) = copies.get(&word(value)) {
        if to == To::Poh && !complete {
            return Err(Fault::type_error(
                "A list or dictionary that contains itself cannot be brought into PohLang.",
            ));
        }
        // It stands in two places now.
        return Ok(if to == To::Poh { poh::share(copy) } else { copy });
    }
    let copy = match value.unpack() {
        Unpacked::Array(list) => {
            let copy = iso.array(list.len())?;
            open.push(Open::List(list, copy, 0));
            copy.value()
        }
        Unpacked::Table(dictionary) => {
            let copy = iso.table()?;
            open.push(Open::Dictionary(dictionary, copy, 0));
            copy.value()
        }
        Unpacked::Closure(_) | Unpacked::Native(_) | Unpacked::Class(_) => {
            return wrapped(iso, value, to);
        }
        Unpacked::BoundMethod(bound) => {
            let other = iso.builtin(to.back().caller());
            return match other.is_some_and(|other| bound.method().same(other)) {
                true => Ok(bound.receiver()),
                false => wrapped(iso, value, to),
            };
        }
        _ => return Ok(value),
    };
    copies.insert(word(value), (copy, false));
    Ok(copy)
}

/// A function as the other side calls it.
fn wrapped<'h>(iso: &'h Isolate, function: Value<'h>, to: To) -> Result<Value<'h>, Fault> {
    let caller = iso.builtin(to.caller()).unwrap_or(Value::nil());
    Ok(iso.bound_method(function, caller)?.into())
}
