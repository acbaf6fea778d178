//! Values that are copied when they are assigned: PohLang's operations, see [`sox_runtime::poh`].

use super::prelude::*;
use crate::access;
use crate::dispatch::Slow;
use sox_runtime::{Fault, poh};

/// A = PohLang's truth of B
#[inline(always)]
pub(crate) unsafe fn truth_of<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let word = *base.add(ins.b());
        let holds = if bits::is_number(word) {
            f64::from_bits(word) != 0.0
        } else if bits::is_object(word) {
            return D::slow(truth_slow, pc, base, ins, ctx);
        } else {
            !is_false(word)
        };
        *base.add(ins.a()) = truth(holds);
        D::next(pc.add(1), base, ctx)
    }
}

#[inline(never)]
unsafe fn truth_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let holds = truth(poh::truth(frame.get(ins.b())));
    frame.finish(ins.a(), Ok(holds))
}

/// A must be a number
#[inline(always)]
pub(crate) unsafe fn check_number<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        if !bits::is_number(*base.add(ins.a())) {
            return D::slow(check_number_slow, pc, base, ins, ctx);
        }
        D::next(pc.add(1), base, ctx)
    }
}

#[cold]
#[inline(never)]
pub(super) unsafe fn check_number_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let result = poh::number(frame.get(ins.a())).map(|_| ());
    frame.finish_without_result(result)
}

/// A must be a number other than 0
#[inline(always)]
pub(crate) unsafe fn check_divisor<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`. What is no number is a NaN, and differs from itself.
    unsafe {
        let divisor = f64::from_bits(*base.add(ins.a()));
        if divisor.abs() > 0.0 {
            return D::next(pc.add(1), base, ctx);
        }
        D::slow(check_divisor_slow, pc, base, ins, ctx)
    }
}

#[cold]
#[inline(never)]
unsafe fn check_divisor_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let result = poh::divisor(frame.get(ins.a())).map(|_| ());
    frame.finish_without_result(result)
}

/// marks A as shared
#[inline(always)]
pub(crate) unsafe fn share<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`; registers hold values.
    unsafe {
        access::share(*base.add(ins.a()));
        D::next(pc.add(1), base, ctx)
    }
}

/// A = B joined with C
#[inline(always)]
pub(crate) unsafe fn join<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let sum = f64::from_bits(*base.add(ins.b())) + f64::from_bits(*base.add(ins.c()));
        if sum.is_nan() {
            return D::slow(join_slow, pc, base, ins, ctx);
        }
        *base.add(ins.a()) = sum.to_bits();
        D::next(pc.add(1), base, ctx)
    }
}

/// A = B joined with \[0\], a number
#[inline(always)]
pub(crate) unsafe fn join_k<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let sum = f64::from_bits(*base.add(ins.b())) + f64::from_bits(*pc.add(1));
        if sum.is_nan() {
            return D::slow(join_k_slow, pc, base, ins, ctx);
        }
        *base.add(ins.a()) = sum.to_bits();
        D::next(pc.add(2), base, ctx)
    }
}

#[inline(never)]
unsafe fn join_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`; both words are registers.
    let frame = unsafe {
        // Two texts are joined as in Sox.
        let texts = access::join(&*(*ctx).iso, *base.add(ins.b()), *base.add(ins.c()));
        if let Some(Ok(joined)) = texts {
            *base.add(ins.a()) = joined;
            return Next { pc: pc.add(1), base };
        }
        Frame::enter(pc, base, ins, ctx)
    };
    let joined = poh::join(frame.iso(), frame.get(ins.b()), frame.get(ins.c())).map(word_of);
    frame.finish(ins.a(), joined)
}

#[inline(never)]
unsafe fn join_k_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let joined = poh::join(frame.iso(), frame.get(ins.b()), frame.constant(0)).map(word_of);
    frame.finish(ins.a(), joined)
}

/// A = B is the same as C
#[inline(always)]
pub(crate) unsafe fn same<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let (a, b) = (*base.add(ins.b()), *base.add(ins.c()));
        if bits::is_object(a) && bits::is_object(b) {
            return D::slow(same_slow, pc, base, ins, ctx);
        }
        *base.add(ins.a()) = truth(super::compare::are_equal(a, b));
        D::next(pc.add(1), base, ctx)
    }
}

#[inline(never)]
unsafe fn same_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let same = truth(poh::same(frame.get(ins.b()), frame.get(ins.c())));
    frame.finish(ins.a(), Ok(same))
}

/// A = item C of B
#[inline(always)]
pub(crate) unsafe fn get_item<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { get_item_of::<D>(*base.add(ins.b()), get_item_slow, pc, base, ins, ctx) }
}

/// A = item C of global b, which is known to be declared
#[inline(always)]
pub(crate) unsafe fn get_global_item<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`; the unit's globals are the isolate's.
    unsafe {
        let list = *access::global(D::vm(ctx), ins.b() as u32);
        get_item_of::<D>(list, get_global_item_slow, pc, base, ins, ctx)
    }
}

#[inline(always)]
unsafe fn get_item_of<D: Dispatch>(
    list: u64,
    slow: Slow,
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        match access::read_element(list, *base.add(ins.c())) {
            Some(element) => {
                *base.add(ins.a()) = element;
                D::next(pc.add(1), base, ctx)
            }
            None => D::slow(slow, pc, base, ins, ctx),
        }
    }
}

/// No list, or no place in it from its beginning.
#[inline(never)]
pub(super) unsafe fn get_item_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let item = poh::get_item(frame.iso(), frame.get(ins.b()), frame.get(ins.c())).map(word_of);
    frame.finish(ins.a(), item)
}

/// The same with a global.
#[inline(never)]
pub(super) unsafe fn get_global_item_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let container = frame.global(ins.b());
    let item = poh::get_item(frame.iso(), container, frame.get(ins.c())).map(word_of);
    frame.finish(ins.a(), item)
}

/// A = item C of B, marked as shared if B is
#[inline(always)]
pub(crate) unsafe fn get_item_to_change<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let list = *base.add(ins.b());
        match access::element(list, *base.add(ins.c())) {
            Some(element) if !access::is_shared_list(list) => {
                *base.add(ins.a()) = *element;
                D::next(pc.add(1), base, ctx)
            }
            _ => D::slow(get_item_to_change_slow, pc, base, ins, ctx),
        }
    }
}

#[inline(never)]
unsafe fn get_item_to_change_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let item = poh::item_to_change(frame.iso(), frame.get(ins.b()), frame.get(ins.c()));
    let item = item.map(word_of);
    frame.finish(ins.a(), item)
}

/// A = B with item C being the register that \[0\] names
#[inline(always)]
pub(crate) unsafe fn with_item<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let list = *base.add(ins.b());
        if !access::set_own_element(list, *base.add(ins.c()), *base.add(*pc.add(1) as usize)) {
            return D::slow(with_item_slow, pc, base, ins, ctx);
        }
        // Read again, which is cheaper than keeping it.
        *base.add(ins.a()) = *base.add(ins.b());
        D::next(pc.add(2), base, ctx)
    }
}

#[inline(never)]
unsafe fn with_item_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let value = frame.get(frame.following(0) as usize);
    let object = poh::with_item(frame.iso(), frame.get(ins.b()), frame.get(ins.c()), value);
    let object = object.map(word_of);
    frame.finish(ins.a(), object)
}

/// A = A with item B being C
#[inline(always)]
pub(crate) unsafe fn set_item<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let list = *base.add(ins.a());
        if !access::set_own_element(list, *base.add(ins.b()), *base.add(ins.c())) {
            return D::slow(set_item_slow, pc, base, ins, ctx);
        }
        D::next(pc.add(1), base, ctx)
    }
}

#[inline(never)]
unsafe fn set_item_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let [object, index, value] = [ins.a(), ins.b(), ins.c()].map(|register| frame.get(register));
    let object = poh::with_item(frame.iso(), object, index, value).map(word_of);
    frame.finish(ins.a(), object)
}

/// global a, which is known to be declared, = itself with item B being C
#[inline(always)]
pub(crate) unsafe fn set_global_item<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`; the unit's globals are the isolate's.
    unsafe {
        let list = *access::global(D::vm(ctx), ins.a() as u32);
        if !access::set_own_element(list, *base.add(ins.b()), *base.add(ins.c())) {
            return D::slow(set_global_item_slow, pc, base, ins, ctx);
        }
        D::next(pc.add(1), base, ctx)
    }
}

#[inline(never)]
unsafe fn set_global_item_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let changed = {
        let [index, value] = [ins.b(), ins.c()].map(|register| frame.get(register));
        poh::with_item(frame.iso(), frame.global(ins.a()), index, value).map(word_of)
    };
    let stored = changed.map(|word| {
        // SAFETY: the unit's globals are the isolate's.
        unsafe { *access::global(ctx, ins.a() as u32) = word }
    });
    frame.finish_without_result(stored)
}

/// A = B with C at its end
#[inline(always)]
pub(crate) unsafe fn append<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let list = *base.add(ins.b());
        if !access::push_own(list, *base.add(ins.c())) {
            return D::slow(append_slow, pc, base, ins, ctx);
        }
        *base.add(ins.a()) = list;
        D::next(pc.add(1), base, ctx)
    }
}

#[inline(never)]
unsafe fn append_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let list: Result<u64, Fault> =
        poh::append(frame.iso(), frame.get(ins.b()), frame.get(ins.c())).map(word_of);
    frame.finish(ins.a(), list)
}
