//! What is wrong with a file, and where.

use std::fmt;

/// Why bytes are no program: a problem, the field it is in and where that field begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// Byte offset in the file.
    pub offset: usize,
    /// The field, in words.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What may be wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The file does not begin with the four letters of bytecode.
    NotBytecode,
    /// The file is of another version of the format.
    Version(u32),
    /// So many bytes are needed, so many are left.
    Cut {
        /// Bytes the field says it has, at least.
        needed: u64,
        /// Bytes there are.
        left: usize,
    },
    /// A byte that means nothing here.
    Unknown(u8),
    /// Text that is not UTF-8.
    Utf8,
    /// A number that does not fit what it is for.
    Range(u64),
    /// A constant that is not a function, after one that is.
    AfterFunctions,
    /// A number not written in its shortest form.
    NotShortest,
    /// A section of a kind that has no business in this version, and cannot be skipped.
    UnknownSection(u8),
    /// Sections stand in ascending order of kind, each once.
    SectionOrder(u8),
    /// The section that says what is run is not there.
    NoModules,
    /// A section holds more than it should, so many bytes.
    Excess(usize),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offset {}, {}: ", self.offset, self.field)?;
        match &self.problem {
            Problem::NotBytecode => write!(f, "this is not bytecode"),
            Problem::Version(version) => {
                let ours = super::VERSION;
                let age = if *version > ours { "a newer" } else { "another" };
                write!(f, "{version} is of {age} sox than this one, which reads version {ours}")
            }
            Problem::Cut { needed, left } => {
                write!(f, "{needed} bytes are needed and {left} are left")
            }
            Problem::Unknown(byte) => write!(f, "{byte} means nothing here"),
            Problem::Utf8 => write!(f, "not UTF-8 text"),
            Problem::Range(value) => write!(f, "{value} is out of range"),
            Problem::AfterFunctions => write!(f, "a constant after the functions"),
            Problem::NotShortest => write!(f, "a number not in its shortest form"),
            Problem::UnknownSection(kind) => {
                write!(f, "a section of the unknown kind {kind}, which cannot be left out")
            }
            Problem::SectionOrder(kind) => {
                write!(f, "a section of kind {kind} is out of order or there twice")
            }
            Problem::NoModules => write!(f, "the file says nothing about its modules"),
            Problem::Excess(bytes) => write!(f, "{bytes} bytes too many"),
        }
    }
}

impl std::error::Error for ReadError {}
