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

use std::process::ExitCode;

fn main() -> ExitCode {
    let status = match args::parse(std::env::args_os()) {
        Ok(cli) => commands::execute(cli),
        Err(status) => status,
    };
    // Statuses beyond a byte cannot be told to the system; it would take the low byte.
    ExitCode::from((status & 0xff) as u8)
}
