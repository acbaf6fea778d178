//! Strings. Positions and lengths count characters (Unicode scalar values).

use crate::call::{Call, Out};
use crate::limit::{Builder, check_text, too_long};
use crate::row::{Row, rows};
use sox_runtime::{Str, Value};

pub(crate) const GLOBALS: &[Row] = rows! {
    "stringUpper" (1, 1) leaf upper;
    "stringLower" (1, 1) leaf lower;
    "stringTrim" (1, 1) leaf trim;
    "stringIndexOf" (2, 2) leaf index_of;
    "stringSubstring" (2, 3) leaf slice;
    "stringReplace" (3, 3) leaf replace_first;
    "stringStartsWith" (2, 2) leaf starts_with;
    "stringEndsWith" (2, 2) leaf ends_with;
    "stringSplit" (2, 2) leaf split_whole;
    "chr" (1, 1) leaf chr;
    "ord" (1, 1) leaf ord;
    "@string_reverse" (1, 1) leaf reverse;
    "@string_contains" (2, 2) leaf contains;
    "@string_replaceAll" (3, 3) leaf replace_all;
    "@string_repeat" (2, 2) leaf repeat;
    "@string_chars" (1, 1) leaf chars;
    "@string_padStart" (2, 3) leaf pad_start;
    "@string_padEnd" (2, 3) leaf pad_end;
    "@string_length" (1, 1) leaf length;
    "@string_byteLength" (1, 1) leaf byte_length;
};

pub(crate) const METHODS: &[Row] = rows! {
    "length" (0, 0) leaf length;
    "byteLength" (0, 0) leaf byte_length;
    "upper" (0, 0) leaf upper;
    "lower" (0, 0) leaf lower;
    "trim" (0, 0) leaf trim;
    "indexOf" (1, 1) leaf index_of;
    "contains" (1, 1) leaf contains;
    "startsWith" (1, 1) leaf starts_with;
    "endsWith" (1, 1) leaf ends_with;
    "replace" (2, 2) leaf replace_all;
    "split" (1, 1) leaf split;
    "repeat" (1, 1) leaf repeat;
    "slice" (1, 2) leaf slice;
    "chars" (0, 0) leaf chars;
    "padStart" (1, 2) leaf pad_start;
    "padEnd" (1, 2) leaf pad_end;
};

fn length(c: Call<'_>) -> Out<'_> {
    Ok(Value::number(c.string(0)?.char_len() as f64))
}

fn byte_length(c: Call<'_>) -> Out<'_> {
    Ok(Value::number(c.string(0)?.byte_len() as f64))
}

fn upper(c: Call<'_>) -> Out<'_> {
    let text = c.text(0)?;
    check_text(c, Some(text.len()))?;
    c.new_string(if text.is_ascii() { text.to_ascii_uppercase() } else { text.to_uppercase() })
}

fn lower(c: Call<'_>) -> Out<'_> {
    let text = c.text(0)?;
    check_text(c, Some(text.len()))?;
    c.new_string(if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() })
}

fn trim(c: Call<'_>) -> Out<'_> {
    let string = c.string(0)?;
    let text = string.flat()?;
    let start = text.len() - text.trim_start().len();
    let end = start + text.trim().len();
    Ok(c.iso.substring(string, start..end)?.into())
}

/// The number of characters before a byte offset.
pub(crate) fn char_position(string: Str<'_>, byte: usize) -> usize {
    if string.is_ascii() {
        return byte;
    }
    string.text()[..byte].chars().count()
}

fn index_of(c: Call<'_>) -> Out<'_> {
    let (string, part) = (c.string(0)?, c.text(1)?);
    Ok(Value::number(match string.flat()?.find(part) {
        Some(byte) => char_position(string, byte) as f64,
        None => -1.0,
    }))
}

fn contains(c: Call<'_>) -> Out<'_> {
    Ok(Value::bool(c.text(0)?.contains(c.text(1)?)))
}

fn starts_with(c: Call<'_>) -> Out<'_> {
    Ok(Value::bool(c.text(0)?.starts_with(c.text(1)?)))
}

fn ends_with(c: Call<'_>) -> Out<'_> {
    Ok(Value::bool(c.text(0)?.ends_with(c.text(1)?)))
}

/// `from` to before `to`; open without `to`.
fn slice(c: Call<'_>) -> Out<'_> {
    let string = c.string(0)?;
    let range = sox_semantics::half_open(Some(c.number(1)?), c.opt_number(2)?, string.char_len());
    let byte = |index| string.byte_offset(index).unwrap_or(string.byte_len());
    Ok(c.iso.substring(string, byte(range.start)..byte(range.end))?.into())
}

fn replace_first(c: Call<'_>) -> Out<'_> {
    replace(c, 1)
}

fn replace_all(c: Call<'_>) -> Out<'_> {
    replace(c, usize::MAX)
}

/// Puts argument 2 for at most `count` appearances of argument 1, which if empty never appears.
fn replace(c: Call<'_>, count: usize) -> Out<'_> {
    let (text, old, new) = (c.text(0)?, c.text(1)?, c.text(2)?);
    if old.is_empty() || !text.contains(old) {
        return Ok(c.get(0));
    }
    let mut out = Builder::new(c.iso);
    let mut end = 0;
    for (at, _) in text.match_indices(old).take(count) {
        if !(out.push(&text[end..at]) && out.push(new)) {
            return Err(too_long(c));
        }
        end = at + old.len();
    }
    if !out.push(&text[end..]) {
        return Err(too_long(c));
    }
    c.new_string(out.finish())
}

/// The parts between separators; without a separator, the characters.
fn split(c: Call<'_>) -> Out<'_> {
    if c.text(1)?.is_empty() { chars(c) } else { split_whole(c) }
}

/// The parts between separators; without a separator, the text itself.
fn split_whole(c: Call<'_>) -> Out<'_> {
    let (string, separator) = (c.string(0)?, c.text(1)?);
    let text = string.flat()?;
    let parts = c.iso.array(0)?;
    let mut start = 0;
    if !separator.is_empty() {
        for (at, _) in text.match_indices(separator) {
            parts.push(c.iso, c.iso.substring(string, start..at)?.into())?;
            start = at + separator.len();
        }
    }
    parts.push(c.iso, c.iso.substring(string, start..text.len())?.into())?;
    Ok(parts.into())
}

fn repeat(c: Call<'_>) -> Out<'_> {
    let (text, count) = (c.text(0)?, c.size(1)?);
    check_text(c, text.len().checked_mul(count))?;
    c.new_string(text.repeat(count))
}

fn reverse(c: Call<'_>) -> Out<'_> {
    let text = c.text(0)?;
    check_text(c, Some(text.len()))?;
    c.new_string(text.chars().rev().collect())
}

fn chars(c: Call<'_>) -> Out<'_> {
    let string = c.string(0)?;
    let array = c.iso.array(string.char_len())?;
    for char in string.flat()?.chars() {
        array.push(c.iso, c.iso.character(char)?.into())?;
    }
    Ok(array.into())
}

fn pad_start(c: Call<'_>) -> Out<'_> {
    pad(c, true)
}

fn pad_end(c: Call<'_>) -> Out<'_> {
    pad(c, false)
}

/// Fills up to a width with a text, repeated and cut as needed.
fn pad(c: Call<'_>, at_start: bool) -> Out<'_> {
    let (string, width) = (c.string(0)?, c.size(1)?);
    let fill = c.opt_text(2)?.unwrap_or(" ");
    let missing = width.saturating_sub(string.char_len());
    if missing == 0 || fill.is_empty() {
        return Ok(c.get(0));
    }
    let in_one = fill.chars().count();
    let rest: usize = fill.chars().take(missing % in_one).map(char::len_utf8).sum();
    let filling = (missing / in_one).checked_mul(fill.len());
    let bytes = filling.and_then(|n| n.checked_add(rest + string.byte_len()));
    let mut out = String::with_capacity(check_text(c, bytes)?);
    if !at_start {
        out.push_str(string.flat()?);
    }
    for _ in 0..missing / in_one {
        out.push_str(fill);
    }
    out.push_str(&fill[..rest]);
    if at_start {
        out.push_str(string.flat()?);
    }
    c.new_string(out)
}

/// The character with a code point.
fn chr(c: Call<'_>) -> Out<'_> {
    let number = c.whole(0)?;
    let char = u32::try_from(number as i64).ok().and_then(char::from_u32).ok_or_else(|| {
        let text = sox_semantics::number_to_text(number);
        c.value_error(format_args!("{text} is not the code point of a character"))
    })?;
    Ok(c.iso.character(char)?.into())
}

/// The code point of the first character.
fn ord(c: Call<'_>) -> Out<'_> {
    match c.text(0)?.chars().next() {
        Some(char) => Ok(Value::number(f64::from(u32::from(char)))),
        None => Err(c.value_error("the string is empty")),
    }
}
