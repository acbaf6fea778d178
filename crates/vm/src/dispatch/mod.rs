//! How the interpreter gets from one instruction to the next.
//!
//! A handler is written once, as a function generic over [`Dispatch`]: it ends by saying where
//! control goes on, and the form of the interpreter decides what that means.
//!
//! * [`looped`]: saying so returns the place to a loop around a `match`, into which all handlers are
//!   inlined. It works everywhere and is the form of debug builds.
//! * [`threaded`]: each handler is a function that jumps to the next one through a table. Each has
//!   its own indirect jump, which the processor predicts by what came before, and the compiler
//!   allots registers to one handler at a time. It needs calls in tail position to be jumps, so it
//!   is there only where the build script says they are.
//!
//! What a handler needs travels in arguments, `pc, base, ins, table, ctx`, and so stays in registers
//! of the machine: no handler takes the address of one. Whatever does not happen often is in a
//! function of its own, a [`Slow`], that is called out of line.
//!
//! # Other ways to run
//! `table` is what makes ways to run swappable at no cost for the usual one: a table whose entries
//! all lead to an observer, which then goes to the handler, sees every instruction ([`counting`]);
//! one where those of returns do makes profiles tell callers from callees ([`sampling`]).
//! Limits and collections at every safepoint do not even need a table: they lower the word that
//! calls and turns compare with anyway, and everything happens on the slow path.

#[cfg(sibling_calls)]
pub(crate) mod counting;
mod looped;
#[cfg(sibling_calls)]
mod sampling;
#[cfg(sibling_calls)]
mod threaded;

use crate::code::Ins;
use crate::vm::Vm;

pub(crate) use looped::Looped;

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

/// A place in the code, of which the compiler is not to know where it comes from. It does nothing.
///
/// A handler that jumps chooses the place and then goes on ([`go_on`]), at one place of its own, so that
/// the threaded form has one indirect jump for both ways. With one for each, both may come to lie in the
/// same 64 bytes of code, and where they did in the loops of quicksort, it took a fifth longer (on Zen 5;
/// making one of the two a jump to the other, in the finished executable, gave that back). Whether they
/// lay so, any change anywhere in the machine decided. Compilers have other ideas: they would choose
/// without a branch, which makes the indirect jump wait for the comparison and be the one to predict; so
/// one of the ways goes through here. Or they would double what follows the choice, if it is short; so
/// that does too.
#[inline(always)]
#[allow(clippy::pointers_in_nomem_asm_block, reason = "it neither reads nor writes")]
pub(crate) fn opaque(pc: Pc) -> Pc {
    #[cfg(all(sibling_calls, not(miri)))]
    {
        let mut pc = pc;
        // SAFETY: there is no instruction in it.
        unsafe {
            std::arch::asm!("/* {} */", inout(reg) pc, options(nomem, nostack, preserves_flags));
        }
        pc
    }
    #[cfg(not(all(sibling_calls, not(miri))))]
    {
        pc
    }
}

/// Goes on at a place that was chosen.
///
/// # Safety
/// See [`Dispatch`].
#[inline(always)]
pub(crate) unsafe fn go_on<D: Dispatch>(pc: Pc, base: Base, ctx: D::Ctx) -> D::Out {
    // SAFETY: the caller's promise.
    unsafe { D::next(opaque(pc), base, ctx) }
}

/// The out-of-line part of a handler.
///
/// # Safety (of calling one)
/// As of handlers, see [`Dispatch`].
pub(crate) type Slow = unsafe fn(Pc, Base, Ins, Ctx) -> Next;

/// How handlers go on.
///
/// # Safety (of calling handlers and these functions)
/// `pc` points to the instruction `ins` of code the translator made (which checks its output in
/// debug builds: registers lie in the frame, jumps go to instructions, the words are there), `base`
/// is register 0 of a frame of that code's function on the isolate's stack, `ctx` the machine that
/// runs it, whose isolate is set.
pub(crate) trait Dispatch {
    /// What a handler returns.
    type Out;
    /// The machine, with whatever else travels from handler to handler.
    type Ctx: Copy;

    /// The machine.
    fn vm(ctx: Self::Ctx) -> Ctx;

    /// Goes on with the instruction at `pc`.
    ///
    /// # Safety
    /// See [`Dispatch`].
    unsafe fn next(pc: Pc, base: Base, ctx: Self::Ctx) -> Self::Out;

    /// Ends the run.
    fn leave(pc: Pc, base: Base) -> Self::Out;

    /// Goes on where the slow path says.
    ///
    /// # Safety
    /// See [`Dispatch`].
    unsafe fn slow(slow: Slow, pc: Pc, base: Base, ins: Ins, ctx: Self::Ctx) -> Self::Out;
}

/// A form of the interpreter. Programs do the same in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A loop around a `match`.
    Loop,
    /// Handlers that jump from one to the next.
    Threaded,
}

impl Form {
    /// The forms this build has. The threaded one needs an optimised build for a Unix-like system on
    /// x86-64 or AArch64.
    pub const AVAILABLE: &[Form] =
        if cfg!(sibling_calls) { &[Form::Loop, Form::Threaded] } else { &[Form::Loop] };
}

/// The fastest there is; in debug builds the loop, which is easier to follow with a debugger.
impl Default for Form {
    fn default() -> Form {
        match cfg!(all(sibling_calls, not(debug_assertions))) {
            true => Form::Threaded,
            false => Form::Loop,
        }
    }
}

/// Runs from `pc` until [`Op::Halt`](crate::op::Op::Halt), in the machine's form.
///
/// # Safety
/// See [`Dispatch`].
pub(crate) unsafe fn run(pc: Pc, base: Base, ctx: Ctx) {
    // SAFETY: the caller's promise.
    unsafe {
        match (*ctx).form {
            Form::Loop => looped::run(pc, base, ctx),
            #[cfg(sibling_calls)]
            Form::Threaded => threaded::run(pc, base, ctx),
            #[cfg(not(sibling_calls))]
            Form::Threaded => looped::run(pc, base, ctx),
        }
    }
}
