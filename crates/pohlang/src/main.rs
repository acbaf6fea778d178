//! The `pohlang` command.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args_os();
    let program = args.next().into_iter().collect();
    ExitCode::from((sox_pohlang::run(program, args.collect()) & 0xff) as u8)
}
