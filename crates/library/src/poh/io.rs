//! `Write`, `Use` and `Ask`.

use super::runtime_error;
use crate::call::{Call, Out};
use crate::row::{Row, rows};
use sox_runtime::{ErrorKind, Fault, Unpacked, Value, poh};

pub(crate) const GLOBALS: &[Row] = rows! {
    "poh.write" (1, 1) leaf write;
    "poh.write_result" (1, 1) leaf write_result;
    "poh.ask" (0, 2) leaf ask;
    "poh.show" (1, 1) leaf show;
};

fn write(c: Call<'_>) -> Out<'_> {
    let text = poh::text_of(c.iso, c.get(0))?.flat()?;
    c.iso.write_output(text.as_bytes())?;
    c.iso.write_output(b"\n")?;
    Ok(Value::nil())
}

/// Writes what a function gave, if it gave something.
fn write_result(c: Call<'_>) -> Out<'_> {
    if c.get(0).is_nil() { Ok(Value::nil()) } else { write(c) }
}

/// Prompt, whether a number is expected: the next line of input; a number if it is one. At the end
/// of the input the answer is empty.
fn ask(c: Call<'_>) -> Out<'_> {
    if let Some(prompt) = c.opt(0) {
        c.iso.write_output(poh::text_of(c.iso, prompt)?.flat()?.as_bytes())?;
    }
    let answer = crate::io::next_line(c).map_err(as_runtime_error)?.unwrap_or_default();
    if let Some(number) = sox_semantics::text_to_number(answer.trim()) {
        return Ok(Value::number(number));
    }
    if matches!(c.get(1).unpack(), Unpacked::Bool(true)) {
        let what = match answer.trim() {
            "" => "nothing".to_string(),
            answer => format!("\"{answer}\""),
        };
        return Err(Fault::error(
            ErrorKind::ValidationError,
            format!("The answer must be a number, and it was {what}."),
        ));
    }
    c.new_string(answer)
}

fn as_runtime_error(fault: Fault) -> Fault {
    match fault {
        Fault::Error(_, _) => runtime_error("The input is not text that can be read (UTF-8)."),
        other => other,
    }
}

/// The text of a value with its quotes, for an interactive session; nothing of nothing.
fn show(c: Call<'_>) -> Out<'_> {
    let value = c.get(0);
    if value.is_nil() {
        return Ok(value);
    }
    Ok(poh::text_of(c.iso, value)?.into())
}
