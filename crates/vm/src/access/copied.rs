//! Containers that are copied when they are assigned.

use super::arrays::{ARRAY_SHAPE, element, push, truncated};
use super::{needs_barrier, object_at, shape};
use sox_runtime::raw;

/// Marks a value as held in several places, if it is a container.
///
/// # Safety
/// The word is a live value.
#[inline(always)]
pub(crate) unsafe fn share(word: u64) {
    // SAFETY: the caller's promise; every object begins with a header.
    unsafe {
        if !raw::is_object(word) {
            return;
        }
        let header = &*object_at::<raw::Header>(word);
        if matches!(header.kind.get(), raw::kind::ARRAY | raw::kind::TABLE) {
            header.flags.set(header.flags.get() | raw::flags::SHARED);
        }
    }
}

/// Whether an array may be held in several places.
///
/// # Safety
/// The word is a live array.
#[inline(always)]
pub(crate) unsafe fn is_shared_list(array: u64) -> bool {
    // SAFETY: the caller's promise.
    let flags = unsafe { (*object_at::<raw::Header>(array)).flags.get() };
    flags & raw::flags::SHARED != 0
}

/// Appends to an array that has room and one holder; tells whether it was one.
///
/// # Safety
/// Both are live values of one isolate.
#[inline(always)]
pub(crate) unsafe fn push_own(list: u64, value: u64) -> bool {
    // SAFETY: arrays are told by their shape.
    unsafe {
        raw::is_object(list)
            && shape(list) == ARRAY_SHAPE
            && !is_shared_list(list)
            && push(list, value)
    }
}

/// Stores an element of an array that has one holder; tells whether nothing is left to do. If the
/// collector has to be told, the runtime is to store it once more.
///
/// # Safety
/// All words are live values of one isolate.
#[inline(always)]
pub(crate) unsafe fn set_own_element(list: u64, index: u64, value: u64) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        match element(list, index) {
            Some(place) if !is_shared_list(list) => {
                // Before the question, whose answer then takes no register that has to be saved.
                *place = value;
                !needs_barrier(list, value)
            }
            _ => false,
        }
    }
}

/// The element of an array, also of one that shows the items of another.
///
/// # Safety
/// Both words are live values.
#[inline(always)]
pub(crate) unsafe fn read_element(array: u64, index: u64) -> Option<u64> {
    // SAFETY: arrays are told by their kind; the items are as many as the length says.
    unsafe {
        // Unlike their shape, their kind is the same.
        if !raw::is_object(array)
            || (*object_at::<raw::Header>(array)).kind.get() != raw::kind::ARRAY
        {
            return None;
        }
        let array = &*object_at::<raw::ArrayObject>(array);
        let number = f64::from_bits(index);
        let at = truncated(number);
        if at as u64 >= u64::from(array.length.get()) || at as f64 != number {
            return None;
        }
        Some(*array.items.get().add(at as usize))
    }
}
