//! Jumps and loops.
//!
//! A taken jump of a loop is a safepoint: one compare with the stack's limit, which whoever wants
//! attention lowers. The slow path does the step and comes back to the same instruction's target.

use super::compare::{are_equal, equals_constant};
use super::prelude::*;
use super::values::check_number_slow;
use crate::access::is_beyond_limit;
use crate::dispatch::{go_on, opaque};
use sox_runtime::ops;
use std::cmp::Ordering;

/// Where a jump goes on: at `to` if it is taken.
#[inline(always)]
fn either(is_taken: bool, to: Pc, otherwise: Pc) -> Pc {
    if is_taken { opaque(to) } else { otherwise }
}

/// goes to b:c
#[inline(always)]
pub(crate) unsafe fn jump<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { D::next(pc.offset(ins.jump_bc()), base, ctx) }
}

/// goes to b:c if A is false
#[inline(always)]
pub(crate) unsafe fn jump_if_false<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let is_taken = is_false(*base.add(ins.a()));
        go_on::<D>(either(is_taken, pc.offset(ins.jump_bc()), pc.add(1)), base, ctx)
    }
}

/// goes to b:c if A is true
#[inline(always)]
pub(crate) unsafe fn jump_if_true<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let is_taken = !is_false(*base.add(ins.a()));
        go_on::<D>(either(is_taken, pc.offset(ins.jump_bc()), pc.add(1)), base, ctx)
    }
}

/// goes to b:c if the parameter in A was given
#[inline(always)]
pub(crate) unsafe fn jump_if_given<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let is_taken = *base.add(ins.a()) != bits::UNSET;
        go_on::<D>(either(is_taken, pc.offset(ins.jump_bc()), pc.add(1)), base, ctx)
    }
}

/// What a comparison of registers or of a register with a constant comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Holds,
    Fails,
    /// Not two numbers, or a NaN.
    Unknown,
}

macro_rules! verdict {
    ($x:ident $test:tt $y:ident, $opposite:tt) => {
        if $x $test $y {
            Verdict::Holds
        } else if $x $opposite $y {
            Verdict::Fails
        } else {
            Verdict::Unknown
        }
    };
}

/// Jumps on the order of two registers, if it holds and unless it holds; their slow path; and the
/// second of them behind a check that one of the two is a number.
macro_rules! jumps_on_registers {
    ($if_holds:ident, $unless:ident, $checked:ident, $slow_if:ident, $slow_unless:ident, $test:tt,
     $opposite:tt, |$order:ident| $holds:expr) => {
        jumps_on_registers!(@one $if_holds, $slow_if, Verdict::Holds, $test, $opposite, true,
            |$order| $holds);
        jumps_on_registers!(@one $unless, $slow_unless, Verdict::Fails, $test, $opposite, false,
            |$order| $holds);

        /// A must be a number; then the jump behind, which compares A. Where the order is known, both
        /// are numbers.
        #[inline(always)]
        pub(crate) unsafe fn $checked<D: Dispatch>(
            pc: Pc,
            base: Base,
            ins: Ins,
            ctx: D::Ctx,
        ) -> D::Out {
            // SAFETY: see `Dispatch`; the jump follows.
            unsafe {
                let jump = Ins(*pc.add(1));
                let x = f64::from_bits(*base.add(jump.b()));
                let y = f64::from_bits(*base.add(jump.c()));
                let to = match verdict!(x $test y, $opposite) {
                    Verdict::Holds => pc.add(2),
                    Verdict::Fails => opaque(pc.add(1).offset(jump.jump_a())),
                    Verdict::Unknown => return D::slow(check_number_slow, pc, base, ins, ctx),
                };
                go_on::<D>(to, base, ctx)
            }
        }
    };
    (@one $name:ident, $slow:ident, $taken:path, $test:tt, $opposite:tt, $truth:literal,
     |$order:ident| $holds:expr) => {
        /// A jump on a comparison of two registers.
        #[inline(always)]
        pub(crate) unsafe fn $name<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
            // SAFETY: see `Dispatch`.
            unsafe {
                let x = f64::from_bits(*base.add(ins.b()));
                let y = f64::from_bits(*base.add(ins.c()));
                let to = match verdict!(x $test y, $opposite) {
                    Verdict::Unknown => return D::slow($slow, pc, base, ins, ctx),
                    $taken => opaque(pc.offset(ins.jump_a())),
                    _ => pc.add(1),
                };
                go_on::<D>(to, base, ctx)
            }
        }

        #[cold]
        #[inline(never)]
        unsafe fn $slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
            // SAFETY: see `Dispatch`.
            let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
            match ops::compare(frame.get(ins.b()), frame.get(ins.c())) {
                Ok($order) => frame.branch(($holds) == $truth, ins.jump_a()),
                Err(fault) => frame.fail(fault),
            }
        }
    };
}

jumps_on_registers!(jump_less, jump_not_less, check_number_jump_not_less, jump_less_slow,
    jump_not_less_slow, <, >=, |order| order == Some(Ordering::Less));
jumps_on_registers!(jump_less_equal, jump_not_less_equal, check_number_jump_not_less_equal,
    jump_less_equal_slow, jump_not_less_equal_slow, <=, >,
    |order| order.is_some_and(Ordering::is_le));

/// The same with a constant number.
macro_rules! jumps_on_constant {
    ($if_holds:ident, $unless:ident, $slow_if:ident, $slow_unless:ident, $test:tt, $opposite:tt,
     |$order:ident| $holds:expr) => {
        jumps_on_constant!(@one $if_holds, $slow_if, Verdict::Holds, $test, $opposite, true,
            |$order| $holds);
        jumps_on_constant!(@one $unless, $slow_unless, Verdict::Fails, $test, $opposite, false,
            |$order| $holds);
    };
    (@one $name:ident, $slow:ident, $taken:path, $test:tt, $opposite:tt, $truth:literal,
     |$order:ident| $holds:expr) => {
        /// A jump on a comparison of a register with a number.
        #[inline(always)]
        pub(crate) unsafe fn $name<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
            // SAFETY: see `Dispatch`.
            unsafe {
                let x = f64::from_bits(*base.add(ins.a()));
                let y = f64::from_bits(*pc.add(1));
                let to = match verdict!(x $test y, $opposite) {
                    Verdict::Unknown => return D::slow($slow, pc, base, ins, ctx),
                    $taken => opaque(pc.offset(ins.jump_bc())),
                    _ => pc.add(2),
                };
                go_on::<D>(to, base, ctx)
            }
        }

        #[cold]
        #[inline(never)]
        unsafe fn $slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
            // SAFETY: see `Dispatch`.
            let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
            match ops::compare(frame.get(ins.a()), frame.constant(0)) {
                Ok($order) => frame.branch(($holds) == $truth, ins.jump_bc()),
                Err(fault) => frame.fail(fault),
            }
        }
    };
}

jumps_on_constant!(jump_less_k, jump_not_less_k, jump_less_k_slow, jump_not_less_k_slow, <, >=,
    |order| order == Some(Ordering::Less));
jumps_on_constant!(jump_less_equal_k, jump_not_less_equal_k, jump_less_equal_k_slow,
    jump_not_less_equal_k_slow, <=, >, |order| order.is_some_and(Ordering::is_le));
jumps_on_constant!(jump_greater_k, jump_not_greater_k, jump_greater_k_slow,
    jump_not_greater_k_slow, >, <=, |order| order == Some(Ordering::Greater));
jumps_on_constant!(jump_greater_equal_k, jump_not_greater_equal_k, jump_greater_equal_k_slow,
    jump_not_greater_equal_k_slow, >=, <, |order| order.is_some_and(Ordering::is_ge));

macro_rules! jumps_on_equality {
    ($($registers:ident $constant:ident $truth:literal)*) => { $(
        /// A jump on the equality of two registers.
        #[inline(always)]
        pub(crate) unsafe fn $registers<D: Dispatch>(
            pc: Pc,
            base: Base,
            ins: Ins,
            ctx: D::Ctx,
        ) -> D::Out {
            // SAFETY: see `Dispatch`.
            unsafe {
                let is_taken = are_equal(*base.add(ins.b()), *base.add(ins.c())) == $truth;
                go_on::<D>(either(is_taken, pc.offset(ins.jump_a()), pc.add(1)), base, ctx)
            }
        }

        /// A jump on the equality of a register and a constant that is no object.
        #[inline(always)]
        pub(crate) unsafe fn $constant<D: Dispatch>(
            pc: Pc,
            base: Base,
            ins: Ins,
            ctx: D::Ctx,
        ) -> D::Out {
            // SAFETY: see `Dispatch`.
            unsafe {
                let is_taken = equals_constant(*base.add(ins.a()), *pc.add(1)) == $truth;
                go_on::<D>(either(is_taken, pc.offset(ins.jump_bc()), pc.add(2)), base, ctx)
            }
        }
    )* };
}

jumps_on_equality! {
    jump_equal jump_equal_k true
    jump_not_equal jump_not_equal_k false
}

/// The way to a loop's body, if nobody wants attention; else returns.
macro_rules! turn {
    ($to:expr, $pc:expr, $base:ident, $ins:ident, $ctx:ident) => {{
        if is_beyond_limit($base, D::vm($ctx)) {
            return D::slow(turn_slow, $pc, $base, $ins, $ctx);
        }
        opaque($pc.offset($to))
    }};
}

/// The step of a loop's turn when somebody wants attention.
#[cold]
#[inline(never)]
unsafe fn turn_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    match frame.step() {
        Ok(()) => frame.branch(true, ins.displacement().unwrap_or(0)),
        Err(fault) => frame.fail(fault),
    }
}

/// goes to b:c, a step
#[inline(always)]
pub(crate) unsafe fn loop_always<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let to = turn!(ins.jump_bc(), pc, base, ins, ctx);
        D::next(to, base, ctx)
    }
}

/// goes to b:c if A is true, a step
#[inline(always)]
pub(crate) unsafe fn loop_if_true<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe {
        let to = if is_false(*base.add(ins.a())) {
            pc.add(1)
        } else {
            turn!(ins.jump_bc(), pc, base, ins, ctx)
        };
        go_on::<D>(to, base, ctx)
    }
}

macro_rules! loops_on_registers {
    ($name:ident, $checked:ident, $slow:ident, $step:ident, $test:tt, $opposite:tt,
     |$order:ident| $holds:expr) => {
        /// A loop's jump on a comparison of two registers.
        #[inline(always)]
        pub(crate) unsafe fn $name<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
            // SAFETY: see `Dispatch`.
            unsafe {
                let x = f64::from_bits(*base.add(ins.b()));
                let y = f64::from_bits(*base.add(ins.c()));
                let to = match verdict!(x $test y, $opposite) {
                    Verdict::Holds => turn!(ins.jump_a(), pc, base, ins, ctx),
                    Verdict::Fails => pc.add(1),
                    Verdict::Unknown => return D::slow($slow, pc, base, ins, ctx),
                };
                go_on::<D>(to, base, ctx)
            }
        }

        #[cold]
        #[inline(never)]
        unsafe fn $slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
            // SAFETY: see `Dispatch`.
            let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
            match ops::compare(frame.get(ins.b()), frame.get(ins.c())) {
                Ok($order) => frame.turn($holds, ins.jump_a()),
                Err(fault) => frame.fail(fault),
            }
        }

        /// A must be a number; then the loop's jump behind, which compares A. Where the order is
        /// known, both are numbers.
        #[inline(always)]
        pub(crate) unsafe fn $checked<D: Dispatch>(
            pc: Pc,
            base: Base,
            ins: Ins,
            ctx: D::Ctx,
        ) -> D::Out {
            // SAFETY: see `Dispatch`; the jump follows.
            unsafe {
                let jump = Ins(*pc.add(1));
                let x = f64::from_bits(*base.add(jump.b()));
                let y = f64::from_bits(*base.add(jump.c()));
                let to = match verdict!(x $test y, $opposite) {
                    Verdict::Holds => turn!(jump.jump_a(), pc.add(1), base, jump, ctx),
                    Verdict::Fails => pc.add(2),
                    Verdict::Unknown => return D::slow(check_number_slow, pc, base, ins, ctx),
                };
                go_on::<D>(to, base, ctx)
            }
        }

        /// The step, test and jump of a loop over two registers, for numbers.
        #[inline(always)]
        pub(crate) unsafe fn $step<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
            // SAFETY: see `Dispatch`; two instructions for other values follow.
            unsafe {
                let x = f64::from_bits(*base.add(ins.a())) + f64::from_bits(*pc.add(1));
                let y = f64::from_bits(*base.add(ins.b()));
                let to = match verdict!(x $test y, $opposite) {
                    Verdict::Holds => {
                        *base.add(ins.a()) = x.to_bits();
                        turn!(ins.jump_c(), pc, base, ins, ctx)
                    }
                    Verdict::Fails => {
                        *base.add(ins.a()) = x.to_bits();
                        pc.add(2 + 2 + 1)
                    }
                    Verdict::Unknown => pc.add(2),
                };
                go_on::<D>(to, base, ctx)
            }
        }
    };
}

loops_on_registers!(loop_less, check_number_loop_less, loop_less_slow, step_less, <, >=,
    |order| order == Some(Ordering::Less));
loops_on_registers!(loop_less_equal, check_number_loop_less_equal, loop_less_equal_slow,
    step_less_equal, <=, >, |order| order.is_some_and(Ordering::is_le));

macro_rules! loops_on_constant {
    ($name:ident, $slow:ident, $step:ident, $test:tt, $opposite:tt, |$order:ident| $holds:expr) => {
        /// A loop's jump on a comparison of a register with a number.
        #[inline(always)]
        pub(crate) unsafe fn $name<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
            // SAFETY: see `Dispatch`.
            unsafe {
                let x = f64::from_bits(*base.add(ins.a()));
                let y = f64::from_bits(*pc.add(1));
                let to = match verdict!(x $test y, $opposite) {
                    Verdict::Holds => turn!(ins.jump_bc(), pc, base, ins, ctx),
                    Verdict::Fails => pc.add(2),
                    Verdict::Unknown => return D::slow($slow, pc, base, ins, ctx),
                };
                go_on::<D>(to, base, ctx)
            }
        }

        #[cold]
        #[inline(never)]
        unsafe fn $slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
            // SAFETY: see `Dispatch`.
            let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
            match ops::compare(frame.get(ins.a()), frame.constant(0)) {
                Ok($order) => frame.turn($holds, ins.jump_bc()),
                Err(fault) => frame.fail(fault),
            }
        }

        /// The step, test and jump of a loop up to a number, for numbers.
        #[inline(always)]
        pub(crate) unsafe fn $step<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
            // SAFETY: see `Dispatch`; two instructions for other values follow.
            unsafe {
                let x = f64::from_bits(*base.add(ins.a())) + f64::from_bits(*pc.add(1));
                let y = f64::from_bits(*pc.add(2));
                let to = match verdict!(x $test y, $opposite) {
                    Verdict::Holds => {
                        *base.add(ins.a()) = x.to_bits();
                        turn!(ins.jump_bc(), pc, base, ins, ctx)
                    }
                    Verdict::Fails => {
                        *base.add(ins.a()) = x.to_bits();
                        pc.add(3 + 2 + 2)
                    }
                    Verdict::Unknown => pc.add(3),
                };
                go_on::<D>(to, base, ctx)
            }
        }
    };
}

loops_on_constant!(loop_less_k, loop_less_k_slow, step_less_k, <, >=,
    |order| order == Some(Ordering::Less));
loops_on_constant!(loop_less_equal_k, loop_less_equal_k_slow, step_less_equal_k, <=, >,
    |order| order.is_some_and(Ordering::is_le));
loops_on_constant!(loop_greater_k, loop_greater_k_slow, step_greater_k, >, <=,
    |order| order == Some(Ordering::Greater));
loops_on_constant!(loop_greater_equal_k, loop_greater_equal_k_slow, step_greater_equal_k, >=, <,
    |order| order.is_some_and(Ordering::is_ge));
