//! The file form of a program, `.soxc` and `.pbc`: one container for both languages.
//!
//! docs/bytecode-format.md specifies it byte by byte; in short:
//!
//! ```text
//! magic · u32 version · u32 count · constants (function prototypes are the last of them)
//!       · u32 size · entry code · sections: u8 kind · u32 size · bytes
//! ```
//!
//! Everything is little endian. Equal programs give equal files, on any machine. [`read`] believes
//! nothing: a count is compared with the bytes that are left before anything is allocated for it,
//! nothing recurses, and what it gives is a [`Module`] like any other, which only
//! [`verify`](fn@crate::verify) makes fit to run.

mod cursor;
mod debug;
mod error;
mod origin;
mod reader;
mod sections;
mod signature;
mod writer;

#[cfg(test)]
mod tests;

pub(crate) use debug::{Packed, line_starts};
pub use error::{Problem, ReadError};
pub use origin::Origin;
pub use reader::{Contents, read, read_all, read_shared};
pub use signature::{Signature, append_signature};
pub use writer::{write, write_cached};

use crate::Module;

/// A program as a file holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// The language it was written in.
    pub language: Language,
    /// The program, as [`Module::into_portable`] gives it.
    pub module: Module,
    /// The texts of its sources in their order, if they are in the file.
    pub texts: Option<Vec<Box<str>>>,
}

/// Which language a program was written in: its errors are reported in that language's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Sox; such files are called `.soxc`.
    #[default]
    Sox,
    /// PohLang; such files are called `.pbc`.
    PohLang,
}

impl Language {
    /// What its files begin with.
    pub const fn magic(self) -> &'static [u8; 4] {
        match self {
            Language::Sox => b"SOXC",
            Language::PohLang => b"POHC",
        }
    }

    /// The language of a file that begins with these bytes, if it is bytecode at all.
    pub fn of(bytes: &[u8]) -> Option<Language> {
        [Language::Sox, Language::PohLang].into_iter().find(|it| bytes.starts_with(it.magic()))
    }
}

/// The version of the format that is written, and the only one that is read.
pub const VERSION: u32 = 1;

/// What a constant is.
mod tag {
    pub(super) const NIL: u8 = 0;
    pub(super) const BOOL: u8 = 1;
    pub(super) const NUMBER: u8 = 2;
    pub(super) const STRING: u8 = 3;
    pub(super) const FUNCTION: u8 = 4;
}

/// What a section is. Below [`OPTIONAL`] a reader must know it, from there on it may skip it.
mod kind {
    pub(super) const MODULES: u8 = 1;
    pub(super) const GLOBALS: u8 = 2;
    pub(super) const HANDLERS: u8 = 3;
    /// The first kind of those that may be skipped.
    pub(super) const OPTIONAL: u8 = 128;
    pub(super) const DEBUG: u8 = 128;
    pub(super) const ORIGIN: u8 = 129;
    /// The last section: covers all before it.
    pub(super) const SIGNATURE: u8 = 255;
}
