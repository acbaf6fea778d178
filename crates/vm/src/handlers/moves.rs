//! Moves between registers.

use super::prelude::*;

/// A = B
#[inline(always)]
pub(crate) unsafe fn copy<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        *base.add(ins.a()) = *base.add(ins.b());
        D::next(pc.add(1), base, ctx)
    }
}

/// A = \[0\]
#[inline(always)]
pub(crate) unsafe fn constant<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        *base.add(ins.a()) = *pc.add(1);
        D::next(pc.add(2), base, ctx)
    }
}

/// A = the mark of a parameter that was not given
#[inline(always)]
pub(crate) unsafe fn unset<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        *base.add(ins.a()) = bits::UNSET;
        D::next(pc.add(1), base, ctx)
    }
}
