//! Marks on containers with several holders, and copies of them.

use crate::object::flags;
use crate::value::{Array, Table, Unpacked, Value};
use crate::{Fault, Isolate};

/// The value itself. A container among values is from now on changed by copying it first.
#[inline]
pub fn share(value: Value<'_>) -> Value<'_> {
    let cell = match value.unpack() {
        Unpacked::Array(list) => &list.object_ref().header.flags,
        Unpacked::Table(dictionary) => &dictionary.object_ref().header.flags,
        _ => return value,
    };
    cell.set(cell.get() | flags::SHARED);
    value
}

/// Whether a container may have several holders, itself or its items.
pub fn is_shared(value: Value<'_>) -> bool {
    match value.unpack() {
        Unpacked::Array(list) => {
            list.object_ref().header.flags.get() & (flags::SHARED | flags::VIEW) != 0
        }
        Unpacked::Table(dictionary) => {
            dictionary.object_ref().header.flags.get() & flags::SHARED != 0
        }
        _ => false,
    }
}

/// A list with the same elements, with room for so many more.
pub fn copy_list<'h>(iso: &'h Isolate, list: Array<'h>, more: usize) -> Result<Array<'h>, Fault> {
    let copy = iso.array(list.len() + more)?;
    copy.extend_from(iso, list, 0..list.len())?;
    list.iter().for_each(|element| _ = share(element));
    Ok(copy)
}

/// A dictionary with the same entries.
pub fn copy_dictionary<'h>(iso: &'h Isolate, dictionary: Table<'h>) -> Result<Table<'h>, Fault> {
    let copy = iso.table()?;
    for (key, value) in dictionary.iter() {
        copy.set(iso, key, share(value))?;
    }
    Ok(copy)
}
