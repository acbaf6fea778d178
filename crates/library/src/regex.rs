//! Regular expressions: the `regex-lite` crate, whose searches take time linear in the text.

use crate::call::{Call, Out};
use crate::limit::{Builder, too_long};
use crate::row::{Row, rows};
use regex_lite::{Captures, Regex};
use sox_runtime::{Fault, Str, Value};
use std::sync::Arc;

pub(crate) const GLOBALS: &[Row] = rows! {
    "@regex_test" (2, 2) leaf test;
    "@regex_find" (2, 2) leaf find;
    "@regex_findAll" (2, 2) leaf find_all;
    "@regex_replace" (3, 3) leaf replace;
    "@regex_split" (2, 2) leaf split;
};

/// Compiled patterns that are kept; at more, all are dropped.
const KEPT_PATTERNS: usize = 256;

/// The compiled pattern of argument 0, from the cache if it was used before.
fn pattern(c: Call<'_>) -> Result<Arc<Regex>, Fault> {
    let text = c.text(0)?;
    let mut known = c.host().patterns.borrow_mut();
    if let Some(regex) = known.get(text) {
        return Ok(regex.clone());
    }
    let regex = Arc::new(Regex::new(text).map_err(|error| {
        c.value_error(format_args!("\"{text}\" is not a regular expression: {error}"))
    })?);
    if known.len() == KEPT_PATTERNS {
        known.clear();
    }
    known.insert(text.into(), regex.clone());
    Ok(regex)
}

fn test(c: Call<'_>) -> Out<'_> {
    Ok(Value::bool(pattern(c)?.is_match(c.text(1)?)))
}

/// The first match as a table of `text`, `start`, `end` (in characters, `end` after the last one)
/// and `groups` (the text of each group, nil where it took no part); nil without a match.
fn find(c: Call<'_>) -> Out<'_> {
    let (regex, string) = (pattern(c)?, c.string(1)?);
    match regex.captures(string.flat()?) {
        Some(captures) => describe(c, string, &captures),
        None => Ok(Value::nil()),
    }
}

fn describe<'h>(c: Call<'h>, string: Str<'h>, captures: &Captures<'h>) -> Out<'h> {
    let whole = captures.get(0).expect("group 0 is the match");
    let start = crate::strings::char_position(string, whole.start());
    let end = start + whole.as_str().chars().count();
    let groups = c.iso.array(captures.len() - 1)?;
    for index in 1..captures.len() {
        let group = match captures.get(index) {
            Some(group) => c.iso.substring(string, group.range())?.into(),
            None => Value::nil(),
        };
        groups.push(c.iso, group)?;
    }
    let table = c.iso.table()?;
    table.set_str(c.iso, "text", c.iso.substring(string, whole.range())?.into())?;
    table.set_str(c.iso, "start", Value::number(start as f64))?;
    table.set_str(c.iso, "end", Value::number(end as f64))?;
    table.set_str(c.iso, "groups", groups.into())?;
    Ok(table.into())
}

/// The texts of all matches.
fn find_all(c: Call<'_>) -> Out<'_> {
    let (regex, string) = (pattern(c)?, c.string(1)?);
    let array = c.iso.array(0)?;
    for found in regex.find_iter(string.flat()?) {
        array.push(c.iso, c.iso.substring(string, found.range())?.into())?;
    }
    Ok(array.into())
}

/// All matches replaced; `$1` or `${name}` in the replacement is a group, `$$` a dollar.
fn replace(c: Call<'_>) -> Out<'_> {
    let (regex, text, replacement) = (pattern(c)?, c.text(1)?, c.text(2)?);
    let (mut out, mut end, mut expanded) = (Builder::new(c.iso), 0, String::new());
    for captures in regex.captures_iter(text) {
        let whole = captures.get(0).expect("group 0 is the match");
        expanded.clear();
        captures.expand(replacement, &mut expanded);
        if !(out.push(&text[end..whole.start()]) && out.push(&expanded)) {
            return Err(too_long(c));
        }
        end = whole.end();
    }
    if !out.push(&text[end..]) {
        return Err(too_long(c));
    }
    c.new_string(out.finish())
}

/// The parts between matches.
fn split(c: Call<'_>) -> Out<'_> {
    let (regex, string) = (pattern(c)?, c.string(1)?);
    let array = c.iso.array(0)?;
    let mut start = 0;
    for found in regex.find_iter(string.flat()?) {
        array.push(c.iso, c.iso.substring(string, start..found.start())?.into())?;
        start = found.end();
    }
    array.push(c.iso, c.iso.substring(string, start..string.byte_len())?.into())?;
    Ok(array.into())
}
