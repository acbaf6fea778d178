//! Tables: insertion-ordered maps from values to values.

mod grow;
mod key;
mod store;

pub(crate) use store::Store;

use crate::heap::Heap;
use crate::object::{Header, TableObject, heap_of, kind};
use crate::value::{Table, Value};
use crate::{Fault, Isolate};
use std::ptr::NonNull;

/// Sets the value of a key.
///
/// # Safety
/// Table, key and value are alive, and of this heap.
#[inline(always)]
pub(crate) unsafe fn set(
    heap: &Heap,
    table: NonNull<TableObject>,
    key: u64,
    value: u64,
) -> Result<(), Fault> {
    // SAFETY: the caller's promise.
    unsafe { table.as_ref().store.set(heap, key, value)? };
    heap.write_barrier(table, key);
    heap.write_barrier(table, value);
    Ok(())
}

impl<'h> Table<'h> {
    fn heap(self) -> &'h Heap {
        // SAFETY: the handle's table is alive for 'h.
        unsafe { heap_of(self.object()) }
    }

    fn store(self) -> &'h Store {
        &self.object_ref().store
    }

    /// Entries.
    pub fn len(self) -> usize {
        self.store().live()
    }

    /// Whether there are no entries.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The value of a key.
    #[inline]
    pub fn get(self, key: Value<'h>) -> Option<Value<'h>> {
        self.heap().check_own(key.bits());
        // SAFETY: table and key are alive and of one isolate.
        unsafe { self.store().get(self.heap(), key.bits()).map(|value| Value::from_bits(value)) }
    }

    /// The value of a key that is a string.
    pub fn get_str(self, key: &str) -> Option<Value<'h>> {
        // SAFETY: the table is alive.
        unsafe { self.store().get_str(self.heap(), key).map(|value| Value::from_bits(value)) }
    }

    /// Whether there is such a key.
    pub fn contains(self, key: Value<'h>) -> bool {
        self.get(key).is_some()
    }

    /// Sets the value of a key. Fails for nil and NaN keys (a `Fault::Error`).
    #[inline]
    pub fn set(self, iso: &'h Isolate, key: Value<'h>, value: Value<'h>) -> Result<(), Fault> {
        let heap = iso.heap();
        heap.check_own(self.bits());
        heap.check_own(key.bits());
        heap.check_own(value.bits());
        // SAFETY: table, key and value are alive and of this isolate.
        unsafe { set(heap, self.object(), key.bits(), value.bits()) }
    }

    /// Sets the value of a key that is a string.
    pub fn set_str(self, iso: &'h Isolate, key: &str, value: Value<'h>) -> Result<(), Fault> {
        self.set(iso, iso.string(key)?.value(), value)
    }

    /// Takes a key away and gives its value.
    pub fn remove(self, key: Value<'h>) -> Option<Value<'h>> {
        self.heap().check_own(key.bits());
        // SAFETY: table and key are alive and of one isolate.
        unsafe { self.store().remove(self.heap(), key.bits()).map(|value| Value::from_bits(value)) }
    }

    /// The first entry at or after position `from`, with the position after it. Positions survive
    /// growth and removal. `None` at the end.
    pub fn entry(self, from: usize) -> Option<(usize, Value<'h>, Value<'h>)> {
        let (next, entry) = self.store().entry_from(from as u64)?;
        // SAFETY: keys and values of entries are values of the table's isolate.
        unsafe { Some((next as usize, Value::from_bits(entry.key), Value::from_bits(entry.value))) }
    }

    /// The entries in order of insertion. The table may change meanwhile, see [`Table::entry`].
    pub fn iter(self) -> impl Iterator<Item = (Value<'h>, Value<'h>)> {
        let mut position = 0;
        std::iter::from_fn(move || {
            let (next, key, value) = self.entry(position)?;
            position = next;
            Some((key, value))
        })
    }
}

impl Isolate {
    /// An empty table.
    pub fn table(&self) -> Result<Table<'_>, Fault> {
        let header = Header::new(kind::TABLE, self.heap().new_containers);
        let table = TableObject { header, store: Store::new() };
        let table = self.heap().make(table, 0)?;
        // SAFETY: a new object of this isolate's heap.
        Ok(unsafe { Table::from_object(table) })
    }
}
