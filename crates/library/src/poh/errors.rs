//! Errors as values.

use crate::call::{Call, Out, Site};
use crate::row::{Row, rows};
use sox_runtime::poh::{self, error_type};
use sox_runtime::{Cx, Fault, Unpacked, Value};

pub(crate) const GLOBALS: &[Row] = rows! {
    "poh.error" (2, 2) calling error;
    "poh.thrown" (1, 1) calling thrown;
    "poh.error_message" (1, 1) leaf message;
    "poh.error_type" (1, 1) leaf type_of;
    "poh.error_is" (2, 2) leaf is;
    "poh.undefined" (1, 2) leaf undefined;
    "poh.unset" (0, 0) leaf unset;
};

/// Type, message: an error with the trace of this place.
fn error(cx: &mut Cx<'_>, site: Site) -> Result<(), Fault> {
    let trace = cx.engine.trace(cx.iso);
    let call = site.call(cx);
    let kind = poh::text_of(call.iso, call.get(0))?.flat()?;
    let message = poh::text_of(call.iso, call.get(1))?;
    call.iso.stack().push(call.iso.error(kind, message, trace)?.into());
    Ok(())
}

/// What `throw` throws and a handler binds: an error as it is; anything else as the message of a
/// `RuntimeError`.
fn thrown(cx: &mut Cx<'_>, site: Site) -> Result<(), Fault> {
    let trace = cx.engine.trace(cx.iso);
    let call = site.call(cx);
    let value = call.get(0);
    if let Unpacked::Error(_) = value.unpack() {
        call.iso.stack().push(value);
        return Ok(());
    }
    let message = poh::text_of(call.iso, value)?;
    call.iso.stack().push(call.iso.error("RuntimeError", message, trace)?.into());
    Ok(())
}

fn message(c: Call<'_>) -> Out<'_> {
    match c.get(0).unpack() {
        Unpacked::Error(error) => c.copy_string(&poh::message_in_poh(error)),
        _ => Ok(poh::text_of(c.iso, c.get(0))?.into()),
    }
}

/// PohLang's type of an error; that of anything else that is thrown is `RuntimeError`.
fn name_of_type(value: Value<'_>) -> Result<&str, Fault> {
    match value.unpack() {
        Unpacked::Error(error) => Ok(error_type(error.kind_name().flat()?)),
        _ => Ok("RuntimeError"),
    }
}

fn type_of(c: Call<'_>) -> Out<'_> {
    c.copy_string(name_of_type(c.get(0))?)
}

/// Whether an error is of a type.
fn is(c: Call<'_>) -> Out<'_> {
    let wanted = c.text(1)?;
    Ok(Value::bool(name_of_type(c.get(0))?.eq_ignore_ascii_case(wanted)))
}

/// Characters of a name that a message shows.
const MOST_SHOWN: usize = 60;

/// The error of a name that nothing stands behind; with the name that was perhaps meant.
fn undefined(c: Call<'_>) -> Out<'_> {
    let name = c.text(0)?;
    let mut message = match name.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("There is nothing called {}...", &name[..end]),
        None => format!("There is nothing called {name}."),
    };
    if let Some(known) = c.opt_text(1)? {
        message += &format!(" Did you mean {known}?");
    }
    Err(super::runtime_error(message))
}

/// Never called: the function itself is the mark of a variable that was not set.
fn unset(_: Call<'_>) -> Out<'_> {
    Ok(Value::nil())
}
