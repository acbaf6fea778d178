//! What interrupts normal running.

use crate::FunctionRef;

/// The kinds of built-in errors, as in `e.kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// No other kind fits.
    Error,
    /// An operand, callee or receiver of the wrong type.
    TypeError,
    /// A value of the right type that is not allowed.
    ValueError,
    /// An index that is out of range.
    IndexError,
    /// A variable or property that is not there.
    NameError,
    /// The wrong number of arguments.
    ArityError,
    /// A failed `assert`.
    AssertionError,
    /// Too many calls.
    StackOverflow,
    /// A module that cannot be imported.
    ImportError,
    /// The outside world refused.
    IOError,
    /// The permissions refused.
    PermissionError,
    /// A C function cannot be called so.
    FfiError,
    /// PohLang: a position, key or name that is not there, and what has no type of its own.
    RuntimeError,
    /// PohLang: division by zero.
    MathError,
    /// PohLang: a file that cannot be read or written.
    FileError,
    /// PohLang: a text that is no JSON.
    JsonError,
    /// PohLang: the network refused.
    NetworkError,
    /// PohLang: an answer that is not of the expected kind.
    ValidationError,
}

impl ErrorKind {
    /// The word scripts see.
    pub fn name(self) -> &'static str {
        match self {
            ErrorKind::Error => "Error",
            ErrorKind::TypeError => "TypeError",
            ErrorKind::ValueError => "ValueError",
            ErrorKind::IndexError => "IndexError",
            ErrorKind::NameError => "NameError",
            ErrorKind::ArityError => "ArityError",
            ErrorKind::AssertionError => "AssertionError",
            ErrorKind::StackOverflow => "StackOverflow",
            ErrorKind::ImportError => "ImportError",
            ErrorKind::IOError => "IOError",
            ErrorKind::PermissionError => "PermissionError",
            ErrorKind::FfiError => "FfiError",
            ErrorKind::RuntimeError => "RuntimeError",
            ErrorKind::MathError => "MathError",
            ErrorKind::FileError => "FileError",
            ErrorKind::JsonError => "JsonError",
            ErrorKind::NetworkError => "NetworkError",
            ErrorKind::ValidationError => "ValidationError",
        }
    }
}

/// A limit that was reached; cannot be caught by scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many steps were allowed.
    Steps(u64),
    /// So many bytes were allowed. `usize::MAX`: the system has no more.
    Memory(usize),
    /// Somebody pressed Ctrl-C.
    Interrupted,
}

/// What a built-in error says.
#[derive(Debug)]
pub struct Message {
    text: Box<str>,
    /// The same in PohLang's words, if that tells more: see [`crate::poh::about`].
    plain: Option<Box<str>>,
}

impl Message {
    /// What PohLang says, if that is not a translation of the text.
    pub fn plain(&self) -> Option<&str> {
        self.plain.as_deref()
    }
}

impl std::ops::Deref for Message {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Display for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// Why an operation did not finish.
#[derive(Debug)]
pub enum Fault {
    /// A built-in error that is not an object yet: the engine makes it one, with the trace of
    /// where it is ([`crate::Isolate::raise`]).
    Error(ErrorKind, Box<Message>),
    /// A thrown value is pending in the isolate ([`crate::Isolate::pending`]): an error object, or
    /// the wrapper of another value.
    Thrown,
    /// `sysExit(status)`.
    Exit(i32),
    /// A limit was reached.
    Limit(Limit),
}

impl Fault {
    /// A built-in error.
    #[cold]
    pub fn error(kind: ErrorKind, message: impl Into<Box<str>>) -> Fault {
        Fault::Error(kind, Box::new(Message { text: message.into(), plain: None }))
    }

    /// A `TypeError` that PohLang words by itself.
    #[cold]
    pub fn type_error_in_both(text: impl Into<Box<str>>, plain: impl Into<Box<str>>) -> Fault {
        let message = Message { text: text.into(), plain: Some(plain.into()) };
        Fault::Error(ErrorKind::TypeError, Box::new(message))
    }

    /// A `TypeError`.
    #[cold]
    pub fn type_error(message: impl Into<Box<str>>) -> Fault {
        Fault::error(ErrorKind::TypeError, message)
    }

    /// A `ValueError`.
    #[cold]
    pub fn value_error(message: impl Into<Box<str>>) -> Fault {
        Fault::error(ErrorKind::ValueError, message)
    }

    /// A `NameError`.
    #[cold]
    pub fn name_error(message: impl Into<Box<str>>) -> Fault {
        Fault::error(ErrorKind::NameError, message)
    }

    /// An `IndexError`.
    #[cold]
    pub fn index_error(message: impl Into<Box<str>>) -> Fault {
        Fault::error(ErrorKind::IndexError, message)
    }

    /// `Stack overflow.`
    #[cold]
    pub fn stack_overflow() -> Fault {
        Fault::error(ErrorKind::StackOverflow, "Stack overflow.")
    }
}

/// One frame of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceFrame {
    /// The function; its name is in the isolate's registry.
    pub function: FunctionRef,
    /// Place in the function's source, as a byte span; and the line it begins on, from 1.
    pub span: sox_diagnostics::Span,
    /// The line of the place.
    pub line: u32,
}
