//! The write barrier and the remembered set.
//!
//! The set holds old objects into which references were stored since the last collection. Objects
//! are remembered whole: one entry however often they are stored into, at the price that all of a
//! large array is looked at again. So that this stays in proportion, the collection after one that
//! had much to look at is due later ([`collect`](super::collect)).

use super::{Heap, Marker};
use crate::bits;
use crate::object::{Header, flags, heap_of};
use std::cell::RefCell;
use std::ptr::NonNull;

/// With so many entries (1 MiB of them) a collection is due: memory of the set does not count.
const MOST_ENTRIES: usize = 128 * 1024;

/// Old objects that may refer to young ones. Their `OLD` flag is off, which keeps the barrier from
/// adding them again.
#[derive(Default)]
pub(super) struct Remembered(RefCell<Vec<NonNull<Header>>>);

/// Notes that a value was stored into an object.
///
/// # Safety
/// The object is alive.
#[inline(always)]
pub(crate) unsafe fn write_barrier<T>(object: NonNull<T>, value: u64) {
    if bits::is_object(value) {
        // SAFETY: the caller's promise.
        unsafe { write_barrier_for_many(object) }
    }
}

/// Notes that values were stored into an object.
///
/// # Safety
/// The object is alive.
#[inline(always)]
pub(crate) unsafe fn write_barrier_for_many<T>(object: NonNull<T>) {
    // SAFETY: the caller's promise; objects begin with a header.
    unsafe {
        let object = object.cast::<Header>();
        if object.as_ref().flags.get() & flags::OLD != 0 {
            remember(object);
        }
    }
}

/// Puts an old object into the remembered set.
///
/// # Safety
/// The object is alive.
#[cold]
#[inline(never)]
unsafe fn remember(object: NonNull<Header>) {
    // SAFETY: the caller's promise.
    let (header, heap) = unsafe { (object.as_ref(), heap_of(object)) };
    header.flags.set(header.flags.get() & !flags::OLD);
    let mut entries = heap.remembered.0.borrow_mut();
    entries.push(object);
    if entries.len() == MOST_ENTRIES {
        heap.want_collection();
    }
}

impl Heap {
    /// Traces the remembered objects: part of a minor collection.
    pub(super) fn trace_remembered(&self, marker: &mut Marker) {
        for object in self.remembered.0.take() {
            // SAFETY: old objects live until a full collection, which empties the set.
            unsafe {
                let flag_bits = &object.as_ref().flags;
                flag_bits.set(flag_bits.get() | flags::OLD);
                marker.trace(object);
            }
        }
    }

    /// Empties the set: a full collection looks at everything, and makes what it reaches old.
    pub(super) fn forget_remembered(&self) {
        self.remembered.0.take();
    }
}
