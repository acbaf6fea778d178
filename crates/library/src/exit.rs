//! The end of a program: `sysExit`, and functions that run then.

use crate::Host;
use crate::call::{Call, Out, Site};
use crate::row::{Row, rows};
use sox_runtime::{Cx, ErrorKind, Fault, TraceFrame, Unpacked, Value, ops};

pub(crate) const GLOBALS: &[Row] = rows! {
    "sysOnExit" (1, 1) calling on_exit;
    "sysExit" (0, 1) leaf exit;
};

/// Keeps a function to run at the end of the program, and behind it an error object, for its trace:
/// the calls in progress now.
fn on_exit(cx: &mut Cx<'_>, site: Site) -> Result<(), Fault> {
    let trace = cx.engine.trace(cx.iso);
    let call = site.call(cx);
    let handler = call.get(0);
    if ops::callable(handler).is_err() {
        return Err(call.expected("a function", handler));
    }
    if let Some(slot) = call.host().exit_handlers.get()
        && let Unpacked::Array(handlers) = call.iso.constant(slot).unpack()
    {
        let kind = ErrorKind::Error.name();
        let registered = call.iso.error(kind, call.iso.intern("")?, trace)?;
        handlers.push(call.iso, handler)?;
        handlers.push(call.iso, registered.into())?;
    }
    call.iso.stack().push(Value::nil());
    Ok(())
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
pub fn run_exit_handlers(cx: &mut Cx<'_>) -> Result<(), HandlerFault> {
    let base = cx.iso.stack().len();
    // The slot at `base` keeps the pending throw over the calls.
    let pending = cx.iso.pending().map_or(Value::nil(), Value::from);
    cx.iso.stack().push(pending);
    cx.iso.set_pending(None);
    let mut result = Ok(());
    while let Some(registered) = push_next_handler(cx) {
        match cx.call(0) {
            Ok(()) => {}
            Err(fault @ Fault::Limit(_)) => {
                cx.iso.stack().truncate(base);
                return Err(HandlerFault { fault, registered });
            }
            Err(fault) => {
                if matches!(fault, Fault::Thrown) {
                    let thrown = cx.iso.pending().map_or(Value::nil(), Value::from);
                    cx.iso.stack().set(base, thrown);
                    cx.iso.set_pending(None);
                }
                result = Err(HandlerFault { fault, registered });
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

/// Why a function that was given to `sysOnExit` failed.
#[derive(Debug)]
pub struct HandlerFault {
    /// What it threw, or what else ended it.
    pub fault: Fault,
    /// The calls in progress when it was given, innermost first.
    pub registered: Vec<TraceFrame>,
}

/// Moves the last handler to the stack and gives the trace of its registration; nothing if there is none.
fn push_next_handler(cx: &mut Cx<'_>) -> Option<Vec<TraceFrame>> {
    let slot = cx.iso.host::<Host>().and_then(|host| host.exit_handlers.get())?;
    let Unpacked::Array(handlers) = cx.iso.constant(slot).unpack() else { return None };
    let registered = match handlers.pop()?.unpack() {
        Unpacked::Error(error) => error.trace(),
        _ => Vec::new(),
    };
    cx.iso.stack().push(handlers.pop()?);
    Some(registered)
}
