//! Samples at returns.
//!
//! Calls and loop turns notice the ticks of a profiler's clock; returns do not, as they compare
//! nothing. So the time in a function that neither calls nor loops would count for its caller. While
//! a profile is made, returns go by way of this observer.

use super::threaded::{Table, handler, handler_functions};
use super::{Base, Ctx, Pc};
use crate::access::is_beyond_limit;
use crate::code::Ins;

handler_functions! {
    /// Notes the running functions if somebody wants attention, and goes to the handler.
    pub(super) fn sample(pc: Pc, base: Base, ins: Ins, table: Table, ctx: Ctx) {
        // SAFETY: the caller's promise; nothing else refers to the machine between instructions.
        unsafe {
            if is_beyond_limit(base, ctx) {
                note(pc, base, ctx);
            }
            handler(ins)(pc, base, ins, table, ctx)
        }
    }
}

#[cold]
#[inline(never)]
unsafe fn note(pc: Pc, base: Base, ctx: Ctx) {
    // SAFETY: see `sample`. The word stays lowered until the next step, which does what else there
    // is to do; another sample before that finds no tick.
    unsafe {
        ((*ctx).pc, (*ctx).base) = (pc, base);
        (*ctx).sample();
    }
}
