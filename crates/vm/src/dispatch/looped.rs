//! The form with a loop.

use super::{Base, Ctx, Dispatch, Next, Pc, Slow};
use crate::code::Ins;

/// Handlers return where control goes on.
pub(crate) struct Looped;

impl Dispatch for Looped {
    type Out = Next;
    type Ctx = Ctx;

    #[inline(always)]
    fn vm(ctx: Ctx) -> Ctx {
        ctx
    }

    #[inline(always)]
    unsafe fn next(pc: Pc, base: Base, _ctx: Ctx) -> Next {
        Next { pc, base }
    }

    /// Not used: the loop itself leaves at [`Op::Halt`](crate::op::Op::Halt).
    fn leave(pc: Pc, base: Base) -> Next {
        Next { pc, base }
    }

    #[inline(always)]
    unsafe fn slow(slow: Slow, pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
        // SAFETY: the caller's promise.
        unsafe { slow(pc, base, ins, ctx) }
    }
}

macro_rules! arm {
    (Halt, $handler:path, $pc:ident, $base:ident, $ins:ident, $ctx:ident) => {
        return
    };
    ($name:ident, $handler:path, $pc:ident, $base:ident, $ins:ident, $ctx:ident) => {
        // SAFETY: the promise of `run`, kept by every handler for the next.
        unsafe { $handler($pc, $base, $ins, $ctx) }
    };
}

macro_rules! derive_loop {
    ($($(#[doc = $doc:literal])+ $name:ident: $module:ident :: $handler:ident,
       [$($role:tt)*] $words:literal)*) => {
        /// Runs from `pc` until [`Op::Halt`](crate::op::Op::Halt).
        ///
        /// # Safety
        /// See [`Dispatch`].
        #[allow(non_upper_case_globals, reason = "named as the instructions")]
        pub(super) unsafe fn run(mut pc: Pc, mut base: Base, ctx: Ctx) {
            use crate::handlers::*;
            $(const $name: u16 = crate::op::Op::$name as u16;)*
            loop {
                // SAFETY: `pc` points to an instruction.
                let ins = Ins(unsafe { *pc });
                let next = match ins.number() {
                    $($name => arm!($name, $module::$handler::<Looped>, pc, base, ins, ctx),)*
                    // SAFETY: the translator makes no other numbers.
                    _ => unsafe { std::hint::unreachable_unchecked() },
                };
                pc = next.pc;
                base = next.base;
            }
        }
    };
}
crate::op::for_each_op!(derive_loop);
