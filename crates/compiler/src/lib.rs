//! From the resolved tree to bytecode.
//!
//! A straight walk: expressions leave one value on the operand stack, statements leave it empty.
//! What takes thought has a module of its own:
//! * `conditions` — truth tests become jumps without making a boolean first;
//! * `loops` — every turn of a loop is entered by one `Loop…` instruction;
//! * `exits` — `return`, `break` and errors on their way out through `finally` and `defer`;
//! * `code` — the instruction buffer: labels, reachability, stack depth, places in the source.
//!
//! The tree is taken to be sound; the only errors are limits of the bytecode.
#![forbid(unsafe_code)]

mod classes;
mod code;
mod conditions;
mod constants;
mod exits;
mod expressions;
mod function;
mod loops;
mod program;
mod statements;

pub use crate::program::compile;

use std::fmt;

/// A limit of the bytecode that a program passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// The function that passes it; `None` for the top level of a file.
    pub function: Option<String>,
    /// Where that function stands.
    pub source: sox_diagnostics::SourceId,
    /// The function in its source.
    pub span: sox_diagnostics::Span,
    /// The limit.
    pub limit: Limit,
}

/// The limits of the bytecode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Locals and operands of one frame.
    FrameSlots,
    /// Parameters of a function.
    Parameters,
    /// Variables captured by a function.
    Captures,
    /// Arguments of a call.
    Arguments,
}

impl Limit {
    /// The greatest number allowed.
    pub const fn greatest(self) -> u32 {
        match self {
            Limit::FrameSlots | Limit::Captures => u16::MAX as u32,
            Limit::Parameters | Limit::Arguments => 255,
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Limit::FrameSlots => "local variables and intermediate values",
            Limit::Parameters => "parameters",
            Limit::Captures => "captured variables",
            Limit::Arguments => "arguments in a call",
        }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (greatest, what) = (self.limit.greatest(), self.limit.what());
        match &self.function {
            Some(function) => write!(f, "Function '{function}'")?,
            None => f.write_str("The top level")?,
        }
        write!(f, " has more than {greatest} {what}.")
    }
}

impl std::error::Error for CompileError {}
