//! Arrays and their indices as words.

use super::{object_at, shape, stored};
use sox_runtime::raw;

/// The shape of arrays.
pub(super) const ARRAY_SHAPE: u32 = raw::kind::ARRAY as u32;

/// An array, if the value is one.
///
/// # Safety
/// The word is a live value.
#[inline(always)]
unsafe fn array<'h>(word: u64) -> Option<&'h raw::ArrayObject> {
    // SAFETY: arrays are told by their shape.
    unsafe {
        let is_array = raw::is_object(word) && shape(word) == ARRAY_SHAPE;
        is_array.then(|| &*object_at::<raw::ArrayObject>(word))
    }
}

/// The place of an element of an array.
///
/// # Safety
/// Both words are live values.
#[inline(always)]
pub(crate) unsafe fn element(word: u64, index: u64) -> Option<*mut u64> {
    // SAFETY: the caller's promise; the items are as many as the length says.
    unsafe {
        let array = array(word)?;
        let number = f64::from_bits(index);
        let at = truncated(number);
        // A number that is no whole index (or no number at all) goes the slow way.
        if at as u64 >= u64::from(array.length.get()) || at as f64 != number {
            return None;
        }
        Some(array.items.get().add(at as usize))
    }
}

/// The length of an array, as a value.
///
/// # Safety
/// The word is a live value.
#[inline(always)]
pub(crate) unsafe fn array_length(word: u64) -> Option<u64> {
    // SAFETY: the caller's promise.
    unsafe { array(word) }.map(|array| f64::from(array.length.get()).to_bits())
}

/// Appends to an array that has room; tells whether it was one.
///
/// # Safety
/// Both are live values of one isolate.
#[inline(always)]
pub(crate) unsafe fn push(word: u64, value: u64) -> bool {
    // SAFETY: the caller's promise; there is room for as many elements as the capacity says.
    unsafe {
        match array(word) {
            Some(array) if array.length.get() < array.capacity.get() => {
                let length = array.length.get();
                *array.items.get().add(length as usize) = value;
                array.length.set(length + 1);
                stored(word, value);
                true
            }
            _ => false,
        }
    }
}

/// Takes the last element of an array that has one.
///
/// # Safety
/// The word is a live value.
#[inline(always)]
pub(crate) unsafe fn pop(word: u64) -> Option<u64> {
    // SAFETY: the caller's promise; elements below the length are values.
    unsafe {
        let array = array(word)?;
        let length = array.length.get().checked_sub(1)?;
        array.length.set(length);
        Some(*array.items.get().add(length as usize))
    }
}

/// A number without its fraction; of a number that is too large, or none, something that is no
/// index. (`as` would make it the nearest number, which takes x86-64 four instructions more.)
#[inline(always)]
pub(super) fn truncated(number: f64) -> i64 {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        use std::arch::x86_64::{_mm_cvttsd_si64, _mm_set_sd};
        // SAFETY: every x86-64 processor has SSE2.
        unsafe { _mm_cvttsd_si64(_mm_set_sd(number)) }
    }
    #[cfg(any(not(target_arch = "x86_64"), miri))]
    {
        number as i64
    }
}

/// The greatest whole number that is not greater, without the call that it takes where the
/// processor need not have an instruction for it.
#[inline(always)]
pub(crate) fn floor(number: f64) -> f64 {
    let whole = truncated(number) as f64;
    // Of numbers that size all are whole; zero keeps its sign.
    if number.abs() >= 4_503_599_627_370_496.0 || whole == number {
        return number;
    }
    // What is left is no whole number, or a NaN, which both comparisons find false.
    if whole > number {
        whole - 1.0
    } else if whole < number {
        whole
    } else {
        f64::NAN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_are_those_of_the_library() {
        let numbers = [0.0, 0.3, 0.5, 1.0, 1.5, 2.0, 4.5e15, 4.6e15, 9.3e18, 1e300, f64::INFINITY];
        for number in numbers.into_iter().flat_map(|number: f64| [number, -number]) {
            assert_eq!(floor(number).to_bits(), number.floor().to_bits(), "{number}");
        }
        assert!(floor(f64::NAN).is_nan());
    }
}
