//! The `sox` command.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    let status = sox_cli::run_command(std::env::args_os());
    // Statuses beyond a byte cannot be told to the system; it would take the low byte.
    ExitCode::from((status & 0xff) as u8)
}
