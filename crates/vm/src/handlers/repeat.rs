//! Loops of one instruction.
//!
//! The body of `for var i = 0; i < n; i += 1 { sum += i }` is one addition, followed by the loop's
//! step. Run one after the other, these two wait for each other's stores: each turn loads what the
//! turn before it stored, `sum` and `i`, and that takes longer than the additions. So an operation
//! `A = A op C` that is followed by a step which goes back to it has a number of its own, and its
//! handler takes further turns itself, with both variables in registers of the processor, as long
//! as everything is a number and nobody wants attention. Where it stops, it stores both, and the
//! instruction behind it, the step, decides what happens: end of the loop, safepoint, error.
//!
//! The translator sees to it that the variable that counts is not A, and that neither C nor the
//! bound of the loop is A ([`crate::translate`]).

use super::arithmetic::{add_k_slow, add_slow, number_slow};
use super::prelude::*;
use crate::access::is_beyond_limit;
use crate::op::Op;

/// The variables of a loop.
#[derive(Clone, Copy)]
struct Turn {
    value: f64,
    counter: f64,
}

/// How a loop counts.
#[derive(Clone, Copy)]
struct Step {
    increment: f64,
    bound: f64,
}

/// Takes turns from one on, until a value is no number, the loop may be at its end, or somebody
/// wants attention. Gives the variables then, and whether the operation was done in the last turn;
/// the step was not.
///
/// # Safety
/// See [`Dispatch`].
#[inline(always)]
unsafe fn turns(
    mut turn: Turn,
    step: Step,
    base: Base,
    ctx: Ctx,
    operation: impl Fn(Turn) -> f64,
    goes_on: impl Fn(f64, f64) -> bool,
) -> (Turn, bool) {
    loop {
        let value = operation(turn);
        if value.is_nan() {
            return (turn, false);
        }
        turn.value = value;
        let counter = turn.counter + step.increment;
        // SAFETY: the caller's promise.
        if !goes_on(counter, step.bound) || unsafe { is_beyond_limit(base, ctx) } {
            return (turn, true);
        }
        turn.counter = counter;
    }
}

/// The same with the comparison of the step instruction.
///
/// # Safety
/// See [`Dispatch`]; `pc` points to a step.
#[inline(always)]
unsafe fn loop_of(
    value: f64,
    pc: Pc,
    base: Base,
    ctx: Ctx,
    operation: impl Fn(Turn) -> f64,
) -> (Turn, bool) {
    const LESS: u16 = Op::StepLess as u16;
    const LESS_EQUAL: u16 = Op::StepLessEqual as u16;
    const LESS_K: u16 = Op::StepLessK as u16;
    const LESS_EQUAL_K: u16 = Op::StepLessEqualK as u16;
    const GREATER_K: u16 = Op::StepGreaterK as u16;
    // SAFETY: the caller's promise; a step has a counter, an increment, and a bound in a register
    // or in its second word.
    unsafe {
        let ins = Ins(*pc);
        let number = ins.number();
        let turn = Turn { value, counter: f64::from_bits(*base.add(ins.a())) };
        let in_register = number == LESS || number == LESS_EQUAL;
        let bound = if in_register { *base.add(ins.b()) } else { *pc.add(2) };
        let step = Step { increment: f64::from_bits(*pc.add(1)), bound: f64::from_bits(bound) };
        match number {
            LESS | LESS_K => turns(turn, step, base, ctx, operation, |x, y| x < y),
            LESS_EQUAL | LESS_EQUAL_K => turns(turn, step, base, ctx, operation, |x, y| x <= y),
            GREATER_K => turns(turn, step, base, ctx, operation, |x, y| x > y),
            _ => turns(turn, step, base, ctx, operation, |x, y| x >= y),
        }
    }
}

macro_rules! repeated {
    ($name:ident, $doc:literal, $slow:ident, $size:literal,
     |$pc:ident, $base:ident, $ins:ident| $operand:expr, |$x:ident, $y:ident| $result:expr) => {
        #[doc = $doc]
        #[inline(always)]
        pub(crate) unsafe fn $name<D: Dispatch>(
            $pc: Pc,
            $base: Base,
            $ins: Ins,
            ctx: D::Ctx,
        ) -> D::Out {
            // SAFETY: see `Dispatch`; behind the instruction stands a step.
            unsafe {
                let place = $base.add($ins.a());
                let next = $pc.add($size);
                let step = Ins(*next);
                let $x = f64::from_bits(*place);
                let (value, vm) = ($x, D::vm(ctx));
                let (turn, done) = if $size == 1 && $ins.c() == step.a() {
                    loop_of(value, next, $base, vm, |turn| {
                        let ($x, $y) = (turn.value, turn.counter);
                        $result
                    })
                } else {
                    let $y = f64::from_bits($operand);
                    loop_of(value, next, $base, vm, |turn| {
                        let $x = turn.value;
                        $result
                    })
                };
                *place = turn.value.to_bits();
                *$base.add(step.a()) = turn.counter.to_bits();
                match done {
                    true => D::next(next, $base, ctx),
                    false => D::slow($slow, $pc, $base, $ins, ctx),
                }
            }
        }
    };
}

repeated!(
    add,
    "A = A + C, and further turns of the loop",
    add_slow,
    1,
    |pc, base, ins| *base.add(ins.c()),
    |x, y| x + y
);
repeated!(
    subtract,
    "A = A - C, and further turns of the loop",
    number_slow,
    1,
    |pc, base, ins| *base.add(ins.c()),
    |x, y| x - y
);
repeated!(
    multiply,
    "A = A * C, and further turns of the loop",
    number_slow,
    1,
    |pc, base, ins| *base.add(ins.c()),
    |x, y| x * y
);
repeated!(
    add_k,
    "A = A + \\[0\\], and further turns of the loop",
    add_k_slow,
    2,
    |pc, base, ins| *pc.add(1),
    |x, y| x + y
);
