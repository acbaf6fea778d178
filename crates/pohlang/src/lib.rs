//! The `pohlang` command: PohLang's own face of the same machine, for people who begin.
//!
//! It has few flags, speaks PohLang's words only, and its exit statuses are few: 0 if all went well,
//! 1 if the program is wrong or failed, 2 if the command line is wrong, 130 after Ctrl-C. `sox poh …` is the
//! same.
#![forbid(unsafe_code)]

mod args;
mod bytecode;
mod program;
mod repl;
mod report;
mod stats;
mod watch;

use args::Task;
use std::ffi::OsString;

/// Exit statuses.
pub(crate) mod status {
    pub(crate) const OK: i32 = 0;
    pub(crate) const FAILED: i32 = 1;
    pub(crate) const USAGE: i32 = 2;
    pub(crate) const INTERRUPTED: i32 = 130;
}

/// Does what the command line says, to the exit status. `program` is how this face is called: the name
/// of the executable and, for `sox poh`, the words behind it.
pub fn run(program: Vec<OsString>, args: Vec<OsString>) -> i32 {
    let args = match args::parse(&program, args) {
        Ok(args) => args,
        Err(status) => return status,
    };
    match args.task {
        Task::Run(ref file) if args.watch => watch::watch(&program, file, &args),
        Task::Run(ref file) => program::to_the_end(|| program::run(file, &args)),
        Task::Compile(ref file) => program::to_the_end(|| bytecode::compile(file, &args)),
        Task::RunBytecode(ref file) => program::to_the_end(|| bytecode::run(file, &args)),
        Task::Bytecode(ref file) => program::to_the_end(|| bytecode::cached(file, &args)),
        Task::Disassemble(ref file) => program::to_the_end(|| bytecode::disassemble(file)),
        Task::Repl => program::to_the_end(|| repl::repl(&args)),
    }
}
