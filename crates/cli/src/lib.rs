//! The `sox` command: parses flags, calls the driver, prints, and chooses the exit status.
//!
//! It is a library so that tests of other parts can be `sox` themselves.
#![forbid(unsafe_code)]

mod args;
mod bench;
mod build;
mod bytecode;
mod cache;
mod commands;
mod keygen;
mod limits;
mod native;
mod output;
mod profile;
mod repl;
mod run;
mod statistics;
mod test;
mod watch;

use std::ffi::OsString;
use std::path::Path;

/// How many words call PohLang's face, if they do: `pohlang`, or `sox poh`.
fn poh_face(words: &[OsString]) -> Option<usize> {
    let called = Path::new(words.first()?).file_stem()?;
    if called == "pohlang" {
        return Some(1);
    }
    words.get(1).is_some_and(|word| word == "poh").then_some(2)
}

/// Does what a command line says, the program's name first, and gives the exit status.
pub fn run_command(words: impl IntoIterator<Item = OsString>) -> i32 {
    // Everything is done by one thread, with a large stack.
    sox_runtime::share_one_arena();
    let mut words: Vec<OsString> = words.into_iter().collect();
    if let Some(face) = poh_face(&words) {
        let rest = words.split_off(face);
        return sox_pohlang::run(words, rest);
    }
    match args::parse(words) {
        Ok(cli) => commands::execute(cli),
        Err(status) => status,
    }
}
