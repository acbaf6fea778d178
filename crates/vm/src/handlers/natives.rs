//! Calls of natives.
//!
//! A native that the translator knows is called by one instruction: no frame is made, its arguments
//! lie in the caller's window. Others are called like closures, and code made for them does the work
//! (`stubs`). Natives that do something simple for the usual arguments ([`sox_runtime::Intrinsic`])
//! are not called then: the instruction does it.

use super::calls::give;
use super::prelude::*;
use crate::access;
use crate::dispatch::Looped;
use crate::vm::Vm;
use sox_runtime::{Fault, NativeFn};

/// Runs a native.
///
/// # Safety
/// See [`Dispatch`]; `info` is the address of a native's row, `first` the first of `count` values.
unsafe fn run(vm: &mut Vm, info: u64, first: Base, count: usize) -> Result<u64, Fault> {
    // SAFETY: the caller's promise.
    unsafe {
        let args = access::native_frame(&*vm.iso, first, count);
        access::flatten(first, count)?;
        match &access::native_info(info).run {
            NativeFn::Leaf(run) => run(&*vm.iso, args).map(word_of),
            NativeFn::Calling(run) => {
                vm.with_cx(|cx| run(cx, args)).map(|()| access::result(&*vm.iso, first, count))
            }
            NativeFn::Host(run) => {
                vm.with_cx(|cx| run(cx, args)).map(|()| access::result(&*vm.iso, first, count))
            }
        }
    }
}

/// calls the native \[0\] with c arguments in the window A
#[inline(always)]
pub(crate) unsafe fn call<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { D::slow(call_slow, pc, base, ins, ctx) }
}

#[inline(never)]
unsafe fn call_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`; the arguments lie in the window.
    unsafe {
        let vm = &mut *ctx;
        (vm.pc, vm.base) = (pc, base);
        let window = base.add(ins.a());
        match run(vm, *pc.add(1), window.add(2), ins.c()) {
            Ok(result) => {
                *window = result;
                Next { pc: pc.add(2), base }
            }
            Err(fault) => vm.unwind(fault),
        }
    }
}

/// A = what the native \[0\] does for the number B, unless that is a NaN
macro_rules! of_number {
    ($($(#[$doc:meta])+ $name:ident |$x:ident| $result:expr;)*) => { $(
        $(#[$doc])+
        #[inline(always)]
        pub(crate) unsafe fn $name<D: Dispatch>(
            pc: Pc,
            base: Base,
            ins: Ins,
            ctx: D::Ctx,
        ) -> D::Out {
            // SAFETY: see `Dispatch`.
            unsafe {
                let $x = f64::from_bits(*base.add(ins.b()));
                let result: f64 = $result;
                if result.is_nan() {
                    return D::slow(of_any_slow, pc, base, ins, ctx);
                }
                *base.add(ins.a()) = result.to_bits();
                D::next(pc.add(2), base, ctx)
            }
        }
    )* };
}

of_number! {
    /// A = the floor of B, as the native \[0\] gives it
    floor |x| access::floor(x);
    /// A = the square root of B, as the native \[0\] gives it
    square_root |x| x.sqrt();
}

/// A = the length of B, as the native \[0\] gives it
#[inline(always)]
pub(crate) unsafe fn length<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        match access::array_length(*base.add(ins.b())) {
            Some(length) => {
                *base.add(ins.a()) = length;
                D::next(pc.add(2), base, ctx)
            }
            None => D::slow(length_slow, pc, base, ins, ctx),
        }
    }
}

/// Of a string, or of something else.
#[inline(never)]
unsafe fn length_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`; the register holds a value.
    unsafe {
        if let Some(text) = access::value_of(*base.add(ins.b())).as_str() {
            *base.add(ins.a()) = (text.char_len() as f64).to_bits();
            return Next { pc: pc.add(2), base };
        }
        of_any_slow(pc, base, ins, ctx)
    }
}

/// A = what the leaf native \[0\] gives for B
#[inline(never)]
unsafe fn of_any_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`; the argument is copied to the end of the frame, which is free.
    unsafe {
        let mut frame = Frame::enter(pc, base, ins, ctx);
        let argument = frame.word(ins.b());
        frame.push(argument);
        let vm = frame.vm_mut();
        let first = access::last_slot(&*vm.iso);
        let result = run(vm, *pc.add(1), first, 1);
        frame.finish(ins.a(), result)
    }
}

/// runs the native \[0\] with the b:c values of the frame and returns its result
#[inline(always)]
pub(crate) unsafe fn native<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { D::slow(native_slow, pc, base, ins, ctx) }
}

#[inline(never)]
unsafe fn native_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`; the frame is a native's: callee, return word, so many arguments.
    unsafe {
        let vm = &mut *ctx;
        (vm.pc, vm.base) = (pc, base);
        match run(vm, *pc.add(1), base, ins.bc() as usize) {
            Ok(word) => give::<Looped>(word, base, ctx),
            Err(fault) => vm.unwind(fault),
        }
    }
}

/// appends the second value of the frame to the array that is the first, and returns the array; else
/// as `Native`
#[inline(always)]
pub(crate) unsafe fn push<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`; the frame has two values.
    unsafe {
        let array = *base;
        match access::push(array, *base.add(1)) {
            true => give::<D>(array, base, ctx),
            false => D::slow(native_slow, pc, base, ins, ctx),
        }
    }
}

/// takes the last element of the array that is the only value of the frame and returns it; else as
/// `Native`
#[inline(always)]
pub(crate) unsafe fn pop<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`; the frame has a value.
    unsafe {
        match access::pop(*base) {
            Some(element) => give::<D>(element, base, ctx),
            None => D::slow(native_slow, pc, base, ins, ctx),
        }
    }
}

/// returns the length of the array that is the only value of the frame; else as `Native`
#[inline(always)]
pub(crate) unsafe fn own_length<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`; the frame has a value.
    unsafe {
        match access::array_length(*base) {
            Some(length) => give::<D>(length, base, ctx),
            None => D::slow(native_slow, pc, base, ins, ctx),
        }
    }
}
