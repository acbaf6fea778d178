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
mod build;
mod bytecode;
mod cache;
mod check;
mod engine;
mod find;
mod imports;
mod input;
mod lesson;
mod listing;
mod maker;
mod options;
mod pohlang;
mod profile;
mod remarks;
mod repl;
mod runner;
mod signing;
mod test_runner;
mod watch;

pub use atomic::{replaced, write_atomically, write_program};
pub use bench_runner::{BenchEvent, BenchOutcome, BenchSummary, Measurement, run_benches};
pub use build::{
    AssetMap, BuildError, Built, CheckedRun, Extras, Prepared, ProgramAssets, Stub, find_stub,
    output_path, prepare, stub_set,
};
pub use bytecode::{Bytecode, Debug, Ready, Verdict, compile, open, open_bytecode, verify_file};
pub use cache::{CacheFolder, Caching, Kept};
pub use check::{Checked, Rejected, check, codes, explain};
pub use engine::EngineKind;
pub use find::find_files;
pub use input::{Input, InputError, read, read_bytes, reason};
pub use listing::{Disassembly, assemble_file};
pub use maker::BytecodeStatistics;
pub use options::Options;
pub use profile::TICK;
pub use repl::{Entry, HostFunction, Repl};
pub use runner::{Loaded, Runner};
pub use signing::{PublicKey, SecretKey};
pub use sox_bytecode::container::Language;
pub use sox_bytecode::optimize::{OptLevel, Pass, Passes};
pub use sox_execution::{
    Ending, ErrorReport, ReportedFrame, limit_message, on_big_stack, on_big_stack_while, status,
};
pub use sox_lang::{Unit, is_incomplete, keywords};
pub use sox_package::{BuiltSettings, Icon, Look, Part, Subsystem, Target, VersionInfo};
pub use sox_poh_lang::is_incomplete as is_incomplete_poh;
pub use sox_runtime::InterruptHandle;
pub use sox_vm::{Executed, Form, Profile, ProfiledFunction, VmStatistics};
pub use test_runner::{TestEvent, TestOutcome, TestSummary, run_tests};
pub use watch::watch;
