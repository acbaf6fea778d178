//! Arithmetic.
//!
//! The fast path computes with the bits of both operands as doubles, whatever they are: everything
//! that is no number is a NaN, and so is the result then. Only if the result is a NaN the slow path
//! looks what the operands were.

use super::prelude::*;
use crate::access;
use sox_runtime::ops;

/// A handler of an operation on two registers, and one with a constant on the right.
macro_rules! binary {
    ($name:ident, $with_constant:ident, $doc:literal, $slow:ident, $slow_constant:ident,
     |$x:ident, $y:ident| $result:expr) => {
        #[doc = $doc]
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
                let $y = f64::from_bits(*base.add(ins.c()));
                let result: f64 = $result;
                if result.is_nan() {
                    return D::slow($slow, pc, base, ins, ctx);
                }
                *base.add(ins.a()) = result.to_bits();
                D::next(pc.add(1), base, ctx)
            }
        }

        #[doc = concat!($doc, ", with a constant number on the right")]
        #[inline(always)]
        pub(crate) unsafe fn $with_constant<D: Dispatch>(
            pc: Pc,
            base: Base,
            ins: Ins,
            ctx: D::Ctx,
        ) -> D::Out {
            // SAFETY: see `Dispatch`.
            unsafe {
                let $x = f64::from_bits(*base.add(ins.b()));
                let $y = f64::from_bits(*pc.add(1));
                let result: f64 = $result;
                if result.is_nan() {
                    return D::slow($slow_constant, pc, base, ins, ctx);
                }
                *base.add(ins.a()) = result.to_bits();
                D::next(pc.add(2), base, ctx)
            }
        }
    };
}

binary!(add, add_k, "A = B + C", add_slow, add_k_slow, |x, y| x + y);
binary!(subtract, subtract_k, "A = B - C", number_slow, number_k_slow, |x, y| x - y);
binary!(multiply, multiply_k, "A = B * C", number_slow, number_k_slow, |x, y| x * y);
binary!(divide, divide_k, "A = B / C", number_slow, number_k_slow, |x, y| x / y);
binary!(remainder, remainder_k, "A = B % C", number_slow, number_k_slow, |x, y| {
    sox_semantics::remainder(x, y)
});

/// A handler of an operation with a constant on the left.
macro_rules! constant_first {
    ($name:ident, $doc:literal, |$x:ident, $y:ident| $result:expr) => {
        #[doc = $doc]
        #[inline(always)]
        pub(crate) unsafe fn $name<D: Dispatch>(
            pc: Pc,
            base: Base,
            ins: Ins,
            ctx: D::Ctx,
        ) -> D::Out {
            // SAFETY: see `Dispatch`.
            unsafe {
                let $x = f64::from_bits(*pc.add(1));
                let $y = f64::from_bits(*base.add(ins.b()));
                let result: f64 = $result;
                if result.is_nan() {
                    return D::slow(number_k_slow, pc, base, ins, ctx);
                }
                *base.add(ins.a()) = result.to_bits();
                D::next(pc.add(2), base, ctx)
            }
        }
    };
}

constant_first!(k_subtract, "A = \\[0\\] - B", |x, y| x - y);
constant_first!(k_divide, "A = \\[0\\] / B", |x, y| x / y);

/// A = -B
#[inline(always)]
pub(crate) unsafe fn negate<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let operand = f64::from_bits(*base.add(ins.b()));
        if operand.is_nan() {
            return D::slow(negate_slow, pc, base, ins, ctx);
        }
        *base.add(ins.a()) = (-operand).to_bits();
        D::next(pc.add(1), base, ctx)
    }
}

/// A = not B
#[inline(always)]
pub(crate) unsafe fn not<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        *base.add(ins.a()) = truth(is_false(*base.add(ins.b())));
        D::next(pc.add(1), base, ctx)
    }
}

/// A NaN is the result if both operands are numbers.
#[cold]
#[inline(never)]
pub(super) unsafe fn number_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    if bits::is_number(frame.word(ins.b())) && bits::is_number(frame.word(ins.c())) {
        frame.put(ins.a(), bits::CANONICAL_NAN);
        return frame.next();
    }
    let fault = ops::operands_must_be_numbers(frame.get(ins.b()), frame.get(ins.c()));
    frame.fail(fault)
}

/// The same with one operand.
#[cold]
#[inline(never)]
unsafe fn number_k_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    if bits::is_number(frame.word(ins.b())) {
        frame.put(ins.a(), bits::CANONICAL_NAN);
        return frame.next();
    }
    // The constant is a number.
    let operand = frame.get(ins.b());
    let fault = ops::operands_must_be_numbers(operand, operand);
    frame.fail(fault)
}

#[cold]
#[inline(never)]
unsafe fn negate_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    if bits::is_number(frame.word(ins.b())) {
        frame.put(ins.a(), bits::CANONICAL_NAN);
        return frame.next();
    }
    let fault = ops::operand_must_be_a_number(frame.get(ins.b()));
    frame.fail(fault)
}

/// Joins texts, or finds out that a NaN is the sum.
#[inline(never)]
pub(super) unsafe fn add_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`; both words are registers.
    unsafe { sum(pc, base, ins, ctx, *base.add(ins.b()), *base.add(ins.c())) }
}

#[inline(never)]
pub(super) unsafe fn add_k_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`; the words are a register and a constant.
    unsafe { sum(pc, base, ins, ctx, *base.add(ins.b()), *pc.add(1)) }
}

/// # Safety
/// See [`Dispatch`]; the words are values.
#[inline(always)]
unsafe fn sum(pc: Pc, base: Base, ins: Ins, ctx: Ctx, a: u64, b: u64) -> Next {
    // SAFETY: the caller's promise.
    unsafe {
        if let Some(Ok(joined)) = access::join(&*(*ctx).iso, a, b) {
            *base.add(ins.a()) = joined;
            return Next { pc: pc.add(ins.op().size()), base };
        }
        sum_of_any(Frame::enter(pc, base, ins, ctx), a, b)
    }
}

/// # Safety
/// The words are values.
#[inline(never)]
unsafe fn sum_of_any(mut frame: Frame, a: u64, b: u64) -> Next {
    let to = frame.ins.a();
    // SAFETY: the caller's promise.
    let (x, y) = unsafe { (frame.value(a), frame.value(b)) };
    match ops::add(frame.iso(), x, y) {
        Ok(ops::Outcome::Value(sum)) => {
            let word = word_of(sum);
            frame.put(to, word);
            frame.next()
        }
        Ok(ops::Outcome::NeedsCall) => {
            frame.push(a);
            frame.push(b);
            frame.with_cx(|cx| cx.add()).and_pop_to(to)
        }
        Err(fault) => frame.fail(fault),
    }
}
