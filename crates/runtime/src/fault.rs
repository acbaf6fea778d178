//! What interrupts normal running.

use crate::FunctionRef;

/// The kinds of built-in errors, as in `e.kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind { Error, TypeError, ValueError, IndexError, NameError, ArityError, AssertionError, StackOverflow, ImportError, IOError, PermissionError, FfiError }

impl ErrorKind {
    /// The word scripts see.
    pub fn name(self) -> &'static str { todo!() }
}

/// A limit that was reached; cannot be caught by scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit { Steps(u64), Memory(usize), Interrupted }

/// Why an operation did not finish.
#[derive(Debug)]
pub enum Fault {
    /// A built-in error that is not an object yet: the engine makes it one, with the trace of
    /// where it is ([`crate::Isolate::raise`]).
    Error(ErrorKind, Box<str>),
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
    pub fn error(kind: ErrorKind, message: impl Into<Box<str>>) -> Fault { Fault::Error(kind, message.into()) }
    pub fn type_error(message: impl Into<Box<str>>) -> Fault { Fault::error(ErrorKind::TypeError, message) }
    pub fn value_error(message: impl Into<Box<str>>) -> Fault { Fault::error(ErrorKind::ValueError, message) }
}

/// One frame of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceFrame {
    /// The function; its name is in the isolate's registry.
    pub function: FunctionRef,
    /// Place in the function's source, as a byte span; and the line it begins on, from 1.
    pub span: sox_diagnostics::Span,
    pub line: u32,
}
