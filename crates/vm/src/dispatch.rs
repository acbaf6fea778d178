//! How the interpreter gets from one instruction to the next.
//!
//! A handler is written once, as a function generic over [`Dispatch`]: it ends by saying where
//! control goes on, and the form of the interpreter decides what that means. In the only form there
//! is now, [`Looped`], saying so returns the place to a loop around a `match`, into which all
//! handlers are inlined. A threaded form would jump to the next handler instead.
//!
//! What a handler needs travels in arguments, `pc, base, ins, ctx`, and so stays in registers of
//! the machine: no handler takes the address of one. Whatever does not happen often is in a
//! function of its own, a [`Slow`], that is called out of line.

use crate::code::Ins;
use crate::vm::Vm;

/// Where an instruction is.
pub(crate) type Pc = *const u64;
/// Register 0 of the running frame.
pub(crate) type Base = *mut u64;
/// The state of the whole machine.
pub(crate) type Ctx = *mut Vm;

/// Where control goes on.
#[derive(Clone, Copy)]
pub(crate) struct Next {
    pub(crate) pc: Pc,
    pub(crate) base: Base,
}

/// The out-of-line part of a handler.
///
/// # Safety (of calling one)
/// As of handlers, see [`Dispatch`].
pub(crate) type Slow = unsafe fn(Pc, Base, Ins, Ctx) -> Next;

/// A form of the interpreter.
///
/// # Safety (of calling handlers and these functions)
/// `pc` points to the instruction `ins` of code the translator made (which checks its output in
/// debug builds: registers lie in the frame, jumps go to instructions, the words are there), `base`
/// is register 0 of a frame of that code's function on the isolate's stack, `ctx` the machine that
/// runs it, whose isolate is set.
pub(crate) trait Dispatch {
    /// What a handler returns.
    type Out;

    /// Goes on with the instruction at `pc`.
    ///
    /// # Safety
    /// See [`Dispatch`].
    unsafe fn next(pc: Pc, base: Base, ctx: Ctx) -> Self::Out;

    /// Goes on where the slow path says.
    ///
    /// # Safety
    /// See [`Dispatch`].
    unsafe fn slow(slow: Slow, pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Self::Out;
}

/// The form with a loop.
pub(crate) struct Looped;

impl Dispatch for Looped {
    type Out = Next;

    #[inline(always)]
    unsafe fn next(pc: Pc, base: Base, _ctx: Ctx) -> Next {
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
        // SAFETY: the promise of `run_loop`, kept by every handler for the next.
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
        pub(crate) unsafe fn run_loop(mut pc: Pc, mut base: Base, ctx: Ctx) {
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
