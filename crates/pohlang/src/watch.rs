//! `--watch`: a program that runs again whenever one of its files is changed.

use crate::args::Args;
use crate::program::options;
use crate::{report, status};
use sox_driver::EngineKind;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// Runs the program in a process of its own, again and again, until Ctrl-C ends this one.
pub(crate) fn watch(program: &[OsString], file: &Path, args: &Args) -> i32 {
    let executable = match std::env::current_exe() {
        Ok(executable) => executable,
        Err(error) => {
            report::error(&format!("The command cannot find itself: {error}"));
            return status::FAILED;
        }
    };
    let mut command = Command::new(executable);
    command.args(program.iter().skip(1)).arg("--engine");
    command.arg(if args.engine == EngineKind::Ast { "ast" } else { "vm" });
    command.args(args.stats.then_some("--stats"));
    command.arg("--run").arg(file).arg("--").args(&args.rest);
    let again = || {
        report::print("\nChanged: running again\n");
    };
    let error = sox_driver::watch(file, &options(args, Some(file)), command, again);
    report::error(&format!("The program cannot be started: {error}"));
    status::FAILED
}
