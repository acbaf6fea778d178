//! Building a text piece by piece within the limits.

use super::{Buffer, INLINE, chars, concat::flat_string, inline_string, too_long};
use crate::value::Str;
use crate::{Fault, Isolate};
use std::ptr::NonNull;

/// Grows a text on the account of an isolate.
///
/// ```
/// # use sox_runtime::{Config, Isolate};
/// let iso = Isolate::new(Config::default());
/// let mut builder = iso.string_builder();
/// builder.push_str("one")?;
/// builder.push_char('!')?;
/// assert_eq!(builder.finish()?.text(), "one!");
/// # Ok::<(), sox_runtime::Fault>(())
/// ```
pub struct StringBuilder<'h> {
    iso: &'h Isolate,
    /// Without users; none before the first piece.
    buffer: Option<NonNull<Buffer>>,
}

impl<'h> StringBuilder<'h> {
    pub(super) fn new(iso: &'h Isolate) -> StringBuilder<'h> {
        StringBuilder { iso, buffer: None }
    }

    /// Bytes so far.
    pub fn len(&self) -> usize {
        // SAFETY: the builder's buffer is alive.
        self.buffer.map_or(0, |buffer| unsafe { buffer.as_ref() }.fill.get())
    }

    /// Whether nothing was appended yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes room for so many bytes more: fails at once if there is none.
    pub fn reserve(&mut self, more: usize) -> Result<(), Fault> {
        let heap = self.iso.heap();
        let needed = self.len().saturating_add(more);
        if needed > heap.max_length {
            return Err(too_long(heap));
        }
        let Some(buffer) = self.buffer else {
            self.buffer = Some(Buffer::new(heap, needed.max(256))?);
            return Ok(());
        };
        // SAFETY: the builder's buffer is alive and nobody else's.
        unsafe {
            let capacity = buffer.as_ref().capacity;
            if needed > capacity {
                let larger = needed.max((2 * capacity).min(heap.max_length));
                let resized = match Buffer::resize(heap, buffer, larger) {
                    // Near the limit of memory, little more than is needed.
                    Err(_) => {
                        let smaller = needed.max(capacity + capacity / 16).min(larger);
                        Buffer::resize(heap, buffer, smaller)
                    }
                    resized => resized,
                };
                self.buffer = Some(resized?);
            }
        }
        Ok(())
    }

    /// Appends a text.
    #[inline]
    pub fn push_str(&mut self, text: &str) -> Result<(), Fault> {
        if text.is_empty() {
            return Ok(());
        }
        self.reserve(text.len())?;
        if let Some(buffer) = self.buffer {
            // SAFETY: the buffer is alive and has room.
            unsafe { Buffer::append(buffer, text.as_ptr(), text.len()) };
        }
        Ok(())
    }

    /// Appends a character.
    pub fn push_char(&mut self, character: char) -> Result<(), Fault> {
        self.push_str(character.encode_utf8(&mut [0; 4]))
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        match self.buffer {
            // SAFETY: only whole texts were appended, so the bytes before the mark are UTF-8.
            Some(buffer) => unsafe {
                let bytes = Buffer::bytes(buffer).as_ptr();
                let fill = buffer.as_ref().fill.get();
                std::str::from_utf8_unchecked(std::slice::from_raw_parts(bytes, fill))
            },
            None => "",
        }
    }

    /// The string.
    pub fn finish(mut self) -> Result<Str<'h>, Fault> {
        let heap = self.iso.heap();
        let length = self.len();
        let chars = chars::count(self.text().as_bytes());
        let string = match self.buffer {
            Some(buffer) if length > INLINE => {
                // SAFETY: the builder's buffer is alive; it passes to the string, or is freed when
                // making that fails.
                unsafe {
                    self.buffer = None;
                    let slack = buffer.as_ref().capacity - length;
                    let buffer = if slack > length / 4 {
                        Buffer::resize(heap, buffer, length).unwrap_or(buffer)
                    } else {
                        buffer
                    };
                    let data = Buffer::bytes(buffer).as_ptr();
                    flat_string(heap, buffer, data, length, chars)?
                }
            }
            _ => inline_string(heap, chars, &[self.text().as_bytes()])?,
        };
        // SAFETY: a new object of the isolate's heap.
        Ok(unsafe { Str::from_object(string) })
    }
}

impl Drop for StringBuilder<'_> {
    fn drop(&mut self) {
        if let Some(buffer) = self.buffer {
            // SAFETY: the builder's buffer has no users, so this frees it.
            unsafe { Buffer::release(self.iso.heap(), buffer) };
        }
    }
}

/// A text of at most [`INLINE`] bytes that is put together without memory of the isolate.
pub(crate) struct ShortText {
    bytes: [u8; INLINE],
    length: usize,
}

impl ShortText {
    pub(crate) fn new() -> ShortText {
        ShortText { bytes: [0; INLINE], length: 0 }
    }

    /// Bytes that still fit.
    pub(crate) fn room(&self) -> usize {
        INLINE - self.length
    }

    /// Appends a text. False if it does not fit.
    pub(crate) fn push(&mut self, text: &str) -> bool {
        let end = self.length + text.len();
        if end > INLINE {
            return false;
        }
        self.bytes[self.length..end].copy_from_slice(text.as_bytes());
        self.length = end;
        true
    }

    pub(crate) fn as_str(&self) -> &str {
        // SAFETY: only whole texts were appended.
        unsafe { std::str::from_utf8_unchecked(&self.bytes[..self.length]) }
    }
}
