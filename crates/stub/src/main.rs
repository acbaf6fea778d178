//! `soxrt`: what a built program consists of besides the program.
//!
//! The virtual machine and the library, without front ends. The program is the payload of the
//! executable (see `sox_objfile::payload`): it is mapped together with the code, found through the
//! mapped headers, and runs at once. Nothing is read from disk or from `SOX_*` variables, and all
//! arguments are the program's.
#![forbid(unsafe_code)]

mod assets;
mod output;
mod program;

use sox_execution::{STUB_MARK, interrupt, status};
use std::process::ExitCode;

fn main() -> ExitCode {
    // It must be in the file, though nothing here reads it.
    std::hint::black_box(STUB_MARK);
    match sox_image::payload() {
        // The process ends from the thread the program ran on: a short program is over before
        // Ctrl-C is watched for. Statuses beyond a byte cannot be told to the system; it would
        // take the low byte.
        Ok(payload) => sox_execution::on_big_stack_while(
            || std::process::exit(program::run(&payload) & 0xff),
            interrupt::watch,
        ),
        Err(refusal) => {
            output::error(&refusal.to_string());
            ExitCode::from(status::DATA as u8)
        }
    }
}
