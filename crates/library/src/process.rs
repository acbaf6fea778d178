//! Other programs.

use crate::call::{Call, Out};
use crate::files::cause;
use crate::host::{Permission, permit};
use crate::limit::{text_limit, too_long};
use crate::row::{Row, rows};
use sox_runtime::{ErrorKind, Value};
use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;

pub(crate) const GLOBALS: &[Row] = rows! {
    "@process_run" (1, 2) leaf run;
};

/// Runs a program to its end, without a shell: each argument arrives as it is. The program's input
/// is empty. Gives a table of `code`, `out` and `err`; what of the output is not UTF-8 is replaced.
/// A program that prints more than a string can hold, or than memory allows, is ended.
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
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Both outputs are held at once.
    let limit = text_limit(c.iso) / 2;
    let ended = command.spawn().and_then(|mut child| {
        let outputs = read_outputs(&mut child, limit)?;
        Ok((child.wait()?, outputs))
    });
    let (status, outputs) = ended.map_err(|error| {
        c.error(ErrorKind::IOError, format_args!("cannot run \"{program}\": {}", cause(&error)))
    })?;
    let Some([out, err]) = outputs else { return Err(too_long(c)) };
    let table = c.iso.table()?;
    table.set_str(c.iso, "code", Value::number(f64::from(code(status))))?;
    table.set_str(c.iso, "out", c.copy_string(&String::from_utf8_lossy(&out))?)?;
    table.set_str(c.iso, "err", c.copy_string(&String::from_utf8_lossy(&err))?)?;
    Ok(table.into())
}

/// All that the program prints and complains, read side by side so that neither pipe fills up and
/// stops it; none, and the program ended, if one is longer than `limit` bytes.
fn read_outputs(child: &mut Child, limit: usize) -> io::Result<Option<[Vec<u8>; 2]>> {
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let child = Mutex::new(child);
    let read = |pipe: Box<dyn Read>| {
        let mut bytes = Vec::new();
        let result = pipe.take(limit as u64 + 1).read_to_end(&mut bytes);
        if result.is_err() || bytes.len() > limit {
            // The other pipe ends with the program; one that has ended already is not signalled.
            let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
        }
        result.map(|_| bytes)
    };
    let (out, err) = thread::scope(|scope| {
        let err = scope.spawn(|| err.map_or(Ok(Vec::new()), |pipe| read(Box::new(pipe))));
        let out = out.map_or(Ok(Vec::new()), |pipe| read(Box::new(pipe)));
        (out, err.join().expect("reading a pipe does not panic"))
    });
    let outputs = [out?, err?];
    Ok(outputs.iter().all(|bytes| bytes.len() <= limit).then_some(outputs))
}

/// The exit code; 128 and the signal's number for a program that a signal ended, as shells say.
fn code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(-1)
}
