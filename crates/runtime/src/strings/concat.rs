//! Joining: by copying, in place, or as a rope.
//!
//! * Up to [`INLINE`] bytes are copied into one object.
//! * If the left text ends at the fill mark of its buffer and the right one is not longer, the
//!   buffer is extended; when it is full, a buffer of twice the size takes over, once per buffer.
//!   So `s = s + x` is linear however often `s` is read.
//! * Otherwise a *rope* remembers both parts. When its text is wanted it is written into a buffer,
//!   iteratively. A rope whose right part is small or extensible takes more text there, so appending
//!   to an unread rope makes no chain.

use super::{Buffer, INLINE, StringObject, inline_string, is_rope, rope_parts, tail};
use crate::Fault;
use crate::heap::Heap;
use crate::object::{Header, StringTail, flags, kind};
use std::cell::Cell;
use std::ptr::NonNull;

/// Buffers of texts from here on grow by half instead of twice.
const LARGE: usize = 1 << 20;

type Object = NonNull<StringObject>;

/// The fault of a string that would be too long.
pub(crate) fn too_long(heap: &Heap) -> Fault {
    Fault::value_error(format!("String is too long. limit={}", heap.max_length))
}

/// A string object with a tail: flat in `buffer`, or a rope.
pub(super) fn outline_string(
    heap: &Heap,
    flag_bits: u8,
    length: usize,
    chars: usize,
    data: *const u8,
    buffer: *mut Buffer,
) -> Result<Object, Fault> {
    let ascii = if chars == length { flags::ASCII } else { 0 };
    let object = heap.make_in(
        StringObject {
            header: Header::new(kind::STRING, flag_bits | ascii),
            length: length as u32,
            hash: Cell::new(0),
            chars: chars as u32,
            _padding: 0,
            data: Cell::new(data),
        },
        size_of::<StringTail>(),
        true,
    )?;
    // SAFETY: room for the tail was asked for.
    unsafe {
        let tail = StringTail { buffer: Cell::new(buffer), index: Cell::default() };
        object.add(1).cast::<StringTail>().write(tail);
    }
    Ok(object)
}

/// A string in a buffer, of which it becomes a user. If that fails, a buffer without users is freed.
///
/// # Safety
/// The buffer is alive; `data` is `length` bytes of UTF-8 in it before the fill mark.
pub(super) unsafe fn flat_string(
    heap: &Heap,
    buffer: NonNull<Buffer>,
    data: *const u8,
    length: usize,
    chars: usize,
) -> Result<Object, Fault> {
    // SAFETY: the caller's promise.
    unsafe {
        let users = buffer.as_ref().users.get();
        match outline_string(heap, 0, length, chars, data, buffer.as_ptr()) {
            Ok(string) => {
                buffer.as_ref().users.set(users + 1);
                Ok(string)
            }
            Err(fault) => {
                if users == 0 {
                    Buffer::release(heap, buffer);
                }
                Err(fault)
            }
        }
    }
}

/// `a` followed by `b`.
///
/// # Safety
/// Both are strings of the heap that are alive.
pub(crate) unsafe fn concat(heap: &Heap, a: Object, b: Object) -> Result<Object, Fault> {
    // SAFETY: the caller's promise; only flat strings up to INLINE have no buffer.
    unsafe {
        let (left, right) = (a.as_ref(), b.as_ref());
        let (left_length, right_length) = (left.length as usize, right.length as usize);
        if right_length == 0 {
            return Ok(a);
        }
        if left_length == 0 {
            return Ok(b);
        }
        let length = left_length + right_length;
        if length > heap.max_length {
            return Err(too_long(heap));
        }
        let chars = left.chars as usize + right.chars as usize;
        if length <= INLINE {
            return inline_string(
                heap,
                chars,
                &[
                    std::slice::from_raw_parts(left.data.get(), left_length),
                    std::slice::from_raw_parts(right.data.get(), right_length),
                ],
            );
        }
        // A rope is as good as its text, which must fit one day.
        heap.check_size(length)?;
        if is_rope(a) {
            if let Some((first, last)) = rope_parts(a)
                && right_length <= INLINE
                && !is_rope(last)
                && (last.as_ref().length as usize + right_length <= INLINE
                    || buffer_at_mark(last).is_some())
            {
                let last = concat(heap, last, b)?;
                return rope(heap, length, chars, first, last);
            }
        } else if right_length <= left_length.max(INLINE) {
            if let Some(buffer) = buffer_at_mark(a) {
                return extend(heap, buffer, a, b, chars);
            }
            if tail(a).is_none() && right_length <= INLINE {
                let buffer = Buffer::new(heap, 2 * length)?;
                Buffer::append(buffer, left.data.get(), left_length);
                write_parts(buffer, b);
                let data = Buffer::bytes(buffer).as_ptr();
                return flat_string(heap, buffer, data, length, chars);
            }
        }
        rope(heap, length, chars, a, b)
    }
}

/// A string and an ASCII text, the string first or last; `None` if that is too long for one object.
///
/// # Safety
/// The string is alive, of this heap.
pub(crate) unsafe fn concat_short(
    heap: &Heap,
    string: Object,
    text: &str,
    string_first: bool,
) -> Result<Option<Object>, Fault> {
    // SAFETY: the caller's promise; only flat strings are so short.
    unsafe {
        let fields = string.as_ref();
        let length = fields.length as usize;
        if length + text.len() > INLINE.min(heap.max_length) || length == 0 {
            return Ok(None);
        }
        let own = std::slice::from_raw_parts(fields.data.get(), length);
        let parts = match string_first {
            true => [own, text.as_bytes()],
            false => [text.as_bytes(), own],
        };
        inline_string(heap, fields.chars as usize + text.len(), &parts).map(Some)
    }
}

fn rope(heap: &Heap, length: usize, chars: usize, a: Object, b: Object) -> Result<Object, Fault> {
    outline_string(heap, flags::ROPE, length, chars, a.as_ptr().cast(), b.as_ptr().cast())
}

/// The buffer of a flat string whose text ends at the fill mark.
///
/// # Safety
/// The string is alive.
unsafe fn buffer_at_mark(string: Object) -> Option<NonNull<Buffer>> {
    // SAFETY: the caller's promise; a flat string's buffer is alive.
    unsafe {
        let buffer = NonNull::new(tail(string)?.buffer.get())?;
        let end = string.as_ref().data.get() as usize + string.as_ref().length as usize;
        let mark =
            (Buffer::bytes(buffer).as_ptr() as usize).wrapping_add(buffer.as_ref().fill.get());
        (end == mark).then_some(buffer)
    }
}

/// `a + b` where the text of `a` ends at the mark of the buffer.
///
/// # Safety
/// As [`concat`]; and that.
unsafe fn extend(
    heap: &Heap,
    buffer: NonNull<Buffer>,
    a: Object,
    b: Object,
    chars: usize,
) -> Result<Object, Fault> {
    // SAFETY: the caller's promise; capacities are checked before bytes are appended.
    unsafe {
        let left = a.as_ref();
        let length = left.length as usize + b.as_ref().length as usize;
        let fill = buffer.as_ref().fill.get();
        if fill + b.as_ref().length as usize <= buffer.as_ref().capacity {
            write_parts(buffer, b);
            let string = flat_string(heap, buffer, left.data.get(), length, chars);
            if string.is_err() {
                buffer.as_ref().fill.set(fill);
            }
            return string;
        }
        // Large texts grow by half; near the limit of memory, by little more than is needed.
        let wanted = length + if length < LARGE { length } else { length / 2 };
        let larger = Buffer::new(heap, wanted.min(heap.max_length))
            .or_else(|_| Buffer::new(heap, length.max(fill + fill / 16).min(wanted)))?;
        Buffer::append(larger, left.data.get(), left.length as usize);
        write_parts(larger, b);
        let data = Buffer::bytes(larger).as_ptr();
        let string = flat_string(heap, larger, data, length, chars)?;
        buffer.as_ref().fill.set(usize::MAX);
        Ok(string)
    }
}

/// Appends the text of a string, which may be a rope, to a buffer.
///
/// # Safety
/// The string and the buffer are alive, and there is room.
unsafe fn write_parts(buffer: NonNull<Buffer>, string: Object) {
    // SAFETY: the caller's promise.
    unsafe {
        let start = buffer.as_ref().fill.get();
        let length = string.as_ref().length as usize;
        write_parts_at(Buffer::bytes(buffer).as_ptr().add(start), string);
        buffer.as_ref().fill.set(start + length);
    }
}

/// Writes the text of a string to a place, from the end to the beginning (ropes mostly grow to the
/// left, so the list of parts to do stays short).
///
/// # Safety
/// The string is alive, and the place has room and no readers.
unsafe fn write_parts_at(place: *mut u8, string: Object) {
    // SAFETY: the caller's promise; the lengths of the parts of a rope add up to its length.
    unsafe {
        if !is_rope(string) {
            let string = string.as_ref();
            place.copy_from_nonoverlapping(string.data.get(), string.length as usize);
            return;
        }
        let mut end = place.add(string.as_ref().length as usize);
        let mut parts = vec![string];
        while let Some(part) = parts.pop() {
            match rope_parts(part) {
                Some((left, right)) => parts.extend([left, right]),
                None => {
                    let part = part.as_ref();
                    end = end.sub(part.length as usize);
                    end.copy_from_nonoverlapping(part.data.get(), part.length as usize);
                }
            }
        }
    }
}

/// Gives a rope a text of its own. With `late` memory limits are told at the next safepoint.
///
/// # Safety
/// The string is alive.
pub(crate) unsafe fn flatten(heap: &Heap, string: Object, late: bool) -> Result<(), Fault> {
    // SAFETY: the caller's promise; a rope has a tail.
    unsafe {
        if !is_rope(string) {
            return Ok(());
        }
        let rope = string.as_ref();
        let length = rope.length as usize;
        let buffer = if late { Buffer::new_late(heap, length) } else { Buffer::new(heap, length)? };
        write_parts(buffer, string);
        buffer.as_ref().users.set(1);
        if let Some(tail) = tail(string) {
            tail.buffer.set(buffer.as_ptr());
        }
        rope.data.set(Buffer::bytes(buffer).as_ptr());
        rope.header.flags.set(rope.header.flags.get() & !flags::ROPE);
        Ok(())
    }
}

/// Part of a flat string, given as bytes that begin and end between characters.
///
/// # Safety
/// The string is alive and flat, the range within it, and `chars` how many characters it holds.
pub(crate) unsafe fn substring(
    heap: &Heap,
    string: Object,
    range: std::ops::Range<usize>,
    chars: usize,
) -> Result<Object, Fault> {
    // SAFETY: the caller's promise.
    unsafe {
        let data = string.as_ref().data.get().add(range.start);
        if range.len() <= INLINE {
            return inline_string(heap, chars, &[std::slice::from_raw_parts(data, range.len())]);
        }
        // Longer strings are never inline. Large parts share the buffer; small ones would keep too
        // much alive.
        if let Some(buffer) = tail(string).and_then(|tail| NonNull::new(tail.buffer.get()))
            && range.len() >= buffer.as_ref().capacity / 2
        {
            return flat_string(heap, buffer, data, range.len(), chars);
        }
        let buffer = Buffer::new(heap, range.len())?;
        Buffer::append(buffer, data, range.len());
        flat_string(heap, buffer, Buffer::bytes(buffer).as_ptr(), range.len(), chars)
    }
}
