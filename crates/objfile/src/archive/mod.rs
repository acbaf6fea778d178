//! Archives of objects (`.a`): read as they are found on systems with ELF, written as GNU ar does.
//!
//! An archive is a row of members behind a first line. Each has a header of 60 bytes, in which numbers
//! are decimal text, and begins at an even place. A first member `/` is an index: which member
//! defines which symbol. A member `//` has names of more than 15 bytes. There is no standard; see ar(5)
//! and the section "Archive File" of the System V gABI. BSD's names, which stand before a member's
//! content, are read too.

mod write;

pub use write::{NewMember, archive};

use crate::elf::defined_symbols;
use crate::record::slice;
use crate::{Error, Foreign};
use std::ops::Range;

const MAGIC: &[u8] = b"!<arch>\n";
const THIN_MAGIC: &[u8] = b"!<thin>\n";
const HEADER_SIZE: u64 = 60;
/// What ends a header.
const HEADER_END: &[u8] = b"`\n";
/// Longest name of a member: names in the table of long names may share bytes.
const MAX_NAME: usize = 4096;

/// Whether a file is an archive, told by its first bytes. One whose members are files of their own
/// is one, too, but cannot be read.
pub fn is_archive(start: &[u8]) -> bool {
    start.starts_with(MAGIC) || start.starts_with(THIN_MAGIC)
}

/// An archive.
#[derive(Clone, Debug)]
pub struct Archive {
    bytes: Vec<u8>,
    members: Vec<Place>,
    /// Each symbol's name and the number of its member, as the index has them.
    symbols: Vec<(Vec<u8>, usize)>,
}

/// Where a member is in the file.
#[derive(Clone, Debug)]
struct Place {
    header: u64,
    name: Range<usize>,
    content: Range<usize>,
}

/// A member of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// The name of the file it was.
    pub name: &'a [u8],
    /// Its bytes.
    pub bytes: &'a [u8],
}

impl Archive {
    /// Reads an archive. If it has no index, one is made of its objects.
    ///
    /// ```
    /// use sox_objfile::archive::{Archive, NewMember, archive};
    ///
    /// let member = NewMember { name: b"notes.txt".to_vec(), bytes: b"text".to_vec() };
    /// let file = archive(&[member])?;
    /// let members = Archive::read(&file)?;
    /// assert_eq!(members.member(0).unwrap().bytes, b"text");
    /// # Ok::<(), sox_objfile::Error>(())
    /// ```
    ///
    /// # Errors
    /// If it is no archive, or not sound, or a thin one, whose members are elsewhere.
    pub fn read(bytes: &[u8]) -> Result<Archive, Error> {
        if bytes.starts_with(THIN_MAGIC) {
            return Err(Foreign::File("a thin archive".into()).into());
        }
        if !bytes.starts_with(MAGIC) {
            return Err(Error::UnknownFormat);
        }
        let mut reader = Reader { bytes, long_names: 0..0, index: None, members: Vec::new() };
        let mut at = MAGIC.len() as u64;
        while at < bytes.len() as u64 {
            at = reader.member(at)?;
        }
        let Reader { index, members, .. } = reader;
        let mut archive = Archive { bytes: bytes.to_vec(), members, symbols: Vec::new() };
        archive.symbols = match index {
            Some((content, width)) => archive.indexed(content, width)?,
            None => archive.found()?,
        };
        Ok(archive)
    }

    /// A member, by its number.
    pub fn member(&self, number: usize) -> Option<Member<'_>> {
        let Place { name, content, .. } = self.members.get(number)?;
        Some(Member { name: &self.bytes[name.clone()], bytes: &self.bytes[content.clone()] })
    }

    /// The members in their order.
    pub fn members(&self) -> impl Iterator<Item = Member<'_>> {
        (0..self.members.len()).filter_map(|number| self.member(number))
    }

    /// The symbols that others may use, each with the number of the member that defines it.
    pub fn symbols(&self) -> impl Iterator<Item = (&[u8], usize)> {
        self.symbols.iter().map(|(name, member)| (&name[..], *member))
    }

    /// The symbols of an index whose numbers have so many bytes.
    fn indexed(&self, content: Range<usize>, width: usize) -> Result<Vec<(Vec<u8>, usize)>, Error> {
        const CUT: Error = Error::Malformed("the archive's index is cut off");
        let number = |at: usize| -> Result<u64, Error> {
            let bytes = self.bytes[content.clone()].get(at..at + width).ok_or(CUT)?;
            Ok(bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte)))
        };
        let count = usize::try_from(number(0)?).map_err(|_| CUT)?;
        let names = count.checked_add(1).and_then(|n| n.checked_mul(width)).ok_or(CUT)?;
        let mut name = content.start.checked_add(names).filter(|&at| at <= content.end);
        let mut symbols = Vec::new();
        for index in 0..count {
            let start = name.ok_or(CUT)?;
            let rest = &self.bytes[start..content.end];
            let end = start + rest.iter().position(|&byte| byte == 0).ok_or(CUT)?;
            name = Some(end + 1);
            let header = number((index + 1) * width)?;
            let member = self.members.binary_search_by_key(&header, |place| place.header);
            let wrong = Error::Malformed("the archive's index leads to no member");
            symbols.push((self.bytes[start..end].to_vec(), member.map_err(|_| wrong)?));
        }
        Ok(symbols)
    }

    /// The symbols as the objects among the members have them.
    fn found(&self) -> Result<Vec<(Vec<u8>, usize)>, Error> {
        let mut symbols = Vec::new();
        for (number, place) in self.members.iter().enumerate() {
            let bytes = &self.bytes[place.content.clone()];
            if !bytes.starts_with(b"\x7fELF") {
                continue;
            }
            let names = defined_symbols(bytes)?.into_iter();
            symbols.extend(names.map(|name| (name.to_vec(), number)));
        }
        Ok(symbols)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    long_names: Range<usize>,
    /// Where the index is, and how many bytes its numbers have.
    index: Option<(Range<usize>, usize)>,
    members: Vec<Place>,
}

impl Reader<'_> {
    /// Reads the member whose header is there, and tells where the next one is.
    fn member(&mut self, at: u64) -> Result<u64, Error> {
        let header = slice(self.bytes, at, HEADER_SIZE, "header of a member")?;
        if !header.ends_with(HEADER_END) {
            return Err(Error::Malformed("a member of the archive has no header"));
        }
        let size = number(&header[48..58])
            .ok_or(Error::Malformed("the size of a member of the archive is no number"))?;
        let start = at + HEADER_SIZE;
        slice(self.bytes, start, size, "member of the archive")?;
        // What was sliced has indices.
        let content = start as usize..(start + size) as usize;
        let trimmed = header[..16].trim_ascii_end();
        match trimmed {
            b"/" => self.index = self.index.take().or(Some((content, 4))),
            b"/SYM64/" => self.index = self.index.take().or(Some((content, 8))),
            b"//" => self.long_names = content,
            _ => {
                let (name, content) = self.name(at as usize, trimmed, content)?;
                let name_bytes = &self.bytes[name.clone()];
                // The index of BSD's archives; what it says is in the members too.
                if !name_bytes.starts_with(b"__.SYMDEF") {
                    self.members.push(Place { header: at, name, content });
                }
            }
        }
        Ok((start + size).next_multiple_of(2))
    }

    /// A member's name, and what of its content is not the name.
    fn name(
        &self,
        at: usize,
        field: &[u8],
        content: Range<usize>,
    ) -> Result<(Range<usize>, Range<usize>), Error> {
        const WRONG: Error = Error::Malformed("a member's name is not where it should be");
        let cut = |range: Range<usize>, end: fn(&u8) -> bool| {
            let name = self.bytes[range.clone()].iter().take(MAX_NAME).position(end)?;
            Some(range.start..range.start + name)
        };
        if let Some(length) = field.strip_prefix(b"#1/") {
            let length = number(length).and_then(|n| usize::try_from(n).ok()).ok_or(WRONG)?;
            if length > MAX_NAME || length > content.len() {
                return Err(WRONG);
            }
            let name = content.start..content.start + length;
            let trimmed = cut(name.clone(), |&byte| byte == 0).unwrap_or(name.clone());
            return Ok((trimmed, name.end..content.end));
        }
        if let Some(offset) = field.strip_prefix(b"/") {
            let offset = number(offset).and_then(|n| usize::try_from(n).ok()).ok_or(WRONG)?;
            let table = &self.long_names;
            let start = table.start.checked_add(offset).filter(|&at| at < table.end);
            let name = cut(start.ok_or(WRONG)?..table.end, |&byte| byte == b'\n' || byte == 0);
            let name = name.ok_or(WRONG)?;
            let slash = self.bytes[name.clone()].ends_with(b"/");
            return Ok((name.start..name.end - usize::from(slash), content));
        }
        let length = field.len() - usize::from(field.ends_with(b"/"));
        Ok((at..at + length, content))
    }
}

/// A decimal number, with spaces behind it.
fn number(text: &[u8]) -> Option<u64> {
    let digits = text.trim_ascii_end();
    let digit = |value: u64, byte: &u8| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    };
    if digits.is_empty() { None } else { digits.iter().try_fold(0, digit) }
}
