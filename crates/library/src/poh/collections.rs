//! Lists and dictionaries.

use super::{needs, number, runtime_error};
use crate::call::{Call, Out};
use crate::limit::check_array;
use crate::row::{ANY, Row, rows};
use sox_runtime::poh::{self, share};
use sox_runtime::{Fault, Unpacked, Value};
use std::cmp::Ordering;

pub(crate) const GLOBALS: &[Row] = rows! {
    "poh.total" (1, 1) leaf total;
    "poh.smallest" (1, ANY) leaf smallest;
    "poh.largest" (1, ANY) leaf largest;
    "poh.first" (1, 1) leaf first;
    "poh.last" (1, 1) leaf last;
    "poh.reverse" (1, 1) leaf reverse;
    "poh.count" (1, 1) leaf count as Length;
    "poh.contains" (2, 2) leaf contains;
    "poh.remove" (2, 2) leaf remove;
    "poh.append" (2, 2) leaf append;
    "poh.insert" (3, 3) leaf insert;
    "poh.range" (1, 3) leaf range;
    "poh.walk" (1, 1) leaf walk;
};

/// The sum of a list of numbers.
fn total(c: Call<'_>) -> Out<'_> {
    let Unpacked::Array(list) = c.get(0).unpack() else {
        return Err(needs("total of", "a list of numbers", c.get(0)));
    };
    let mut sum = 0.0;
    for item in list.iter() {
        sum += item.as_number().ok_or_else(|| needs("total of", "numbers in the list", item))?;
    }
    Ok(Value::number(sum))
}

fn smallest(c: Call<'_>) -> Out<'_> {
    extreme(c, "smallest in", Ordering::Less)
}

fn largest(c: Call<'_>) -> Out<'_> {
    extreme(c, "largest in", Ordering::Greater)
}

/// The first item of a list, or of several arguments, that is before all others in this order.
fn extreme<'h>(c: Call<'h>, phrase: &str, wanted: Ordering) -> Out<'h> {
    let items: Vec<Value<'h>> = match (c.count(), c.get(0).unpack()) {
        (1, Unpacked::Array(list)) => list.iter().collect(),
        (1, _) => return Err(needs(phrase, "a list", c.get(0))),
        (count, _) => (0..count).map(|index| c.get(index)).collect(),
    };
    let mut items = items.into_iter();
    let Some(mut best) = items.next() else {
        return Err(runtime_error(format!("{phrase}: the list is empty.")));
    };
    if best.as_number().is_none() && best.as_str().is_none() {
        return Err(needs(phrase, "numbers or texts", best));
    }
    for item in items {
        let order = match (item.as_number(), best.as_number()) {
            (Some(a), Some(b)) => a.partial_cmp(&b),
            (None, None) => match (item.as_str(), best.as_str()) {
                (Some(a), Some(b)) => Some(a.flat()?.cmp(b.flat()?)),
                _ => return Err(needs(phrase, "numbers or texts", item)),
            },
            (Some(_), None) => {
                return Err(needs(phrase, "only texts, as the first is text", item));
            }
            (None, Some(_)) => {
                return Err(needs(phrase, "only numbers, as the first is a number", item));
            }
        };
        if order == Some(wanted) {
            best = item;
        }
    }
    Ok(best)
}

fn first(c: Call<'_>) -> Out<'_> {
    end(c, "first in", false)
}

fn last(c: Call<'_>) -> Out<'_> {
    end(c, "last in", true)
}

/// The first or last item of a list, or character of a text.
fn end<'h>(c: Call<'h>, phrase: &str, last: bool) -> Out<'h> {
    let empty = |what: &str| runtime_error(format!("{phrase}: the {what} is empty."));
    match c.get(0).unpack() {
        Unpacked::Array(list) => {
            let item = if last { list.len().checked_sub(1) } else { Some(0) };
            item.and_then(|at| list.get(at)).map(share).ok_or_else(|| empty("list"))
        }
        Unpacked::String(text) => {
            let text = text.flat()?;
            let character = if last { text.chars().next_back() } else { text.chars().next() };
            Ok(c.iso.character(character.ok_or_else(|| empty("text"))?)?.into())
        }
        _ => Err(needs(phrase, "a list or text", c.get(0))),
    }
}

fn reverse(c: Call<'_>) -> Out<'_> {
    match c.get(0).unpack() {
        Unpacked::Array(list) => {
            let items = (0..list.len()).rev().filter_map(|at| list.get(at)).map(share);
            c.new_array(list.len(), items)
        }
        Unpacked::String(text) => {
            let text = text.flat()?;
            crate::limit::check_text(c, Some(text.len()))?;
            c.new_string(text.chars().rev().collect())
        }
        _ => Err(needs("reverse of", "a list or text", c.get(0))),
    }
}

fn count(c: Call<'_>) -> Out<'_> {
    let count = match c.get(0).unpack() {
        Unpacked::Array(list) => list.len(),
        Unpacked::Table(dictionary) => dictionary.len(),
        Unpacked::String(text) => text.char_len(),
        _ => return Err(needs("count of", "a list, a dictionary or text", c.get(0))),
    };
    Ok(Value::number(count as f64))
}

/// Whether a list has an item, a dictionary a key, a text a part.
fn contains(c: Call<'_>) -> Out<'_> {
    let (wanted, container) = (c.get(0), c.get(1));
    Ok(Value::bool(match container.unpack() {
        Unpacked::Array(list) => list.iter().any(|item| poh::same(item, wanted)),
        Unpacked::Table(dictionary) => !wanted.is_nil() && dictionary.contains(wanted),
        Unpacked::String(text) => text.flat()?.contains(poh::text_of(c.iso, wanted)?.flat()?),
        _ => return Err(needs("contains", "a list, a dictionary or text after in", container)),
    }))
}

/// A list without the first item that is this; a dictionary without this key.
fn remove(c: Call<'_>) -> Out<'_> {
    let (unwanted, container) = (c.get(0), c.get(1));
    match container.unpack() {
        Unpacked::Array(list) => {
            let at = list.iter().position(|item| poh::same(item, unwanted));
            let items = list.iter().enumerate().filter(|&(index, _)| Some(index) != at);
            c.new_array(list.len(), items.map(|(_, item)| share(item)))
        }
        Unpacked::Table(dictionary) => {
            let copy = poh::copy_dictionary(c.iso, dictionary)?;
            copy.remove(unwanted);
            Ok(copy.into())
        }
        _ => Err(needs("remove", "a list or dictionary after from", container)),
    }
}

fn append(c: Call<'_>) -> Out<'_> {
    poh::appended(c.iso, c.get(1), c.get(0))
}

fn insert(c: Call<'_>) -> Out<'_> {
    let Unpacked::Array(list) = c.get(2).unpack() else {
        return Err(needs("insert", "a list after in", c.get(2)));
    };
    let position = number(c, 1, "insert: the position")?;
    let count = list.len() as f64;
    let at = if position < 0.0 { position + count } else { position };
    if !(0.0..=count).contains(&at) || at.fract() != 0.0 {
        return Err(runtime_error(format!(
            "insert: there is no position {} in a list of {count} {}.",
            sox_semantics::number_to_text(position + 0.0),
            if count == 1.0 { "item" } else { "items" }
        )));
    }
    let copy = poh::copy_list(c.iso, list, 1)?;
    copy.insert(c.iso, at as usize, share(c.get(0)))?;
    Ok(copy.into())
}

/// Numbers from the first, up to and without the second.
fn range(c: Call<'_>) -> Out<'_> {
    let bound = |index: usize| number(c, index, "range");
    let (from, to, step) = match c.count() {
        1 => (0.0, bound(0)?, 1.0),
        2 => (bound(0)?, bound(1)?, 1.0),
        _ => (bound(0)?, bound(1)?, bound(2)?),
    };
    if step == 0.0 || !(from.is_finite() && to.is_finite() && step.is_finite()) {
        return Err(runtime_error("range: the step must be a number other than 0."));
    }
    let count = check_array(c, ((to - from) / step).ceil().max(0.0))?;
    c.new_array(count, (0..count).map(|at| Value::number(from + at as f64 * step)))
}

/// What `For each` walks through: a list and a text as they are, the keys of a dictionary.
fn walk(c: Call<'_>) -> Out<'_> {
    match c.get(0).unpack() {
        Unpacked::Array(_) | Unpacked::String(_) => Ok(c.get(0)),
        Unpacked::Table(dictionary) => {
            c.new_array(dictionary.len(), dictionary.iter().map(|(key, _)| key))
        }
        _ => Err::<_, Fault>(needs("For each", "a list, a dictionary or text", c.get(0))),
    }
}
