//! What every run has in common, whatever executes it: the order of events after the top level
//! (`main`, exit handlers, flushed output), how it ended, and the report of an error that nobody caught.
//!
//! The driver runs programs from text and files with it, the stub those that were built into an
//! executable. Nothing here knows an engine; of the languages only `wording` does, which says things in
//! the words of each.
#![forbid(unsafe_code)]

mod big_stack;
mod built;
mod conduct;
mod ending;
#[cfg(feature = "interrupt")]
pub mod interrupt;
mod wording;

pub use big_stack::{STACK_BYTES, on_big_stack, on_big_stack_while};
pub use built::{BUILD_COMMAND, BuiltSettings, STUB_MARK};
pub use conduct::{call_main, ending, finish, pop_text, report};
pub use ending::{Ending, ErrorReport, ReportedFrame, limit_message, limit_message_of};

/// Exit statuses of the commands (after BSD's sysexits where there is one).
pub mod status {
    /// All went well.
    pub const OK: i32 = 0;
    /// Some test or benchmark failed.
    pub const TESTS_FAILED: i32 = 1;
    /// The command line is wrong.
    pub const USAGE: i32 = 64;
    /// The program has compile errors, or a file is damaged.
    pub const DATA: i32 = 65;
    /// An input is missing or cannot be read.
    pub const NO_INPUT: i32 = 66;
    /// A run-time error, a limit or a denied permission.
    pub const RUNTIME: i32 = 70;
    /// Output cannot be written.
    pub const CANNOT_WRITE: i32 = 73;
    /// Ended by Ctrl-C.
    pub const INTERRUPTED: i32 = 130;
}
