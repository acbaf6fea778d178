//! Strings: immutable UTF-8.
//!
//! A string is *inline* (its bytes are in the object), *flat* (in a shared [`Buffer`]) or a *rope*
//! (two strings, until its text is wanted). How many characters it has is known from the beginning;
//! where they are is plain for ASCII and comes from a sparse index otherwise.

mod buffer;
mod builder;
mod chars;
mod concat;
mod intern;

pub(crate) use buffer::Buffer;
pub(crate) use builder::ShortText;
pub use builder::StringBuilder;
pub(crate) use chars::CharIndex;
pub(crate) use concat::{concat, concat_short, flatten, substring, too_long};
pub(crate) use intern::Interner;

use crate::heap::Heap;
use crate::object::{Header, STRING_INLINE, StringObject, StringTail, flags, heap_of, kind};
use crate::value::Str;
use crate::{Fault, Isolate};
use std::cell::Cell;
use std::ptr::NonNull;

/// Texts up to this many bytes are in the object itself.
pub(crate) const INLINE: usize = 224;

/// An inline string made of parts, which together have at most [`INLINE`] bytes.
pub(crate) fn inline_string(
    heap: &Heap,
    chars: usize,
    parts: &[&[u8]],
) -> Result<NonNull<StringObject>, Fault> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    debug_assert!(length <= INLINE);
    let ascii = if chars == length { flags::ASCII } else { 0 };
    let string = heap.make_in(
        StringObject {
            header: Header::new(kind::STRING, flags::INLINE | ascii),
            length: length as u32,
            hash: Cell::new(0),
            chars: chars as u32,
            _padding: 0,
            data: Cell::new(std::ptr::null()),
        },
        length,
        false,
    )?;
    // SAFETY: room for the bytes was asked for.
    unsafe {
        let data = string.as_ptr().cast::<u8>().add(STRING_INLINE);
        let mut place = data;
        for part in parts {
            place.copy_from_nonoverlapping(part.as_ptr(), part.len());
            place = place.add(part.len());
        }
        string.as_ref().data.set(data);
    }
    Ok(string)
}

/// A new string with this text.
pub(crate) fn new_string(heap: &Heap, text: &str) -> Result<NonNull<StringObject>, Fault> {
    if text.len() > heap.max_length {
        return Err(too_long(heap));
    }
    let chars = chars::count(text.as_bytes());
    if text.len() <= INLINE {
        return inline_string(heap, chars, &[text.as_bytes()]);
    }
    let buffer = Buffer::new(heap, text.len())?;
    // SAFETY: a fresh buffer with room for the text.
    unsafe {
        Buffer::append(buffer, text.as_ptr(), text.len());
        let data = Buffer::bytes(buffer).as_ptr();
        concat::flat_string(heap, buffer, data, text.len(), chars)
    }
}

/// The string of one character; those of ASCII are kept.
pub(crate) fn character_string(
    heap: &Heap,
    character: char,
) -> Result<NonNull<StringObject>, Fault> {
    let kept = heap.characters.get(character as usize);
    if let Some(string) = kept.and_then(Cell::get) {
        return Ok(string);
    }
    let string = new_string(heap, character.encode_utf8(&mut [0; 4]))?;
    if let Some(place) = kept {
        place.set(Some(string));
    }
    Ok(string)
}

/// The part of a string behind the fixed one, unless it is inline.
///
/// # Safety
/// The string is alive.
pub(crate) unsafe fn tail<'a>(string: NonNull<StringObject>) -> Option<&'a StringTail> {
    // SAFETY: the caller's promise; strings that are not inline have the tail.
    unsafe {
        (!string.as_ref().has(flags::INLINE)).then(|| string.add(1).cast::<StringTail>().as_ref())
    }
}

/// # Safety
/// The string is alive.
pub(crate) unsafe fn is_rope(string: NonNull<StringObject>) -> bool {
    // SAFETY: the caller's promise.
    unsafe { string.as_ref() }.has(flags::ROPE)
}

/// The parts of a rope.
///
/// # Safety
/// The string is alive.
pub(crate) unsafe fn rope_parts(
    string: NonNull<StringObject>,
) -> Option<(NonNull<StringObject>, NonNull<StringObject>)> {
    // SAFETY: in a rope these fields are its parts.
    unsafe {
        if !is_rope(string) {
            return None;
        }
        let left = string.as_ref().data.get().cast_mut().cast::<StringObject>();
        let right = tail(string)?.buffer.get().cast::<StringObject>();
        Some((NonNull::new_unchecked(left), NonNull::new_unchecked(right)))
    }
}

/// The text of a string; ropes are flattened.
///
/// # Safety
/// The string is alive for `'a`.
pub(crate) unsafe fn text_of<'a>(string: NonNull<StringObject>) -> &'a str {
    // SAFETY: the caller's promise; bytes of strings are UTF-8 and never change or move.
    unsafe {
        if is_rope(string) {
            // It cannot fail when limits are told late.
            let _ = flatten(heap_of(string), string, true);
        }
        let object = string.as_ref();
        let bytes = std::slice::from_raw_parts(object.data.get(), object.length as usize);
        std::str::from_utf8_unchecked(bytes)
    }
}

/// The hash of a string, computed once.
///
/// # Safety
/// The string is alive.
pub(crate) unsafe fn hash_of(heap: &Heap, string: NonNull<StringObject>) -> u32 {
    // SAFETY: the caller's promise.
    unsafe {
        let known = string.as_ref().hash.get();
        if known != 0 {
            return known;
        }
        let hash = heap.hash.bytes(text_of(string).as_bytes());
        string.as_ref().hash.set(hash);
        hash
    }
}

/// Whether two strings have the same text.
///
/// # Safety
/// Both are alive.
pub(crate) unsafe fn equal(a: NonNull<StringObject>, b: NonNull<StringObject>) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        if a == b {
            return true;
        }
        let (left, right) = (a.as_ref(), b.as_ref());
        if left.length != right.length || left.chars != right.chars {
            return false;
        }
        let (hash, other) = (left.hash.get(), right.hash.get());
        let same_heap = std::ptr::eq(heap_of(a), heap_of(b));
        if same_heap && hash != 0 && other != 0 && hash != other {
            return false;
        }
        if same_heap && left.has(flags::INTERNED) && right.has(flags::INTERNED) {
            return false;
        }
        text_of(a) == text_of(b)
    }
}

/// Gives back what a dead string owns.
///
/// # Safety
/// The string is dead and not finalized yet.
pub(crate) unsafe fn finalize(heap: &Heap, string: NonNull<StringObject>) {
    // SAFETY: the caller's promise; a flat string is a user of its buffer and owns its index.
    unsafe {
        if let Some(tail) = tail(string).filter(|_| !is_rope(string)) {
            if let Some(buffer) = NonNull::new(tail.buffer.get()) {
                Buffer::release(heap, buffer);
            }
            if let Some(index) = NonNull::new(tail.index.get()) {
                CharIndex::free(heap, index);
            }
        }
    }
}

impl<'h> Str<'h> {
    /// The text. Ropes are flattened (iteratively) on first use; see [`Str::flat`] for the form
    /// that respects the memory limit at once.
    #[inline]
    pub fn text(self) -> &'h str {
        // SAFETY: a handle's string is alive for 'h, as long as which no collection happens.
        unsafe { text_of(self.object()) }
    }

    /// The text, or the memory limit's fault if flattening a rope would exceed it.
    pub fn flat(self) -> Result<&'h str, Fault> {
        // SAFETY: as above.
        unsafe {
            flatten(heap_of(self.object()), self.object(), false)?;
            Ok(text_of(self.object()))
        }
    }

    /// Bytes.
    #[inline]
    pub fn byte_len(self) -> usize {
        self.object_ref().length as usize
    }

    /// Characters; cached.
    #[inline]
    pub fn char_len(self) -> usize {
        self.object_ref().chars as usize
    }

    /// Whether every character is one byte.
    #[inline]
    pub fn is_ascii(self) -> bool {
        self.object_ref().has(flags::ASCII)
    }

    /// Whether this is the one string of its text that [`Isolate::intern`] gives.
    pub fn is_interned(self) -> bool {
        self.object_ref().has(flags::INTERNED)
    }

    /// The byte offset of a character position (O(1) for ASCII, sparse index otherwise); the
    /// number of characters itself gives the length in bytes.
    pub fn byte_offset(self, char_index: usize) -> Option<usize> {
        if char_index > self.char_len() {
            return None;
        }
        if self.is_ascii() {
            return Some(char_index);
        }
        let text = self.text();
        // SAFETY: the handle's string is alive, and flat after `text`.
        Some(unsafe { chars::offset_in(heap_of(self.object()), self.object(), text, char_index) })
    }

    /// The character at a position.
    pub fn char_at(self, char_index: usize) -> Option<char> {
        let at = self.byte_offset(char_index)?;
        self.text()[at..].chars().next()
    }

    /// The interned string with the same text, if there is one.
    pub(crate) fn interned(self) -> Option<NonNull<StringObject>> {
        if self.is_interned() {
            return Some(self.object());
        }
        // SAFETY: the handle's string is alive.
        unsafe {
            let heap = heap_of(self.object());
            let hash = hash_of(heap, self.object());
            heap.interner.find(hash, self.text().as_bytes())
        }
    }
}

impl std::fmt::Debug for Str<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:?}", self.text())
    }
}

impl Isolate {
    /// A new string.
    pub fn string(&self, text: &str) -> Result<Str<'_>, Fault> {
        // SAFETY: a new object of this isolate's heap.
        new_string(self.heap(), text).map(|string| unsafe { Str::from_object(string) })
    }

    /// A new string.
    pub fn string_owned(&self, text: String) -> Result<Str<'_>, Fault> {
        self.string(&text)
    }

    /// The string of one character.
    pub fn character(&self, character: char) -> Result<Str<'_>, Fault> {
        let string = character_string(self.heap(), character)?;
        // SAFETY: an object of this isolate's heap.
        Ok(unsafe { Str::from_object(string) })
    }

    /// The one string with this text: for names. Kept while mentioned.
    pub fn intern(&self, text: &str) -> Result<Str<'_>, Fault> {
        let heap = self.heap();
        let string = heap.interner.intern(heap, text, || new_string(heap, text))?;
        // SAFETY: an object of this isolate's heap.
        Ok(unsafe { Str::from_object(string) })
    }

    /// a followed by b: in place or as a rope where that pays.
    pub fn concat<'h>(&'h self, a: Str<'h>, b: Str<'h>) -> Result<Str<'h>, Fault> {
        self.heap().check_own(a.bits());
        self.heap().check_own(b.bits());
        // SAFETY: two strings of this isolate.
        unsafe {
            concat(self.heap(), a.object(), b.object()).map(|string| Str::from_object(string))
        }
    }

    /// The part of a string between two byte offsets, which must be between characters.
    ///
    /// # Panics
    /// As slicing a `str` does.
    pub fn substring<'h>(
        &'h self,
        s: Str<'h>,
        bytes: std::ops::Range<usize>,
    ) -> Result<Str<'h>, Fault> {
        self.heap().check_own(s.bits());
        let part = &s.flat()?[bytes.clone()];
        if part.len() == s.byte_len() {
            return Ok(s);
        }
        let chars = if s.is_ascii() { part.len() } else { chars::count(part.as_bytes()) };
        // SAFETY: the string is flat now, and the range was checked by slicing.
        unsafe {
            substring(self.heap(), s.object(), bytes, chars).map(|part| Str::from_object(part))
        }
    }

    /// The part of a string in a range of characters, which is cut to what there is.
    pub fn slice_chars<'h>(
        &'h self,
        s: Str<'h>,
        chars: std::ops::Range<usize>,
    ) -> Result<Str<'h>, Fault> {
        s.flat()?;
        let end = chars.end.min(s.char_len());
        let start = chars.start.min(end);
        let bytes = s.byte_offset(start).unwrap_or(0)..s.byte_offset(end).unwrap_or(0);
        self.substring(s, bytes)
    }

    /// A builder for a text whose length is not known, with memory and length limits.
    pub fn string_builder(&self) -> StringBuilder<'_> {
        StringBuilder::new(self)
    }
}
