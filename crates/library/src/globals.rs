//! Globals about values of any kind, and those that make containers.

use crate::call::{Call, Out, Site};
use crate::limit::check_array;
use crate::row::{Row, rows};
use sox_runtime::{Cx, ErrorKind, Fault, Unpacked, Value};

pub(crate) const GLOBALS: &[Row] = rows! {
    "len" (1, 1) leaf len as Length;
    "type" (1, 1) leaf type_of;
    "str" (1, 1) calling to_str;
    "num" (1, 1) leaf to_num;
    "range" (1, 3) leaf range;
    "isInstance" (2, 2) leaf is_instance;
    "error" (1, 2) calling error;
};

fn len(c: Call<'_>) -> Out<'_> {
    let count = match c.get(0).unpack() {
        Unpacked::String(s) => s.char_len(),
        Unpacked::Array(a) => a.len(),
        Unpacked::Table(t) => t.len(),
        _ => return Err(c.expected("a string, array or table", c.get(0))),
    };
    Ok(Value::number(count as f64))
}

fn type_of(c: Call<'_>) -> Out<'_> {
    Ok(c.iso.intern(c.get(0).kind().type_name())?.into())
}

/// Leaves the printed form of argument 0 on the stack.
fn to_str(cx: &mut Cx<'_>, site: Site) -> Result<(), Fault> {
    let call = site.call(cx);
    call.iso.stack().push(call.get(0));
    cx.to_text()
}

/// Of a string the number it says, of a number itself; nil of a string that says none.
fn to_num(c: Call<'_>) -> Out<'_> {
    Ok(match c.get(0).unpack() {
        Unpacked::Number(_) => c.get(0),
        Unpacked::String(s) => {
            sox_semantics::text_to_number(s.text()).map_or(Value::nil(), Value::number)
        }
        _ => return Err(c.expected("a string", c.get(0))),
    })
}

fn range(c: Call<'_>) -> Out<'_> {
    let (from, to, step) = match c.opt_number(1)? {
        None => (0.0, c.number(0)?, c.opt_number(2)?.unwrap_or(1.0)),
        Some(to) => (c.number(0)?, to, c.opt_number(2)?.unwrap_or(1.0)),
    };
    if !(from.is_finite() && to.is_finite() && step.is_finite()) {
        return Err(c.value_error("the bounds and the step must be finite numbers"));
    }
    if step == 0.0 {
        return Err(c.value_error("the step must not be 0"));
    }
    let count = check_array(c, ((to - from) / step).ceil().max(0.0))?;
    let array = c.iso.array(count)?;
    for i in 0..count {
        array.push(c.iso, Value::number(from + i as f64 * step))?;
    }
    Ok(array.into())
}

fn is_instance(c: Call<'_>) -> Out<'_> {
    let Unpacked::Class(wanted) = c.get(1).unpack() else {
        return Err(c.expected("a class", c.get(1)));
    };
    let mut class = match c.get(0).unpack() {
        Unpacked::Instance(instance) => Some(instance.class()),
        _ => None,
    };
    while let Some(one) = class {
        if Value::from(one).same(wanted.into()) {
            return Ok(Value::bool(true));
        }
        class = one.superclass();
    }
    Ok(Value::bool(false))
}

/// `error(message, kind?)`: an error object with the trace of this place. The message may be any
/// value; its printed form is taken.
fn error(cx: &mut Cx<'_>, site: Site) -> Result<(), Fault> {
    let trace = cx.engine.trace(cx.iso);
    let call = site.call(cx);
    call.opt_text(1)?;
    call.iso.stack().push(call.get(0));
    cx.to_text()?;
    let call = site.call(cx);
    let stack = call.iso.stack();
    let top = stack.len() - 1;
    let message = stack.get(top).as_str().expect("a printed form is a string");
    let kind = call.opt_text(1)?.unwrap_or(ErrorKind::Error.name());
    stack.set(top, call.iso.error(kind, message, trace)?.into());
    Ok(())
}
