//! Source texts and places in them.

use std::fmt;
use std::sync::{Arc, OnceLock};

/// A range of bytes of one source, end excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes from `start` to before `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The smallest span that holds both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// Number of a file in a [`SourceMap`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// One source text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// As shown to the user: a path as given, `<stdin>`, `std/math` …
    pub name: Arc<str>,
    /// The whole text, where it was read to.
    pub text: Arc<String>,
    /// Byte offset of the start of each line; found when somebody asks, for most programs end
    /// without an error to show a line of.
    line_starts: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// Takes a text of less than 4 GiB.
    pub fn new(name: &str, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: Arc::new(text.into()), line_starts: OnceLock::new() }
    }

    /// Line (from 1) of a byte offset.
    pub fn line(&self, offset: u32) -> u32 {
        self.line_starts().partition_point(|&start| start <= offset) as u32
    }

    /// Line and column (both from 1, columns in characters) of a byte offset.
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        let line = self.line(offset);
        let start = self.line_starts()[line as usize - 1] as usize;
        let end = (offset as usize).min(self.text.len());
        let column = self.text.get(start..end).map_or(end - start, |text| text.chars().count());
        (line, column as u32 + 1)
    }

    /// The text of a line (from 1), without its end.
    pub fn line_text(&self, line: u32) -> &str {
        let start = self.line_starts()[line as usize - 1] as usize;
        let end =
            self.line_starts().get(line as usize).map_or(self.text.len(), |&end| end as usize);
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// Byte offset of the start of each line; the first is 0.
    pub fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| find_line_starts(self.text.as_bytes()))
    }

    /// How many lines there are; a text that ends with a newline has an empty last one.
    pub fn line_count(&self) -> u32 {
        self.line_starts().len() as u32
    }
}

/// The start of the text and what stands behind each newline.
fn find_line_starts(text: &[u8]) -> Vec<u32> {
    let mut starts = Vec::with_capacity(text.len() / 24 + 1);
    starts.push(0);
    let (chunks, rest) = text.as_chunks();
    let mut offset = 1;
    for &chunk in chunks {
        let mut found = newlines(chunk);
        while found != 0 {
            starts.push(offset + found.trailing_zeros() / 8);
            found &= found - 1;
        }
        offset += chunk.len() as u32;
    }
    let rest = (offset..).zip(rest).filter(|&(_, &byte)| byte == b'\n');
    starts.extend(rest.map(|(start, _)| start));
    starts
}

/// The upper bits of the bytes that are newlines, the first byte lowest. (A byte without its upper
/// bit plus 0x7f has the upper bit set if it is not 0, and no such sum reaches the next byte.)
fn newlines(bytes: [u8; 8]) -> u64 {
    const UPPER: u64 = u64::from_le_bytes([0x80; 8]);
    let zero_where_newline = u64::from_le_bytes(bytes) ^ u64::from_le_bytes([b'\n'; 8]);
    let not_newline = ((zero_where_newline & !UPPER) + !UPPER) | zero_where_newline;
    !not_newline & UPPER
}

/// All the sources of one run.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    /// Those that nobody has asked for yet, if they are to be read then; there are no `files` besides.
    later: Option<Arc<Later>>,
}

/// Files that are read when somebody asks.
struct Later {
    files: OnceLock<Vec<SourceFile>>,
    read: Box<dyn Fn() -> Vec<SourceFile> + Send + Sync>,
}

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.files.fmt(f)
    }
}

impl SourceMap {
    /// Files that are read when somebody first asks for one: most programs end without an error to
    /// show a line of. It may turn out then that there are none.
    pub fn read_later(read: impl Fn() -> Vec<SourceFile> + Send + Sync + 'static) -> SourceMap {
        let later = Later { files: OnceLock::new(), read: Box::new(read) };
        SourceMap { files: Vec::new(), later: Some(Arc::new(later)) }
    }

    fn all(&self) -> &[SourceFile] {
        match &self.later {
            Some(later) => later.files.get_or_init(|| (later.read)()),
            None => &self.files,
        }
    }

    /// Adds a text and numbers it. A string is taken as it is, without a copy.
    pub fn add(&mut self, name: &str, text: impl Into<String>) -> SourceId {
        if self.later.is_some() {
            self.files = self.all().to_vec();
            self.later = None;
        }
        self.files.push(SourceFile::new(name, text));
        SourceId(self.files.len() as u32 - 1)
    }

    /// The file with this number.
    pub fn file(&self, id: SourceId) -> &SourceFile {
        &self.all()[id.0 as usize]
    }

    /// Whether there is a file with this number.
    pub fn contains(&self, id: SourceId) -> bool {
        (id.0 as usize) < self.all().len()
    }

    /// All files in order.
    pub fn files(&self) -> impl Iterator<Item = (SourceId, &SourceFile)> {
        self.all().iter().enumerate().map(|(number, file)| (SourceId(number as u32), file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_start_behind_each_newline_wherever_it_stands() {
        for length in 0..20 {
            for place in 0..length {
                for other in 0..length {
                    // A vertical tab is the newline with its lowest bit changed; 0x8a its upper one.
                    let mut text = [b'\x0b', 0x8a, 0xff, b'a'].repeat(5)[..length].to_vec();
                    (text[place], text[other]) = (b'\n', b'\n');
                    let mut expected = vec![0];
                    expected.extend(
                        (1..)
                            .zip(&text)
                            .filter(|(_, byte)| **byte == b'\n')
                            .map(|(start, _)| start),
                    );
                    assert_eq!(find_line_starts(&text), expected, "{text:?}");
                }
            }
        }
        assert_eq!(find_line_starts(b""), [0]);
    }

    #[test]
    fn what_is_read_later_is_read_once_and_can_be_added_to() {
        let reads = Arc::new(std::sync::atomic::AtomicU32::new(0));
        let counted = reads.clone();
        let mut map = SourceMap::read_later(move || {
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            vec![SourceFile::new("a", "one\ntwo")]
        });
        let read = || reads.load(std::sync::atomic::Ordering::Relaxed);
        let copy = map.clone();
        assert_eq!(read(), 0);
        assert!(map.contains(SourceId(0)) && !map.contains(SourceId(1)));
        assert_eq!(copy.file(SourceId(0)).line_text(2), "two");
        assert_eq!(map.add("b", "three"), SourceId(1));
        let names: Vec<_> = map.files().map(|(_, file)| &*file.name).collect();
        assert_eq!((names, read()), (vec!["a", "b"], 1));
    }
}
