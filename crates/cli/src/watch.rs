//! `--watch`: a program that runs again whenever one of its files is changed.

use crate::output::{Reporter, eprint};
use sox_driver::{Input, Options, status};
use std::ffi::OsString;
use std::process::Command;

/// Runs the program again and again, until Ctrl-C ends this process; gives the exit status if that
/// cannot be.
pub(crate) fn watch(input: &Input, options: &Options, reporter: Reporter) -> i32 {
    let Input::File(file) = input else {
        reporter.error("--watch goes with the file of a program, as in: sox --watch hello.sox");
        return status::USAGE;
    };
    let error = match std::env::current_exe() {
        Ok(sox) => {
            let mut command = Command::new(sox);
            command.args(without_watch(std::env::args_os().skip(1)));
            let again = || eprint("changed: running again\n");
            sox_driver::watch(file, options, command, again)
        }
        Err(error) => error,
    };
    reporter.error(&format!("cannot start the program: {error}"));
    status::NO_INPUT
}

/// The command line without the flag; a second one is the program's, since flags after the file are.
fn without_watch(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut words: Vec<OsString> = words.collect();
    if let Some(flag) = words.iter().position(|word| word == "--watch") {
        words.remove(flag);
    }
    words
}
