//! What can be wrong with a file.

use thiserror::Error;

/// What an object file of another compiler may have and the linker does not know.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Foreign {
    /// Another kind of file.
    #[error("{0}")]
    File(String),
    /// A section, by its name; and why, if that is not plain from the name.
    #[error("section {name}{why}")]
    Section {
        /// Its name.
        name: String,
        /// Empty, or what is special about it, in parentheses.
        why: String,
    },
    /// A relocation, by its name, and the section where it is.
    #[error("relocation {name} in {section}")]
    Relocation {
        /// Its name in the supplement of the System V ABI.
        name: String,
        /// The section's name.
        section: String,
    },
    /// A symbol of a special kind.
    #[error("{kind} `{name}`")]
    Symbol {
        /// The kind.
        kind: &'static str,
        /// Its name.
        name: String,
    },
}

impl Foreign {
    /// How to make a file without it, if that is known.
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Foreign::File(what) if what.contains("thin") => {
                "make it with its members in it: ar rcs, without T"
            }
            Foreign::File(what) if what.contains("shared library") => {
                "make an object of the modules, and link that with cc"
            }
            Foreign::Relocation { name, .. } if name.contains("GOT") => "compile it without -fPIC",
            Foreign::Symbol { kind: "common symbol", name } if name.starts_with("__gnu_lto") => {
                "compile it without -flto"
            }
            Foreign::Symbol { kind: "common symbol", .. } => "compile it with -fno-common",
            _ => return None,
        })
    }
}

/// Why a file could not be read, edited or written. The text is a sentence's end: a caller puts
/// the name of the file before it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// None of the three formats.
    #[error("not an ELF, Mach-O or PE file")]
    UnknownFormat,
    /// The file ends before something it announces.
    #[error("the file is cut off: {what} at offset {offset:#x} is not inside it")]
    Truncated {
        /// What was looked for.
        what: &'static str,
        /// Where it should begin.
        offset: u64,
    },
    /// A rule of the format is broken.
    #[error("the file is malformed: {0}")]
    Malformed(&'static str),
    /// Correct, as far as is known, but not among what this crate edits.
    #[error("the file has something this tool does not edit: {0}")]
    Unsupported(String),
    /// Correct, but not among what the linker knows.
    #[error("{0} is not supported")]
    Foreign(#[from] Foreign),
    /// A segment that can be written and executed.
    #[error("the file has a segment that is writable and executable; such files are not made")]
    WritableCode,
    /// An ELF stub without the notes that are turned into segments.
    #[error(
        "the file has no note section `{0}` of its own, which is the room for a program: \
         it is no Sox runtime, or a linker merged the section with another note"
    )]
    NoReservedNote(&'static str),
    /// The header cannot grow.
    #[error(
        "the file's header has {available} bytes of room, {needed} are needed: \
         link it with more header padding"
    )]
    NoRoom {
        /// Bytes needed.
        needed: u64,
        /// Bytes there.
        available: u64,
    },
    /// The file already carries a payload.
    #[error("the file already contains a program; take the bare runtime instead")]
    AlreadyAttached,
    /// A PE file with a certificate.
    #[error("the file has an Authenticode signature, which a change would break")]
    Signed,
    /// A number does not fit its field.
    #[error("the result would be too large for its format")]
    TooLarge,
    /// An icon file that is none.
    #[error("not an icon file (.ico): {0}")]
    Icon(&'static str),
    /// A text that cannot stand in a version resource or signature.
    #[error("{what} must be {rule}")]
    Text {
        /// Which text.
        what: &'static str,
        /// What holds for it.
        rule: &'static str,
    },
    /// The payload's own description is wrong.
    #[error("the payload cannot be written: {0}")]
    Payload(&'static str),
}

impl Error {
    /// What to do about it, if that is known.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Error::Foreign(foreign) => foreign.help(),
            _ => None,
        }
    }
}
