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

    /// The bytes from here on that are varints of one byte each, as long as `take` likes them: it is
    /// given `N` at a time. They are read then.
    #[inline]
    pub(super) fn take_short<const N: usize>(&mut self, mut take: impl FnMut([u32; N]) -> bool) {
        let (groups, _) = self.rest.as_chunks::<N>();
        let is_short = |group: &[u8; N]| group.iter().fold(0, |all, byte| all | byte) < 0x80;
        let taken = groups.iter().take_while(|group| is_short(group) && take(group.map(u32::from)));
        let count = N * taken.count();
        self.rest = &self.rest[count..];
        self.offset += count;
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
