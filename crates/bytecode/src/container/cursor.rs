//! Walking through bytes that nobody vouches for.

use super::{Problem, ReadError};

/// A place in a file, and the end of what may be read from there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
    offset: usize,
}

type Read<T> = Result<T, ReadError>;

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, offset: 0 }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// A problem with the field that begins here.
    pub(super) fn error(&self, field: &'static str, problem: Problem) -> ReadError {
        ReadError { offset: self.offset, field, problem }
    }

    /// Fails unless so many bytes are left.
    fn need(&self, field: &'static str, needed: u64) -> Read<()> {
        let left = self.rest.len();
        if needed <= left as u64 {
            return Ok(());
        }
        Err(self.error(field, Problem::Cut { needed, left }))
    }

    pub(super) fn bytes(&mut self, field: &'static str, count: usize) -> Read<&'a [u8]> {
        self.need(field, count as u64)?;
        let (bytes, rest) = self.rest.split_at(count);
        self.rest = rest;
        self.offset += count;
        Ok(bytes)
    }

    /// The next so many bytes as a place of their own.
    pub(super) fn part(&mut self, field: &'static str, count: usize) -> Read<Cursor<'a>> {
        let offset = self.offset;
        Ok(Cursor { rest: self.bytes(field, count)?, offset })
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Read<[u8; N]> {
        let bytes = self.bytes(field, N)?;
        Ok(bytes.try_into().expect("as many bytes as were asked for"))
    }

    pub(super) fn u8(&mut self, field: &'static str) -> Read<u8> {
        self.array(field).map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self, field: &'static str) -> Read<u16> {
        self.array(field).map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self, field: &'static str) -> Read<u32> {
        self.array(field).map(u32::from_le_bytes)
    }

    pub(super) fn f64(&mut self, field: &'static str) -> Read<f64> {
        self.array(field).map(f64::from_le_bytes)
    }

    /// A count of things that have at least `size` bytes each: there cannot be more than fit.
    pub(super) fn count(&mut self, field: &'static str, size: usize) -> Read<usize> {
        let at = *self;
        let count = self.u32(field)?;
        let left = self.rest.len();
        match u64::from(count) * size as u64 {
            needed if needed > left as u64 => Err(at.error(field, Problem::Cut { needed, left })),
            _ => Ok(count as usize),
        }
    }

    /// A text with its length before it.
    pub(super) fn text(&mut self, field: &'static str) -> Read<&'a str> {
        let at = *self;
        let length = self.count(field, 1)?;
        let bytes = self.bytes(field, length)?;
        std::str::from_utf8(bytes).map_err(|_| at.error(field, Problem::Utf8))
    }

    /// A number of seven bits a byte, the lowest first, the highest bit of each but the last set.
    pub(super) fn varint(&mut self, field: &'static str) -> Read<u32> {
        // Nearly all have one byte.
        if let Some((&byte, rest)) = self.rest.split_first()
            && byte < 0x80
        {
            self.rest = rest;
            self.offset += 1;
            return Ok(byte.into());
        }
        let at = *self;
        let mut value = 0_u64;
        for shift in (0..35).step_by(7) {
            let byte = self.u8(field)?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                if byte == 0 && shift > 0 {
                    return Err(at.error(field, Problem::NotShortest));
                }
                return u32::try_from(value).map_err(|_| at.error(field, Problem::Range(value)));
            }
        }
        Err(at.error(field, Problem::Range(value)))
    }

    /// The varints from here on, as long as they have one byte or two and `take` likes them: it is
    /// given `N` at a time. They are read then.
    #[inline]
    pub(super) fn take_short<const N: usize>(&mut self, mut take: impl FnMut([u32; N]) -> bool) {
        const { assert!(2 * N <= size_of::<u64>()) };
        /// The bit of each byte of a window that says that another one follows.
        const MORE: u64 = u64::from_le_bytes([0x80; 8]);
        let mut rest = self.rest;
        while let Some(bytes) = rest.first_chunk::<8>() {
            // What is left of the window, the next byte lowest.
            let mut window = u64::from_le_bytes(*bytes);
            let (mut size, mut short) = (N, true);
            let values = if window & (MORE >> (64 - 8 * N)) == 0 {
                std::array::from_fn(|index| bytes[index].into())
            } else {
                let mut values = [0; N];
                for value in &mut values {
                    let (low, high) = (window as u32 & 0x7f, (window >> 8) as u32 & 0xff);
                    let long = window & 0x80 != 0;
                    short &= !long || high.wrapping_sub(1) < 0x7f;
                    *value = if long { low | high << 7 } else { low };
                    window >>= if long { 16 } else { 8 };
                    size += usize::from(long);
                }
                values
            };
            if !short || !take(values) {
                break;
            }
            rest = &rest[size..];
        }
        self.offset += self.rest.len() - rest.len();
        self.rest = rest;
    }

    /// A varint count of things that have at least `size` bytes each.
    pub(super) fn varint_count(&mut self, field: &'static str, size: usize) -> Read<usize> {
        let at = *self;
        let count = self.varint(field)?;
        let left = self.rest.len();
        match u64::from(count) * size as u64 {
            needed if needed > left as u64 => Err(at.error(field, Problem::Cut { needed, left })),
            _ => Ok(count as usize),
        }
    }

    /// Fails unless everything was read.
    pub(super) fn end(&self, field: &'static str) -> Read<()> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(self.error(field, Problem::Excess(left))),
        }
    }
}
