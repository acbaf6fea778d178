//! What can go wrong, for the host.

use crate::WrongType;
use sox_driver::ReportedFrame;
use std::fmt;

/// The call stack of an error, innermost first; prints as the lines of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace(pub Vec<ReportedFrame>);

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, frame) in self.0.iter().enumerate() {
            let newline = if at > 0 { "\n" } else { "" };
            write!(f, "{newline}{frame}")?;
        }
        Ok(())
    }
}

/// Why a program gave no value.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// It has compile errors; their rendering.
    Compile(String),
    /// An error nobody caught: its message and call stack.
    Runtime(String, Trace),
    /// A limit was reached; the sentence that says which.
    Limit(String),
    /// It called `sysExit` with this status.
    Exit(i32),
    /// Its output cannot be written.
    Output(String),
    /// There is no function with this name.
    NoFunction(String),
    /// A result is not of the wanted type.
    Type(WrongType),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Compile(text) => f.write_str(text.trim_end()),
            Error::Runtime(message, _) | Error::Limit(message) => f.write_str(message),
            Error::Exit(status) => write!(f, "the program called sysExit({status})"),
            Error::Output(reason) => write!(f, "the output cannot be written: {reason}"),
            Error::NoFunction(name) => write!(f, "there is no function '{name}'"),
            Error::Type(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<WrongType> for Error {
    fn from(error: WrongType) -> Error {
        Error::Type(error)
    }
}
