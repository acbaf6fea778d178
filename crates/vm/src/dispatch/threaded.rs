//! The threaded form: a table of functions, each of which ends by jumping to the next.
//!
//! The jump is a call in tail position: caller and callee have the same signature with five (the
//! out-of-line path: six) register arguments, no local of a handler has its address taken or needs
//! dropping, so LLVM makes it a `jmp` and the native stack does not grow. Nothing in the language
//! promises that, which is why the build script admits only targets and optimisation levels where
//! it holds, and `tests/native_stack.rs` runs a hundred million instructions on a stack of 64 KiB.
//!
//! The calling convention is the one of System V also where another would be the platform's. Where
//! panics unwind, its name ends with `-unwind`: they may pass, so that no handler needs a landing pad,
//! which would keep its calls from being jumps. Where they abort it is the other way round: a function
//! that they may pass out of would need a landing pad that ends the process.

use super::counting::count;
use super::sampling::sample;
use super::{Base, Ctx, Dispatch, Pc, Slow};
use crate::code::Ins;
use crate::op::Op;

/// Declares functions with the calling convention of handlers.
macro_rules! handler_functions {
    (convention $abi:literal: $($(#[$attribute:meta])*
     $visibility:vis fn $name:ident($($argument:tt)*) $body:block)*) => { $(
        $(#[$attribute])*
        #[allow(improper_ctypes_definitions, reason = "no other language calls it")]
        $visibility unsafe extern $abi fn $name($($argument)*) $body
    )* };
    ($($functions:tt)*) => {
        #[cfg(all(target_arch = "x86_64", panic = "unwind"))]
        handler_functions! { convention "sysv64-unwind": $($functions)* }
        #[cfg(all(target_arch = "x86_64", panic = "abort"))]
        handler_functions! { convention "sysv64": $($functions)* }
        #[cfg(all(not(target_arch = "x86_64"), panic = "unwind"))]
        handler_functions! { convention "C-unwind": $($functions)* }
        #[cfg(all(not(target_arch = "x86_64"), panic = "abort"))]
        handler_functions! { convention "C": $($functions)* }
    };
}
pub(super) use handler_functions;

/// A handler as an entry of a table.
#[cfg(all(target_arch = "x86_64", panic = "unwind"))]
pub(super) type Handler = unsafe extern "sysv64-unwind" fn(Pc, Base, Ins, Table, Ctx);
/// A handler as an entry of a table.
#[cfg(all(target_arch = "x86_64", panic = "abort"))]
pub(super) type Handler = unsafe extern "sysv64" fn(Pc, Base, Ins, Table, Ctx);
/// A handler as an entry of a table.
#[cfg(all(not(target_arch = "x86_64"), panic = "unwind"))]
pub(super) type Handler = unsafe extern "C-unwind" fn(Pc, Base, Ins, Table, Ctx);
/// A handler as an entry of a table.
#[cfg(all(not(target_arch = "x86_64"), panic = "abort"))]
pub(super) type Handler = unsafe extern "C" fn(Pc, Base, Ins, Table, Ctx);

/// The handlers by number of the instruction.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct Table(*const HandlerPointer);

/// A [`Handler`], whose type would have to mention itself.
type HandlerPointer = *const ();

/// As many entries as there are instructions.
struct Entries([HandlerPointer; Op::ALL.len()]);

// SAFETY: the pointers are to functions.
unsafe impl Sync for Entries {}

impl Table {
    /// The handler of an instruction.
    ///
    /// # Safety
    /// The translator made it.
    #[inline(always)]
    pub(super) unsafe fn handler(self, ins: Ins) -> Handler {
        // SAFETY: tables have an entry, which is a handler, for each number there is.
        unsafe { std::mem::transmute(*self.0.add(usize::from(ins.number()))) }
    }
}

/// Handlers jump to the next one.
pub(crate) struct Threaded;

impl Dispatch for Threaded {
    type Out = ();
    type Ctx = (Table, Ctx);

    #[inline(always)]
    fn vm((_, ctx): (Table, Ctx)) -> Ctx {
        ctx
    }

    #[inline(always)]
    unsafe fn next(pc: Pc, base: Base, (table, ctx): (Table, Ctx)) {
        // SAFETY: `pc` points to an instruction.
        unsafe {
            let ins = Ins(*pc);
            table.handler(ins)(pc, base, ins, table, ctx)
        }
    }

    /// Returns, to whom called [`run`].
    #[inline(always)]
    fn leave(_pc: Pc, _base: Base) {}

    #[inline(always)]
    unsafe fn slow(slow: Slow, pc: Pc, base: Base, ins: Ins, (table, ctx): (Table, Ctx)) {
        // SAFETY: the caller's promise.
        unsafe { out_of_line(pc, base, ins, table, ctx, slow) }
    }
}

handler_functions! {
    /// Runs the out-of-line part of a handler: here and not in the handler, which would have to save
    /// registers around the call.
    #[inline(never)]
    fn out_of_line(pc: Pc, base: Base, ins: Ins, table: Table, ctx: Ctx, slow: Slow) {
        // SAFETY: the caller's promise.
        unsafe {
            let next = slow(pc, base, ins, ctx);
            Threaded::next(next.pc, next.base, (table, ctx))
        }
    }
}

macro_rules! derive_table {
    ($($(#[doc = $doc:literal])+ $name:ident: $module:ident :: $handler:ident,
       [$($role:tt)*] $words:literal)*) => {
        #[allow(non_snake_case, reason = "named as the instructions")]
        mod handlers {
            use super::{Base, Ctx, Ins, Pc, Table, Threaded};
            use crate::handlers::*;

            handler_functions! { $(
                pub(super) fn $name(pc: Pc, base: Base, ins: Ins, table: Table, ctx: Ctx) {
                    // SAFETY: the caller's promise.
                    unsafe { $module::$handler::<Threaded>(pc, base, ins, (table, ctx)) }
                }
            )* }
        }

        const HANDLERS: Entries = Entries([$(handlers::$name as Handler as HandlerPointer,)*]);
    };
}
crate::op::for_each_op!(derive_table);

/// The usual table.
static PLAIN: Entries = HANDLERS;

/// Every entry counts, then goes to the handler.
static COUNTING: Entries = Entries([count as Handler as HandlerPointer; Op::ALL.len()]);

/// Returns look for a tick of the profiler's clock, then go to the handler.
static SAMPLING: Entries = {
    let mut entries = HANDLERS;
    entries.0[Op::Return as usize] = sample as Handler as HandlerPointer;
    entries.0[Op::ReturnK as usize] = sample as Handler as HandlerPointer;
    entries.0[Op::AddReturn as usize] = sample as Handler as HandlerPointer;
    entries.0[Op::ShareReturn as usize] = sample as Handler as HandlerPointer;
    entries
};

/// The handler of an instruction, whatever table is in use.
///
/// # Safety
/// As [`Table::handler`].
pub(super) unsafe fn handler(ins: Ins) -> Handler {
    // SAFETY: the caller's promise.
    unsafe { Table(PLAIN.0.as_ptr()).handler(ins) }
}

/// Runs from `pc` until [`Op::Halt`], with the table for what the machine is to observe.
///
/// # Safety
/// See [`Dispatch`].
pub(super) unsafe fn run(pc: Pc, base: Base, ctx: Ctx) {
    // SAFETY: the caller's promise.
    unsafe {
        let table = match &*ctx {
            vm if vm.counts.is_some() => &COUNTING,
            vm if vm.samples.is_some() => &SAMPLING,
            _ => &PLAIN,
        };
        Threaded::next(pc, base, (Table(table.0.as_ptr()), ctx))
    }
}
