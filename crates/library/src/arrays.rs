//! Arrays, as far as no user function is called: the rest is in the prelude.

use crate::call::{Call, Out, Site};
use crate::limit::{Builder, check_array, too_long};
use crate::row::{Row, rows};
use sox_runtime::{Array, Cx, ErrorKind, Fault, Kind, Str, Value, ops};

pub(crate) const GLOBALS: &[Row] = rows! {
    "push" (2, 2) leaf push as Push;
    "pop" (1, 1) leaf pop as Pop;
    "arraySlice" (2, 3) leaf slice_inclusive;
    "arrayReverse" (1, 1) leaf reversed;
    "arrayIndexOf" (2, 2) leaf index_of;
    "arrayContains" (2, 2) leaf contains;
    "arrayJoin" (2, 2) calling join;
    "@array_sort" (1, 1) leaf sort;
    "@array_order" (1, 1) leaf order;
    "@array_replace" (2, 2) leaf replace;
    "@array_check" (2, 2) leaf check;
    "@array_slice" (2, 3) leaf slice;
    "@array_concat" (2, 2) leaf concat;
    "@array_flatten" (1, 1) leaf flatten;
};

pub(crate) const METHODS: &[Row] = rows! {
    "length" (0, 0) leaf length as Length;
    "push" (1, 1) leaf push as Push;
    "pop" (0, 0) leaf pop as Pop;
    "insert" (2, 2) leaf insert;
    "remove" (1, 1) leaf remove;
    "clear" (0, 0) leaf clear;
    "copy" (0, 0) leaf copy;
    "slice" (1, 2) leaf slice;
    "concat" (1, 1) leaf concat;
    "join" (1, 1) calling join;
    "indexOf" (1, 1) leaf index_of;
    "contains" (1, 1) leaf contains;
    "reverse" (0, 0) leaf reverse;
};

fn length(c: Call<'_>) -> Out<'_> {
    Ok(Value::number(c.array(0)?.len() as f64))
}

fn push(c: Call<'_>) -> Out<'_> {
    let array = c.array(0)?;
    check_array(c, (array.len() + 1) as f64)?;
    array.push(c.iso, c.get(1))?;
    Ok(array.into())
}

fn pop(c: Call<'_>) -> Out<'_> {
    match c.array(0)?.pop() {
        Some(value) => Ok(value),
        None => Err(c.error(ErrorKind::IndexError, "the array is empty")),
    }
}

fn out_of_bounds(index: f64, count: usize) -> Fault {
    let index = sox_semantics::number_to_text(index);
    let message = format!("Index out of bounds. index=({index}) count=({count})");
    Fault::error(ErrorKind::IndexError, message)
}

/// The position argument 1 names, below `end`.
fn position(c: Call<'_>, end: usize, count: usize) -> Result<usize, Fault> {
    let index = c.number(1)?;
    sox_semantics::to_index(index)
        .filter(|&position| position < end)
        .ok_or_else(|| out_of_bounds(index, count))
}

fn insert(c: Call<'_>) -> Out<'_> {
    let array = c.array(0)?;
    let position = position(c, array.len() + 1, array.len())?;
    check_array(c, (array.len() + 1) as f64)?;
    array.insert(c.iso, position, c.get(2))?;
    Ok(Value::nil())
}

fn remove(c: Call<'_>) -> Out<'_> {
    let array = c.array(0)?;
    let position = position(c, array.len(), array.len())?;
    Ok(array.remove(position).unwrap_or(Value::nil()))
}

fn clear(c: Call<'_>) -> Out<'_> {
    c.array(0)?.truncate(0);
    Ok(Value::nil())
}

/// A new array of a part of another.
fn part<'h>(c: Call<'h>, array: Array<'h>, range: std::ops::Range<usize>) -> Out<'h> {
    let out = c.iso.array(range.len())?;
    out.extend_from(c.iso, array, range)?;
    Ok(out.into())
}

fn copy(c: Call<'_>) -> Out<'_> {
    let array = c.array(0)?;
    part(c, array, 0..array.len())
}

fn slice(c: Call<'_>) -> Out<'_> {
    let array = c.array(0)?;
    let range = sox_semantics::half_open(Some(c.number(1)?), c.opt_number(2)?, array.len());
    part(c, array, range)
}

fn slice_inclusive(c: Call<'_>) -> Out<'_> {
    let array = c.array(0)?;
    let range = sox_semantics::inclusive(Some(c.number(1)?), c.opt_number(2)?, array.len());
    part(c, array, range)
}

fn concat(c: Call<'_>) -> Out<'_> {
    let (first, second) = (c.array(0)?, c.array(1)?);
    let count = check_array(c, (first.len() + second.len()) as f64)?;
    let out = c.iso.array(count)?;
    out.extend_from(c.iso, first, 0..first.len())?;
    out.extend_from(c.iso, second, 0..second.len())?;
    Ok(out.into())
}

/// A new array with the elements of arrays inside, one level deep.
fn flatten(c: Call<'_>) -> Out<'_> {
    let out = c.iso.array(0)?;
    for value in c.array(0)?.iter() {
        match value.unpack() {
            sox_runtime::Unpacked::Array(inner) => {
                check_array(c, (out.len() + inner.len()) as f64)?;
                out.extend_from(c.iso, inner, 0..inner.len())?;
            }
            _ => out.push(c.iso, value)?,
        }
    }
    Ok(out.into())
}

fn find(c: Call<'_>) -> Result<Option<usize>, Fault> {
    let wanted = c.get(1);
    Ok(c.array(0)?.iter().position(|value| ops::equal(value, wanted)))
}

fn index_of(c: Call<'_>) -> Out<'_> {
    Ok(Value::number(find(c)?.map_or(-1.0, |index| index as f64)))
}

fn contains(c: Call<'_>) -> Out<'_> {
    Ok(Value::bool(find(c)?.is_some()))
}

/// Turns the array round in place.
fn reverse(c: Call<'_>) -> Out<'_> {
    let array = c.array(0)?;
    let count = array.len();
    for i in 0..count / 2 {
        array.swap(i, count - 1 - i);
    }
    Ok(array.into())
}

/// A new array in the opposite order.
fn reversed(c: Call<'_>) -> Out<'_> {
    let array = c.array(0)?;
    let out = c.iso.array(array.len())?;
    for i in (0..array.len()).rev() {
        out.push(c.iso, array.get(i).unwrap_or(Value::nil()))?;
    }
    Ok(out.into())
}

/// The printed forms of the elements with a separator between them. Printing may run a `toString`
/// that changes the array, so the length is read again each turn.
fn join(cx: &mut Cx<'_>, site: Site) -> Result<(), Fault> {
    let call = site.call(cx);
    let mut out = Builder::new(call.iso);
    call.array(0)?;
    call.text(1)?;
    let base = call.iso.stack().len();
    let mut index = 0;
    loop {
        let call = site.call(cx);
        let Some(value) = call.array(0)?.get(index) else { break };
        let separator = if index == 0 { "" } else { call.text(1)? };
        let fits = out.push(separator)
            && match value.as_str() {
                Some(string) => out.push(string.text()),
                None => {
                    call.iso.stack().push(value);
                    cx.to_text()?;
                    let fits = out.push(cx.iso.stack().get(base).as_str().map_or("", Str::text));
                    cx.iso.stack().truncate(base);
                    fits
                }
            };
        if !fits {
            return Err(too_long(site.call(cx)));
        }
        index += 1;
    }
    let text = out.finish();
    cx.iso.stack().push(cx.iso.string_owned(text)?.into());
    Ok(())
}

/// Sorts in place: all numbers (NaN last) or all strings (by code point). Stable, though only the
/// two zeros can tell.
fn sort(c: Call<'_>) -> Out<'_> {
    let array = c.array(0)?;
    let kind = array.get(0).map(Value::kind);
    let same = array.iter().all(|value| Some(value.kind()) == kind);
    match kind {
        Some(Kind::Number) if same => {
            let mut numbers: Vec<f64> = array.iter().filter_map(Value::as_number).collect();
            numbers.sort_by(|a, b| sox_semantics::sort_order(*a, *b));
            for (i, number) in numbers.into_iter().enumerate() {
                array.set(i, Value::number(number));
            }
        }
        Some(Kind::String) if same => {
            // The order of UTF-8 bytes is the order of code points.
            let mut texts: Vec<(&str, Value<'_>)> =
                array.iter().filter_map(|v| Some((v.as_str()?.text(), v))).collect();
            texts.sort_by_key(|&(text, _)| text);
            for (i, (_, value)) in texts.into_iter().enumerate() {
                array.set(i, value);
            }
        }
        None => {}
        _ => {
            return Err(Fault::type_error(
                "sort: without a comparison function the elements must be all numbers or all strings.",
            ));
        }
    }
    Ok(array.into())
}

/// Gives array 0 the elements of array 1.
fn replace(c: Call<'_>) -> Out<'_> {
    let (array, new) = (c.array(0)?, c.array(1)?);
    array.truncate(0);
    array.extend_from(c.iso, new, 0..new.len())?;
    Ok(array.into())
}

/// What a comparison gave, if it is a number.
fn order(c: Call<'_>) -> Out<'_> {
    if c.get(0).as_number().is_some() {
        return Ok(c.get(0));
    }
    let got = c.get(0).kind().type_name();
    Err(Fault::type_error(format!(
        "array.sort: the comparison must return a number, got {got}: below 0 if its first argument \
         comes first, above 0 if its second does, 0 if they are equal, as in 'return a - b'."
    )))
}

/// Argument 0 if it is an array; else the complaint of the `std/array` function named by argument 1.
fn check(c: Call<'_>) -> Out<'_> {
    if c.array(0).is_ok() {
        return Ok(c.get(0));
    }
    let got = c.get(0).kind().type_name();
    Err(Fault::type_error(format!("array.{}: expected an array, got {got}.", c.text(1)?)))
}
