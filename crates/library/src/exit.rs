//! The end of a program: `sysExit`, and functions that run then.

use crate::Host;
use crate::call::{Call, Out};
use crate::row::{Row, rows};
use sox_runtime::{Cx, Fault, Unpacked, Value, ops};

pub(crate) const GLOBALS: &[Row] = rows! {
    "sysOnExit" (1, 1) leaf on_exit;
    "sysExit" (0, 1) leaf exit;
};

/// Keeps a function to run at the end of the program.
fn on_exit(c: Call<'_>) -> Out<'_> {
    let handler = c.get(0);
    if ops::callable(handler).is_err() {
        return Err(c.expected("a function", handler));
    }
    if let Some(slot) = c.host().exit_handlers.get()
        && let Unpacked::Array(handlers) = c.iso.constant(slot).unpack()
    {
        handlers.push(c.iso, handler)?;
    }
    Ok(Value::nil())
}

fn exit(c: Call<'_>) -> Out<'_> {
    let status = c.opt_number(0)?.map_or(0, sox_semantics::exit_status);
    Err(Fault::Exit(i32::from(status)))
}

/// Runs the functions given to `sysOnExit`, the last one first; also those that they add. A failing
/// one does not keep the others from running.
///
/// A throw that was pending before is pending again afterwards, unless a handler threw.
///
/// # Errors
/// The last fault of a handler. A limit ends everything at once.
pub fn run_exit_handlers(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let base = cx.iso.stack().len();
    // The slot at `base` keeps the pending throw over the calls.
    let pending = cx.iso.pending().map_or(Value::nil(), Value::from);
    cx.iso.stack().push(pending);
    cx.iso.set_pending(None);
    let mut result = Ok(());
    while push_next_handler(cx) {
        match cx.call(0) {
            Ok(()) => {}
            Err(fault @ Fault::Limit(_)) => {
                cx.iso.stack().truncate(base);
                return Err(fault);
            }
            Err(fault) => {
                if matches!(fault, Fault::Thrown) {
                    let thrown = cx.iso.pending().map_or(Value::nil(), Value::from);
                    cx.iso.stack().set(base, thrown);
                    cx.iso.set_pending(None);
                }
                result = Err(fault);
            }
        }
        cx.iso.stack().truncate(base + 1);
    }
    if let Unpacked::Error(error) = cx.iso.stack().get(base).unpack() {
        cx.iso.set_pending(Some(error));
    }
    cx.iso.stack().truncate(base);
    result
}

/// Moves the last handler to the stack; false if there is none.
fn push_next_handler(cx: &mut Cx<'_>) -> bool {
    let slot = cx.iso.host::<Host>().and_then(|host| host.exit_handlers.get());
    let Some(slot) = slot else { return false };
    let Unpacked::Array(handlers) = cx.iso.constant(slot).unpack() else { return false };
    let Some(handler) = handlers.pop() else { return false };
    cx.iso.stack().push(handler);
    true
}
