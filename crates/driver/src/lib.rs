//! From files to results: the stages of a run, joined.
//!
//! ```text
//! Input ─ read ─ Text ─ check ─ Checked ─ Runner::load ─ Loaded ─ Runner::run ─ Ending
//! ```
//! Each stage is a type, so a later one cannot be reached with less than it needs: only a program
//! without errors is [`Checked`], only verified bytecode is loaded into the VM. All file input
//! stands in `input` and `imports`. Nothing here prints; the ending of a run is a value.
#![forbid(unsafe_code)]

mod atomic;
mod bench_runner;
mod big_stack;
mod bytecode;
mod check;
mod ending;
mod engine;
mod find;
mod imports;
mod input;
mod listing;
mod options;
mod repl;
mod runner;
mod test_runner;

pub use atomic::write_atomically;
pub use bench_runner::{BenchEvent, BenchOutcome, BenchSummary, Measurement, run_benches};
pub use big_stack::{on_big_stack, on_big_stack_while};
pub use bytecode::{Bytecode, Debug, Ready, Verdict, compile, open, verify_file};
pub use check::{Checked, Rejected, check, codes, explain};
pub use ending::{Ending, ErrorReport, ReportedFrame};
pub use engine::EngineKind;
pub use find::find_files;
pub use input::{Input, InputError, read};
pub use listing::disassemble;
pub use options::Options;
pub use repl::{Entry, HostFunction, Repl};
pub use runner::{Loaded, Runner, limit_message};
pub use sox_lang::{Unit, is_incomplete, keywords};
pub use sox_runtime::InterruptHandle;
pub use sox_vm::{Form, VmStatistics};
pub use test_runner::{TestEvent, TestOutcome, TestSummary, run_tests};

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
