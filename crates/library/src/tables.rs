//! Tables.

use crate::call::{Call, Out};
use crate::row::{Row, rows};
use sox_runtime::Value;

pub(crate) const GLOBALS: &[Row] = rows! {
    "Table" (0, 0) leaf new;
    "@table_length" (1, 1) leaf length;
    "@table_keys" (1, 1) leaf keys;
    "@table_values" (1, 1) leaf values;
    "@table_has" (2, 2) leaf has;
    "@table_remove" (2, 2) leaf remove;
    "@table_get" (2, 3) leaf get;
    "@table_copy" (1, 1) leaf copy;
    "@table_merge" (2, 2) leaf merge;
};

pub(crate) const METHODS: &[Row] = rows! {
    "length" (0, 0) leaf length;
    "keys" (0, 0) leaf keys;
    "values" (0, 0) leaf values;
    "has" (1, 1) leaf has;
    "remove" (1, 1) leaf remove;
};

fn new(c: Call<'_>) -> Out<'_> {
    Ok(c.iso.table()?.into())
}

fn length(c: Call<'_>) -> Out<'_> {
    Ok(Value::number(c.table(0)?.len() as f64))
}

fn keys(c: Call<'_>) -> Out<'_> {
    let table = c.table(0)?;
    c.new_array(table.len(), table.iter().map(|(key, _)| key))
}

fn values(c: Call<'_>) -> Out<'_> {
    let table = c.table(0)?;
    c.new_array(table.len(), table.iter().map(|(_, value)| value))
}

fn has(c: Call<'_>) -> Out<'_> {
    Ok(Value::bool(c.table(0)?.get(c.get(1)).is_some()))
}

/// Removes a key and gives the value it had, or nil.
fn remove(c: Call<'_>) -> Out<'_> {
    Ok(c.table(0)?.remove(c.get(1)).unwrap_or(Value::nil()))
}

/// The value of a key that is there, else argument 2.
fn get(c: Call<'_>) -> Out<'_> {
    Ok(c.table(0)?.get(c.get(1)).unwrap_or(c.get(2)))
}

fn copy(c: Call<'_>) -> Out<'_> {
    let out = c.iso.table()?;
    for (key, value) in c.table(0)?.iter() {
        out.set(c.iso, key, value)?;
    }
    Ok(out.into())
}

/// A new table with the entries of both; those of the second win.
fn merge(c: Call<'_>) -> Out<'_> {
    let out = c.iso.table()?;
    for (key, value) in c.table(0)?.iter().chain(c.table(1)?.iter()) {
        out.set(c.iso, key, value)?;
    }
    Ok(out.into())
}
