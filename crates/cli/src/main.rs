//! The `sox` command: parses flags, calls the driver, prints, and chooses the exit status.
#![forbid(unsafe_code)]

mod args;
mod bench;
mod bytecode;
mod cache;
mod commands;
mod keygen;
mod limits;
mod output;
mod profile;
mod repl;
mod run;
mod statistics;
mod test;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// How many words call PohLang's face, if they do: `pohlang`, or `sox poh`.
fn poh_face(words: &[OsString]) -> Option<usize> {
    let called = Path::new(words.first()?).file_stem()?;
    if called == "pohlang" {
        return Some(1);
    }
    words.get(1).is_some_and(|word| word == "poh").then_some(2)
}

fn main() -> ExitCode {
    let mut words: Vec<_> = std::env::args_os().collect();
    if let Some(face) = poh_face(&words) {
        let rest = words.split_off(face);
        return ExitCode::from((sox_pohlang::run(words, rest) & 0xff) as u8);
    }
    let status = match args::parse(words) {
        Ok(cli) => commands::execute(cli),
        Err(status) => status,
    };
    // Statuses beyond a byte cannot be told to the system; it would take the low byte.
    ExitCode::from((status & 0xff) as u8)
}
