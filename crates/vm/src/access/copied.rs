//! Containers that are copied when they are assigned.

use super::arrays::{ARRAY_SHAPE, push, truncated};
use super::{TABLE_SHAPE, object_at, shape};
use sox_runtime::raw;

/// Marks a value as held in several places, if it is a container.
///
/// # Safety
/// The word is a live value.
#[inline(always)]
pub(crate) unsafe fn share(word: u64) {
    // SAFETY: the caller's promise; every object begins with a header.
    unsafe {
        if raw::is_object(word)
            && matches!(shape(word), ARRAY_SHAPE | TABLE_SHAPE | raw::VIEW_SHAPE)
        {
            let flags = &(*object_at::<raw::Header>(word)).flags;
            flags.set(flags.get() | raw::flags::SHARED);
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

/// The element of an array, also of one that shows the items of another.
///
/// # Safety
/// Both words are live values.
#[inline(always)]
pub(crate) unsafe fn read_element(array: u64, index: u64) -> Option<u64> {
    // SAFETY: arrays are told by their shape; the items are as many as the length says.
    unsafe {
        if !raw::is_object(array) || !matches!(shape(array), ARRAY_SHAPE | raw::VIEW_SHAPE) {
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
