//! Comparisons that leave a value.

use super::prelude::*;
use sox_runtime::ops;
use std::cmp::Ordering;

/// The order comparisons: a test and its opposite, both of which are false if a side is a NaN,
/// which everything is that is no number.
macro_rules! order {
    ($name:ident, $doc:literal, $with_constant:ident, $slow:ident, $slow_constant:ident,
     $test:tt, $opposite:tt, |$order:ident| $holds:expr) => {
        #[doc = $doc]
        #[inline(always)]
        pub(crate) unsafe fn $name<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
            // SAFETY: see `Dispatch`.
            unsafe {
                let x = f64::from_bits(*base.add(ins.b()));
                let y = f64::from_bits(*base.add(ins.c()));
                let result = if x $test y {
                    bits::TRUE
                } else if x $opposite y {
                    bits::FALSE
                } else {
                    return D::slow($slow, pc, base, ins, ctx);
                };
                *base.add(ins.a()) = result;
                D::next(pc.add(1), base, ctx)
            }
        }

        #[cold]
        #[inline(never)]
        unsafe fn $slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
            // SAFETY: see `Dispatch`.
            let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
            let order = ops::compare(frame.get(ins.b()), frame.get(ins.c()));
            frame.finish(ins.a(), order.map(|$order| truth($holds)))
        }

        order!(@constant $with_constant, $slow_constant, $test, $opposite, |$order| $holds);
    };
    (@constant $name:ident, $slow:ident, $test:tt, $opposite:tt, |$order:ident| $holds:expr) => {
        /// The comparison with a constant number.
        #[inline(always)]
        pub(crate) unsafe fn $name<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
            // SAFETY: see `Dispatch`.
            unsafe {
                let x = f64::from_bits(*base.add(ins.b()));
                let y = f64::from_bits(*pc.add(1));
                let result = if x $test y {
                    bits::TRUE
                } else if x $opposite y {
                    bits::FALSE
                } else {
                    return D::slow($slow, pc, base, ins, ctx);
                };
                *base.add(ins.a()) = result;
                D::next(pc.add(2), base, ctx)
            }
        }

        #[cold]
        #[inline(never)]
        unsafe fn $slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
            // SAFETY: see `Dispatch`.
            let frame = unsafe { Frame::enter(pc, base, ins, ctx) };
            let order = ops::compare(frame.get(ins.b()), frame.constant(0));
            frame.finish(ins.a(), order.map(|$order| truth($holds)))
        }
    };
}

order!(less, "A = B < C", less_k, less_slow, less_k_slow, <, >=,
    |order| order == Some(Ordering::Less));
order!(less_equal, "A = B <= C", less_equal_k, less_equal_slow, less_equal_k_slow, <=, >,
    |order| order.is_some_and(Ordering::is_le));
order!(@constant greater_k, greater_k_slow, >, <=, |order| order == Some(Ordering::Greater));
order!(@constant greater_equal_k, greater_equal_k_slow, >=, <,
    |order| order.is_some_and(Ordering::is_ge));

/// Whether two values are equal.
///
/// # Safety
/// Both are values.
#[inline(always)]
pub(crate) unsafe fn are_equal(a: u64, b: u64) -> bool {
    let (x, y) = (f64::from_bits(a), f64::from_bits(b));
    if x == y {
        return true;
    }
    // Two numbers that differ, of which none is a NaN, are done; so is what is no object.
    if x.is_nan() && y.is_nan() && !bits::is_number(a) {
        if a == b {
            return true;
        }
        if bits::is_object(a) && bits::is_object(b) {
            // SAFETY: the caller's promise.
            return unsafe { crate::access::equal_objects(a, b) };
        }
    }
    false
}

/// Whether a value equals a constant that is no object.
#[inline(always)]
pub(crate) fn equals_constant(value: u64, constant: u64) -> bool {
    f64::from_bits(value) == f64::from_bits(constant)
        || (value == constant && !bits::is_number(value))
}

/// A = B == C
#[inline(always)]
pub(crate) unsafe fn equal<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        *base.add(ins.a()) = truth(are_equal(*base.add(ins.b()), *base.add(ins.c())));
        D::next(pc.add(1), base, ctx)
    }
}

/// A = B != C
#[inline(always)]
pub(crate) unsafe fn not_equal<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        *base.add(ins.a()) = truth(!are_equal(*base.add(ins.b()), *base.add(ins.c())));
        D::next(pc.add(1), base, ctx)
    }
}

/// A = B == \[0\]
#[inline(always)]
pub(crate) unsafe fn equal_k<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        *base.add(ins.a()) = truth(equals_constant(*base.add(ins.b()), *pc.add(1)));
        D::next(pc.add(2), base, ctx)
    }
}

/// A = B != \[0\]
#[inline(always)]
pub(crate) unsafe fn not_equal_k<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        *base.add(ins.a()) = truth(!equals_constant(*base.add(ins.b()), *pc.add(1)));
        D::next(pc.add(2), base, ctx)
    }
}
