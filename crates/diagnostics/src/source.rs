//! Source texts and places in them.

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
    /// The whole text.
    pub text: Arc<str>,
    /// Byte offset of the start of each line; found when somebody asks, for most programs end
    /// without an error to show a line of.
    line_starts: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// Takes a text of less than 4 GiB.
    pub fn new(name: &str, text: &str) -> Self {
        Self { name: name.into(), text: text.into(), line_starts: OnceLock::new() }
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
        self.line_starts.get_or_init(|| {
            let mut starts = vec![0];
            starts.extend(memchr_lines(&self.text));
            starts
        })
    }

    /// How many lines there are; a text that ends with a newline has an empty last one.
    pub fn line_count(&self) -> u32 {
        self.line_starts().len() as u32
    }
}

fn memchr_lines(text: &str) -> impl Iterator<Item = u32> + '_ {
    text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at as u32 + 1)
}

/// All the sources of one run.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a text and numbers it.
    pub fn add(&mut self, name: &str, text: &str) -> SourceId {
        self.files.push(SourceFile::new(name, text));
        SourceId(self.files.len() as u32 - 1)
    }

    /// The file with this number.
    pub fn file(&self, id: SourceId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// Whether there is a file with this number.
    pub fn contains(&self, id: SourceId) -> bool {
        (id.0 as usize) < self.files.len()
    }

    /// All files in order.
    pub fn files(&self) -> impl Iterator<Item = (SourceId, &SourceFile)> {
        self.files.iter().enumerate().map(|(number, file)| (SourceId(number as u32), file))
    }
}
