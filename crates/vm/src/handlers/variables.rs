//! Variables that are not registers: cells, captures, globals; and making closures.

use super::prelude::*;
use crate::access::{capture, cell_value, global};
use sox_bytecode::Capture;
use sox_runtime::{Value, ops};

/// A = a fresh cell holding B
#[inline(always)]
pub(crate) unsafe fn new_cell<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { D::slow(new_cell_slow, pc, base, ins, ctx) }
}

#[inline(never)]
unsafe fn new_cell_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let cell = frame.iso().cell(frame.get(ins.b())).map(|cell| word_of(cell.into()));
    frame.finish(ins.a(), cell)
}

/// A = what the cell in B holds
#[inline(always)]
pub(crate) unsafe fn get_cell<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`; the verifier sees to it that the local holds a cell.
    unsafe {
        *base.add(ins.a()) = cell_value(*base.add(ins.b()));
        D::next(pc.add(1), base, ctx)
    }
}

/// the cell in A gets B
#[inline(always)]
pub(crate) unsafe fn set_cell<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`; the verifier sees to it that the local holds a cell.
    unsafe {
        crate::access::set_cell(*base.add(ins.a()), *base.add(ins.b()));
        D::next(pc.add(1), base, ctx)
    }
}

/// A = capture b
#[inline(always)]
pub(crate) unsafe fn get_capture<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`; the callee is a closure of the running function, whose captures the
    // verifier counted.
    unsafe {
        *base.add(ins.a()) = *capture(*base.sub(2), ins.b());
        D::next(pc.add(1), base, ctx)
    }
}

/// A = what the cell in capture b holds
#[inline(always)]
pub(crate) unsafe fn get_capture_cell<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: as above, and the verifier sees to it that the capture is a cell.
    unsafe {
        *base.add(ins.a()) = cell_value(*capture(*base.sub(2), ins.b()));
        D::next(pc.add(1), base, ctx)
    }
}

/// the cell in capture a gets B
#[inline(always)]
pub(crate) unsafe fn set_capture_cell<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: as above.
    unsafe {
        crate::access::set_cell(*capture(*base.sub(2), ins.a()), *base.add(ins.b()));
        D::next(pc.add(1), base, ctx)
    }
}

/// A = global b:c, if it is declared
#[inline(always)]
pub(crate) unsafe fn get_global<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`; the unit's globals are the isolate's.
    unsafe {
        let value = *global(D::vm(ctx), ins.bc());
        if value == bits::UNSET {
            return D::slow(undefined_slow, pc, base, ins, ctx);
        }
        *base.add(ins.a()) = value;
        D::next(pc.add(1), base, ctx)
    }
}

/// A = global b:c, which is known to be declared
#[inline(always)]
pub(crate) unsafe fn get_declared<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`; the unit's globals are the isolate's.
    unsafe {
        *base.add(ins.a()) = *global(D::vm(ctx), ins.bc());
        D::next(pc.add(1), base, ctx)
    }
}

/// global b:c = A, if it is declared
#[inline(always)]
pub(crate) unsafe fn set_global<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`; the unit's globals are the isolate's.
    unsafe {
        let place = global(D::vm(ctx), ins.bc());
        if *place == bits::UNSET {
            return D::slow(undefined_slow, pc, base, ins, ctx);
        }
        *place = *base.add(ins.a());
        D::next(pc.add(1), base, ctx)
    }
}

/// global b:c = A
#[inline(always)]
pub(crate) unsafe fn define_global<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`; the unit's globals are the isolate's.
    unsafe {
        *global(D::vm(ctx), ins.bc()) = *base.add(ins.a());
        D::next(pc.add(1), base, ctx)
    }
}

/// raises `Undefined variable`
#[inline(always)]
pub(crate) unsafe fn undefined<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { D::slow(undefined_slow, pc, base, ins, ctx) }
}

#[cold]
#[inline(never)]
unsafe fn undefined_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let name = frame.variable_name();
    frame.fail(ops::undefined_variable(&name))
}

/// A = a closure of function b:c
#[inline(always)]
pub(crate) unsafe fn closure<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { D::slow(closure_slow, pc, base, ins, ctx) }
}

#[inline(never)]
unsafe fn closure_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let made = {
        let (reference, captures) = frame.unit_function(ins.bc());
        let callee = frame.callee_word();
        let captured = |from: &Capture| {
            let word = match *from {
                Capture::Local(slot) | Capture::Cell(slot) => frame.word(slot.index()),
                Capture::Capture(index) | Capture::CaptureCell(index) => {
                    // SAFETY: as in `get_capture`.
                    unsafe { *capture(callee, index.index()) }
                }
            };
            // SAFETY: registers and captures hold values or cells.
            unsafe { frame.value(word) }
        };
        let mut few = [Value::nil(); 8];
        let closure = if captures.len() <= few.len() {
            for (place, from) in few.iter_mut().zip(captures) {
                *place = captured(from);
            }
            frame.iso().closure(reference, &few[..captures.len()])
        } else {
            let many: Vec<Value<'_>> = captures.iter().map(captured).collect();
            frame.iso().closure(reference, &many)
        };
        closure.map(|closure| word_of(closure.into()))
    };
    frame.finish(ins.a(), made)
}
