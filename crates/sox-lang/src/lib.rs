//! Sox source text to the resolved tree.
//!
//! ```text
//! text ─ lexer ─ tokens ─ parser ─ syntax tree ─ resolver ─ tables beside it ─ lowering ─ Program
//! ```
//!
//! [`Session::lower`] runs these stages for a source and all it imports. Everything found wrong
//! becomes a [`sox_diagnostics::Diagnostic`] with one of the [`codes`]; nothing is printed, and files
//! are read only by the [`Host`].
//!
//! Modules of other languages may be parts of a program: the host lowers them into the [`Assembly`].
//!
//! Limits: 1,000 levels of nesting, expressions [`sox_program::MAX_HEIGHT`] operations high, 255
//! parameters and arguments, 65,535 local variables of a function. Each has an error that names it.
#![forbid(unsafe_code)]

mod assembly;
mod ast;
mod codes;
mod incomplete;
mod lexer;
mod lowering;
mod memory;
mod parser;
mod pieces;
mod report;
mod resolver;
mod session;
mod token;

pub use assembly::{Assembly, Lowered};
pub use codes::codes;
pub use incomplete::is_incomplete;
pub use session::{Host, ImportError, Imported, Outcome, Session, Stage, Unit};
pub use token::keywords;
