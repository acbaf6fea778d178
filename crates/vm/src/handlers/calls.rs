//! Calls and returns.
//!
//! A call compares its callee with the one it called last, and goes straight to that one's code. All
//! else is out of line: [`enter`] finds the code, fills the cache, checks the limits.

use super::prelude::*;
use crate::access::{self, NO_CALLEE, is_beyond_limit};
use crate::calls::enter;
use crate::dispatch::Looped;
use crate::frame::{return_word, split_return_word};
use sox_runtime::ops;

/// Makes the frame for a callee and goes to its code.
///
/// # Safety
/// See [`Dispatch`]; the window holds the arguments; `entry` is code for this callee and count of
/// arguments; `size` words make up the call.
#[inline(always)]
unsafe fn go<D: Dispatch>(
    callee: u64,
    entry: u64,
    size: usize,
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: the caller's promise.
    unsafe {
        let distance = ins.a() + 2;
        let window = base.add(ins.a());
        *window = callee;
        *window.add(1) = return_word(pc.add(size), distance);
        let entry = std::ptr::with_exposed_provenance(entry as usize);
        D::next(entry, window.add(2), ctx)
    }
}

/// calls B with c arguments in the window A; cache: \[0\] callee, \[1\] entry, \[2\] number of the
/// callee's function, for sites that call one closure after the other of the same function
#[inline(always)]
pub(crate) unsafe fn call<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let callee = *base.add(ins.b());
        let is_known = callee == *pc.add(1) || access::is_closure_of(callee, *pc.add(3));
        if !is_known || is_beyond_limit(base.add(ins.a()), D::vm(ctx)) {
            return D::slow(call_slow, pc, base, ins, ctx);
        }
        go::<D>(callee, *pc.add(2), 4, pc, base, ins, ctx)
    }
}

#[inline(never)]
unsafe fn call_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    unsafe {
        // Sites that call many functions are common: functions that get functions.
        let callee = *base.add(ins.b());
        if *pc.add(1) != NO_CALLEE
            && let Some(function) = access::function_of(callee)
        {
            let vm = &*ctx;
            let function = &vm.functions[function.0 as usize];
            if function.exact as usize == ins.c()
                && !function.method
                && !is_beyond_limit(base.add(ins.a()), ctx)
            {
                let entry = function.entry.addr() as u64;
                return go::<Looped>(callee, entry, 4, pc, base, ins, ctx);
            }
        }
        *base.add(ins.a()) = callee;
        enter(Frame::enter(pc, base, ins, ctx), ins.c(), false, Some(0))
    }
}

/// calls global \[0\] with c arguments in the window A; cache: \[1\] callee, \[2\] entry
#[inline(always)]
pub(crate) unsafe fn call_global<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let callee = *access::global(D::vm(ctx), *pc.add(1) as u32);
        if callee != *pc.add(2) || is_beyond_limit(base.add(ins.a()), D::vm(ctx)) {
            return D::slow(call_global_slow, pc, base, ins, ctx);
        }
        go::<D>(callee, *pc.add(3), 4, pc, base, ins, ctx)
    }
}

#[inline(never)]
unsafe fn call_global_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    unsafe {
        *base.add(ins.a()) = *access::global(ctx, *pc.add(1) as u32);
        enter(Frame::enter(pc, base, ins, ctx), ins.c(), false, Some(1))
    }
}

/// calls member \[0\] of B with c arguments in the window A; cache: \[1\] shape, \[2\] method, \[3\] entry
#[inline(always)]
pub(crate) unsafe fn invoke<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let receiver = *base.add(ins.b());
        if !bits::is_object(receiver)
            || u64::from(access::shape(receiver)) != *pc.add(2)
            || is_beyond_limit(base.add(ins.a()), D::vm(ctx))
        {
            return D::slow(invoke_slow, pc, base, ins, ctx);
        }
        *base.add(ins.a() + 2) = receiver;
        go::<D>(*pc.add(3), *pc.add(4), 5, pc, base, ins, ctx)
    }
}

/// Another shape than last time, or something wants attention.
#[inline(never)]
unsafe fn invoke_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    unsafe {
        let receiver = *base.add(ins.b());
        if bits::is_object(receiver) && !is_beyond_limit(base.add(ins.a()), ctx) {
            let (shape, vm) = (access::shape(receiver), &*ctx);
            if let Some((method, entry)) = vm.methods.get(shape, *pc.add(1), ins.c() + 1) {
                let cells = pc.cast_mut();
                *cells.add(2) = shape.into();
                *cells.add(3) = method;
                *cells.add(4) = entry;
                *base.add(ins.a() + 2) = receiver;
                return go::<Looped>(method, entry, 5, pc, base, ins, ctx);
            }
        }
        invoke_any(pc, base, ins, ctx)
    }
}

#[inline(never)]
unsafe fn invoke_any(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let (window, mut args) = (ins.a(), ins.c() + 1);
    let receiver = frame.word(ins.b());
    let found = {
        // SAFETY: the word is a name of the unit.
        let name = unsafe { access::str_of(frame.following(0)) };
        let value = frame.get(ins.b());
        ops::find_member(frame.iso(), value, name).map(|member| match member {
            ops::Member::Method(method) => {
                (word_of(method), true, access::is_cacheable_method(frame.iso(), value, name))
            }
            ops::Member::Value(value) => (word_of(value), false, false),
        })
    };
    let (callee, this, cacheable) = match found {
        Ok(found) => found,
        Err(fault) => return frame.fail(fault),
    };
    frame.put(window, callee);
    if this {
        frame.put(window + 2, receiver);
    } else {
        // A field or entry gets no receiver.
        args -= 1;
        for register in window + 2..window + 2 + args {
            let word = frame.word(register + 1);
            frame.put(register, word);
        }
    }
    // SAFETY: a cacheable receiver is an object.
    let shape = if cacheable { unsafe { access::shape(receiver) } } else { 0 };
    frame.set_cell(1, shape.into());
    let cells = cacheable.then_some(2);
    // SAFETY: the window is complete.
    unsafe { enter(frame, args, this, cells) }
}

/// calls method \[0\] of the superclass B with c arguments in the window A, after `this`; cache: \[1\]
/// class, \[2\] method, \[3\] entry
#[inline(always)]
pub(crate) unsafe fn super_invoke<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        if *base.add(ins.b()) != *pc.add(2) || is_beyond_limit(base.add(ins.a()), D::vm(ctx)) {
            return D::slow(super_invoke_slow, pc, base, ins, ctx);
        }
        go::<D>(*pc.add(3), *pc.add(4), 5, pc, base, ins, ctx)
    }
}

#[inline(never)]
unsafe fn super_invoke_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let class = frame.word(ins.b());
    let method = {
        // SAFETY: the word is a name of the unit.
        let name = unsafe { access::str_of(frame.following(0)) };
        match frame.get(ins.b()).unpack() {
            sox_runtime::Unpacked::Class(superclass) => match superclass.method(name) {
                Some(method) => Ok(word_of(method.into())),
                None => Err(ops::undefined_property(name)),
            },
            _ => Err(ops::superclass_must_be_a_class()),
        }
    };
    match method {
        Ok(method) => frame.put(ins.a(), method),
        Err(fault) => return frame.fail(fault),
    }
    frame.set_cell(1, class);
    // SAFETY: the window is complete.
    unsafe { enter(frame, ins.c() + 1, true, Some(2)) }
}

/// Gives a value to the caller.
///
/// # Safety
/// See [`Dispatch`].
#[inline(always)]
pub(crate) unsafe fn give<D: Dispatch>(value: u64, base: Base, ctx: D::Ctx) -> D::Out {
    // SAFETY: two words lie below every frame's base.
    unsafe {
        let (pc, distance) = split_return_word(*base.sub(1));
        *base.sub(2) = value;
        D::next(pc, base.sub(distance), ctx)
    }
}

/// returns A
#[inline(always)]
pub(crate) unsafe fn return_register<D: Dispatch>(
    _pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { give::<D>(*base.add(ins.a()), base, ctx) }
}

/// returns \[0\]
#[inline(always)]
pub(crate) unsafe fn return_constant<D: Dispatch>(
    pc: Pc,
    base: Base,
    _ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { give::<D>(*pc.add(1), base, ctx) }
}

/// begins a function with more registers than the red zone: b:c registers
#[inline(always)]
pub(crate) unsafe fn enter_big<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { D::slow(enter_big_slow, pc, base, ins, ctx) }
}

#[inline(never)]
unsafe fn enter_big_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`; the frame's first registers are within the red zone.
    unsafe {
        let vm = &mut *ctx;
        match access::reserve(&*vm.iso, base, ins.bc() as usize) {
            Ok(()) => Next { pc: pc.add(1), base },
            Err(fault) => {
                // The error is the caller's.
                let (caller, distance) = split_return_word(*base.sub(1));
                vm.pc = caller;
                vm.base = base.sub(distance);
                vm.unwind_from_call(fault)
            }
        }
    }
}

/// raises the base by b:c registers
#[inline(always)]
pub(crate) unsafe fn raise_base<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: the translator made the number a register of the frame.
    unsafe { D::next(pc.add(1), base.add(ins.bc() as usize), ctx) }
}

/// lowers the base by b:c registers
#[inline(always)]
pub(crate) unsafe fn lower_base<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: the base was raised by as much before.
    unsafe { D::next(pc.add(1), base.sub(ins.bc() as usize), ctx) }
}

/// makes an instance of the callee and goes on with its `init` \[0\] at \[1\], with the b:c values of
/// the frame as arguments
#[inline(always)]
pub(crate) unsafe fn construct<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { D::slow(construct_slow, pc, base, ins, ctx) }
}

#[inline(never)]
unsafe fn construct_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`; the frame is a class's: callee, return word, so many arguments, and
    // room for one more.
    unsafe {
        let vm = &mut *ctx;
        let instance = match access::new_instance(&*vm.iso, *base.sub(2)) {
            Ok(instance) => instance,
            Err(fault) => {
                (vm.pc, vm.base) = (pc, base);
                return vm.unwind(fault);
            }
        };
        let init = *pc.add(1);
        if init == 0 {
            return give::<Looped>(instance, base, ctx);
        }
        base.copy_to(base.add(1), ins.bc() as usize);
        *base = instance;
        *base.sub(2) = init;
        let entry = std::ptr::with_exposed_provenance(*pc.add(2) as usize);
        Next { pc: entry, base }
    }
}

/// leaves the interpreter
#[inline(always)]
pub(crate) unsafe fn halt<D: Dispatch>(pc: Pc, base: Base, _ins: Ins, _ctx: D::Ctx) -> D::Out {
    D::leave(pc, base)
}
