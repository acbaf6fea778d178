//! Texts.

use super::{needs, text};
use crate::call::{Call, Out};
use crate::limit::{Builder, too_long};
use crate::row::{Row, rows};
use sox_runtime::{Unpacked, poh};

pub(crate) const GLOBALS: &[Row] = rows! {
    "poh.uppercase" (1, 1) leaf uppercase;
    "poh.lowercase" (1, 1) leaf lowercase;
    "poh.trim" (1, 1) leaf trim;
    "poh.join" (2, 2) leaf join;
    "poh.split" (2, 2) leaf split;
};

fn uppercase(c: Call<'_>) -> Out<'_> {
    c.new_string(text(c, 0, "make uppercase")?.to_uppercase())
}

fn lowercase(c: Call<'_>) -> Out<'_> {
    c.new_string(text(c, 0, "make lowercase")?.to_lowercase())
}

fn trim(c: Call<'_>) -> Out<'_> {
    c.copy_string(text(c, 0, "trim spaces from")?.trim())
}

/// The texts of the items with a separator between them.
fn join(c: Call<'_>) -> Out<'_> {
    let Unpacked::Array(list) = c.get(0).unpack() else {
        return Err(needs("join", "a list", c.get(0)));
    };
    let separator = poh::text_of(c.iso, c.get(1))?.flat()?;
    let mut joined = Builder::new(c.iso);
    for (at, item) in list.iter().enumerate() {
        let item = poh::text_of(c.iso, item)?;
        if !((at == 0 || joined.push(separator)) && joined.push(item.flat()?)) {
            return Err(too_long(c));
        }
    }
    c.new_string(joined.finish())
}

/// The parts between separators; the characters if the separator is empty.
fn split(c: Call<'_>) -> Out<'_> {
    let (whole, separator) = (text(c, 0, "split")?, text(c, 1, "split")?);
    let list = c.iso.array(0)?;
    let add = |part: &str| list.push(c.iso, c.iso.string(part)?.into());
    let mut characters = separator.chars();
    match (characters.next(), characters.next()) {
        (None, _) => {
            for character in whole.chars() {
                list.push(c.iso, c.iso.character(character)?.into())?;
            }
        }
        // A character is found faster than a text of one.
        (Some(only), None) => whole.split(only).try_for_each(add)?,
        _ => whole.split(separator).try_for_each(add)?,
    }
    Ok(list.into())
}
