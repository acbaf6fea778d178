//! Other programs.

use crate::call::{Call, Out};
use crate::files::cause;
use crate::host::{Permission, permit};
use crate::row::{Row, rows};
use sox_runtime::{ErrorKind, Value};
use std::process::{Command, ExitStatus, Stdio};

pub(crate) const GLOBALS: &[Row] = rows! {
    "@process_run" (1, 2) leaf run;
};

/// Runs a program to its end, without a shell: each argument arrives as it is. The program's input
/// is empty. Gives a table of `code`, `out` and `err`; what of the output is not UTF-8 is replaced.
fn run(c: Call<'_>) -> Out<'_> {
    let program = c.text(0)?;
    let mut command = Command::new(program);
    if c.opt(1).is_some() {
        for argument in c.array(1)?.iter() {
            match argument.as_str() {
                Some(text) => command.arg(text.text()),
                None => return Err(c.expected("strings as arguments", argument)),
            };
        }
    }
    permit(c.iso, Permission::Run)?;
    // What was printed before stands before what the program may print by itself.
    let _ = c.iso.flush_output();
    let output = command.stdin(Stdio::null()).output().map_err(|error| {
        c.error(ErrorKind::IOError, format_args!("cannot run \"{program}\": {}", cause(&error)))
    })?;
    let table = c.iso.table()?;
    table.set_str(c.iso, "code", Value::number(f64::from(code(output.status))))?;
    table.set_str(c.iso, "out", c.copy_string(&String::from_utf8_lossy(&output.stdout))?)?;
    table.set_str(c.iso, "err", c.copy_string(&String::from_utf8_lossy(&output.stderr))?)?;
    Ok(table.into())
}

/// The exit code; 128 and the signal's number for a program that a signal ended, as shells say.
fn code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(-1)
}
