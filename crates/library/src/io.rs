//! Standard input, output and error output.

use crate::call::{Call, Out, Site};
use crate::files::cause;
use crate::limit::{text_limit, too_long};
use crate::row::{ANY, Row, rows};
use sox_runtime::{Cx, ErrorKind, Fault, Str, Value};
use std::io::{self, BufRead, Write};

pub(crate) const GLOBALS: &[Row] = rows! {
    "input" (0, 1) calling input;
    "@io_readLine" (0, 0) leaf read_line;
    "@io_readAll" (0, 0) leaf read_all;
    "@io_lines" (0, 0) leaf lines;
    "@io_write" (0, ANY) calling write;
    "@io_error" (0, ANY) calling write_error;
};

/// Bytes of standard input up to and including the next newline, or to the end if `all`. What was
/// written before is shown first, so that prompts stand before their answers.
fn take_input(c: Call<'_>, all: bool) -> Result<Vec<u8>, Fault> {
    let failed = |error: io::Error| {
        c.error(ErrorKind::IOError, format_args!("cannot read: {}", cause(&error)))
    };
    c.iso.flush_output().map_err(failed)?;
    let mut input = c.host().input.borrow_mut();
    let (limit, mut bytes) = (text_limit(c.iso), Vec::new());
    loop {
        let part = match input.fill_buf() {
            Ok([]) => return Ok(bytes),
            Ok(part) => part,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                // After Ctrl-C the next safepoint ends the program.
                if c.iso.interrupt_handle().is_interrupted() {
                    return Ok(bytes);
                }
                continue;
            }
            Err(error) => return Err(failed(error)),
        };
        let newline = if all { None } else { part.iter().position(|&byte| byte == b'\n') };
        let count = newline.map_or(part.len(), |at| at + 1);
        if bytes.len() + count > limit {
            return Err(too_long(c));
        }
        bytes.extend_from_slice(&part[..count]);
        input.consume(count);
        if newline.is_some() {
            return Ok(bytes);
        }
    }
}

fn as_text(c: Call<'_>, bytes: Vec<u8>) -> Result<String, Fault> {
    String::from_utf8(bytes)
        .map_err(|_| c.error(ErrorKind::IOError, "standard input is not UTF-8 text"))
}

/// The next line without its end, or `None` at the end of the input.
pub(crate) fn next_line(c: Call<'_>) -> Result<Option<String>, Fault> {
    let bytes = take_input(c, false)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let mut line = as_text(c, bytes)?;
    if line.ends_with('\n') {
        line.pop();
        if line.ends_with('\r') {
            line.pop();
        }
    }
    Ok(Some(line))
}

fn read_line(c: Call<'_>) -> Out<'_> {
    match next_line(c)? {
        Some(line) => c.new_string(line),
        None => Ok(Value::nil()),
    }
}

fn read_all(c: Call<'_>) -> Out<'_> {
    let bytes = take_input(c, true)?;
    c.new_string(as_text(c, bytes)?)
}

fn lines(c: Call<'_>) -> Out<'_> {
    let array = c.iso.array(0)?;
    while let Some(line) = next_line(c)? {
        array.push(c.iso, c.iso.string_owned(line)?.into())?;
    }
    Ok(array.into())
}

/// `input(prompt?)`: writes the prompt's printed form, gives the next line or nil.
fn input(cx: &mut Cx<'_>, site: Site) -> Result<(), Fault> {
    if site.call(cx).opt(0).is_some() {
        put(cx, site, 0, |cx, bytes| cx.iso.write_output(bytes))?;
    }
    let call = site.call(cx);
    call.iso.stack().push(read_line(call)?);
    Ok(())
}

/// Hands the printed form of an argument to `sink`.
fn put(
    cx: &mut Cx<'_>,
    site: Site,
    index: usize,
    sink: impl FnOnce(&Cx<'_>, &[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let call = site.call(cx);
    let base = call.iso.stack().len();
    call.iso.stack().push(call.get(index));
    cx.to_text()?;
    let text = cx.iso.stack().get(base).as_str().map_or("", Str::text);
    sink(cx, text.as_bytes())?;
    cx.iso.stack().truncate(base);
    Ok(())
}

/// The printed forms, with nothing between or after them.
fn write(cx: &mut Cx<'_>, site: Site) -> Result<(), Fault> {
    for index in 0..site.args.count {
        put(cx, site, index, |cx, bytes| cx.iso.write_output(bytes))?;
    }
    cx.iso.stack().push(Value::nil());
    Ok(())
}

fn write_error(cx: &mut Cx<'_>, site: Site) -> Result<(), Fault> {
    for index in 0..site.args.count {
        put(cx, site, index, |cx, bytes| {
            io::stderr().write_all(bytes).map_err(|error| {
                let cause = cause(&error);
                let call = site.call(cx);
                call.error(ErrorKind::IOError, format_args!("cannot write: {cause}"))
            })
        })?;
    }
    cx.iso.stack().push(Value::nil());
    Ok(())
}
