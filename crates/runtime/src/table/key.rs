//! Keys: when they are equal, and their hashes.

use crate::Fault;
use crate::bits;
use crate::heap::Heap;
use crate::object::{header_of, kind};
use crate::strings;
use crate::value::Str;

/// A key as it is compared: `-0` is `0`. Nil and NaN are refused.
#[inline(always)]
pub(super) fn normal_key(key: u64) -> Result<u64, Fault> {
    if bits::is_number(key) {
        let number = f64::from_bits(key);
        if number.is_nan() {
            return Err(nan_key());
        }
        // -0 + 0 is 0, and other numbers stay.
        return Ok((number + 0.0).to_bits());
    }
    match key {
        bits::NIL | bits::UNSET => Err(nil_key()),
        _ => Ok(key),
    }
}

#[cold]
fn nan_key() -> Fault {
    Fault::value_error("Table key can't be nan.")
}

#[cold]
fn nil_key() -> Fault {
    Fault::value_error("Table key can't be nil.")
}

/// # Safety
/// The value is alive.
#[inline(always)]
pub(super) unsafe fn is_string(value: u64) -> bool {
    // SAFETY: the caller's promise.
    bits::is_object(value) && unsafe { header_of(value) }.kind.get() == kind::STRING
}

/// The hash of a normal key.
///
/// # Safety
/// The key is alive, and of this heap.
#[inline(always)]
pub(super) unsafe fn hash(heap: &Heap, key: u64) -> u32 {
    // SAFETY: the caller's promise.
    unsafe {
        if bits::is_number(key) {
            heap.hash.number(f64::from_bits(key))
        } else if is_string(key) {
            strings::hash_of(heap, Str::from_bits(key).object())
        } else {
            heap.hash.word(key)
        }
    }
}

/// Whether the key of an entry, or of a hole, is a string with this text; `own` is the string, if
/// the text is one's.
///
/// # Safety
/// Both are alive, and the hash that of the text.
#[inline]
pub(super) unsafe fn is_text(key: u64, hash: u32, own: Option<u64>, text: &str) -> bool {
    // SAFETY: the caller's promise; keys that are strings are flat and have their hash.
    unsafe {
        if own == Some(key) {
            return true;
        }
        if !is_string(key) {
            return false;
        }
        let string = Str::from_bits(key);
        if string.object_ref().hash.get() != hash {
            return false;
        }
        match own {
            Some(own) => strings::equal(Str::from_bits(own).object(), string.object()),
            None => string.text() == text,
        }
    }
}
