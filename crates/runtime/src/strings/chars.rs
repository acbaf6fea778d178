//! Characters of strings that are not ASCII.

use super::StringObject;
use crate::heap::Heap;
use std::alloc::Layout;
use std::ptr::NonNull;

/// The index holds the place of every so many characters.
pub(crate) const STRIDE: usize = 64;

/// Where every [`STRIDE`]th character begins: `count` offsets follow.
pub(crate) struct CharIndex {
    count: usize,
}

/// How many characters a text has: bytes that do not continue one.
pub(crate) fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| (byte as i8) >= -0x40).count()
}

/// The byte offset of a character in a text, counted from its beginning; at most the length.
pub(crate) fn offset(bytes: &[u8], characters: usize) -> usize {
    let mut left = characters;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte as i8 >= -0x40 {
            if left == 0 {
                return at;
            }
            left -= 1;
        }
    }
    bytes.len()
}

impl CharIndex {
    fn layout(count: usize) -> Layout {
        // A string has less than 2^32 characters.
        Layout::from_size_align(size_of::<CharIndex>() + count * 4, 8)
            .unwrap_or(Layout::new::<CharIndex>())
    }

    /// The index of a text.
    pub(crate) fn new(heap: &Heap, text: &str) -> NonNull<CharIndex> {
        let count = count(text.as_bytes()).div_ceil(STRIDE);
        let index = heap.external_alloc_late(CharIndex::layout(count)).cast::<CharIndex>();
        // SAFETY: fresh memory with room for the head and `count` offsets.
        unsafe {
            index.write(CharIndex { count });
            let mut place = index.add(1).cast::<u32>();
            for (offset, _) in text.char_indices().step_by(STRIDE) {
                place.write(offset as u32);
                place = place.add(1);
            }
        }
        index
    }

    /// The byte offset of a character of the text the index is of.
    ///
    /// # Safety
    /// The index is alive.
    pub(crate) unsafe fn offset(index: NonNull<CharIndex>, text: &[u8], character: usize) -> usize {
        let entry = character / STRIDE;
        // SAFETY: the offsets follow the head; the entry exists.
        let start = unsafe {
            if entry >= index.as_ref().count {
                return text.len();
            }
            index.add(1).cast::<u32>().add(entry).read() as usize
        };
        start + offset(&text[start..], character % STRIDE)
    }

    /// # Safety
    /// The index is alive and not used any more.
    pub(crate) unsafe fn free(heap: &Heap, index: NonNull<CharIndex>) {
        // SAFETY: the caller's promise; the layout it was made with.
        unsafe {
            let layout = CharIndex::layout(index.as_ref().count);
            heap.external_free(index.cast(), layout);
        }
    }
}

/// The byte offset of a character of a flat string that is not ASCII.
///
/// # Safety
/// The string is alive, flat, and has the text.
pub(crate) unsafe fn offset_in(
    heap: &Heap,
    string: NonNull<StringObject>,
    text: &str,
    character: usize,
) -> usize {
    // SAFETY: the caller's promise.
    let Some(tail) = (unsafe { super::tail(string) }) else {
        return offset(text.as_bytes(), character);
    };
    let index = NonNull::new(tail.index.get()).unwrap_or_else(|| {
        let index = CharIndex::new(heap, text);
        tail.index.set(index.as_ptr());
        index
    });
    // SAFETY: the index belongs to the string and its text.
    unsafe { CharIndex::offset(index, text.as_bytes(), character) }
}
