//! How a run ended, as a value.

use crate::status;
use sox_diagnostics::{Diagnostic, SourceId, Span};
use sox_runtime::Limit;
use std::borrow::Cow;

/// The end of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// The program ended by itself or through `sysExit`, with this status.
    Exit(i32),
    /// An error nobody caught.
    Uncaught(ErrorReport),
    /// A limit was reached.
    Limit(Limit),
    /// The program exceeds a limit of the bytecode, as this says; it did not begin.
    TooLarge(Box<Diagnostic>),
    /// Standard output cannot be written, for this reason.
    Output(String),
}

impl Ending {
    /// The exit status that says so.
    pub fn status(&self) -> i32 {
        match self {
            Ending::Exit(status) => *status,
            Ending::Uncaught(_) => status::RUNTIME,
            Ending::Limit(Limit::Interrupted) => status::INTERRUPTED,
            Ending::Limit(_) => status::RUNTIME,
            Ending::TooLarge(_) => status::DATA,
            Ending::Output(_) => status::CANNOT_WRITE,
        }
    }
}

/// An uncaught error with everything needed to show it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ErrorReport {
    /// The message, or `Uncaught: ` and the printed form of another value.
    pub message: String,
    /// Where it was raised, if the source is at hand.
    pub place: Option<(SourceId, Span)>,
    /// The call stack, innermost first.
    pub frames: Vec<ReportedFrame>,
    /// What to do, in the words of the program's language.
    pub help: Vec<Cow<'static, str>>,
    /// More to know, such as the name of a limit.
    pub notes: Vec<String>,
}

/// A line of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedFrame {
    /// Name of the function; `None` for the top level of the script.
    pub name: Option<String>,
    /// The line, from 1.
    pub line: u32,
}

impl std::fmt::Display for ReportedFrame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.name {
            Some(name) => write!(f, "[line {}] in {name}()", self.line),
            None => write!(f, "[line {}] in script", self.line),
        }
    }
}

/// The sentence for a limit that ended a run.
pub fn limit_message(limit: &Limit) -> String {
    limit_message_of("", limit)
}

/// The same; `command` is what stands before the flag that set the limit, such as
/// [`BUILD_COMMAND`](crate::BUILD_COMMAND).
pub fn limit_message_of(command: &str, limit: &Limit) -> String {
    match limit {
        Limit::Steps(steps) => {
            format!("The program was stopped after {steps} steps ({command}--max-steps).")
        }
        Limit::Memory(bytes) => {
            format!("The program needs more than {bytes} bytes of memory ({command}--max-memory).")
        }
        Limit::Interrupted => "Interrupted.".into(),
    }
}
