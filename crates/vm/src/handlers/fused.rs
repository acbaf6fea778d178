//! Pairs of instructions as one.
//!
//! Going from one instruction to the next costs a load, a jump the processor must predict, and
//! taking fields apart. Pairs that often run one after the other are fused: the first of the two
//! gets another number and stays otherwise as it is, and so does the second; the handler of that
//! number does the first, then the second without going through the table. Whoever jumps to the
//! second finds it in its place; a slow path of the first goes on with it; traces and lines know
//! nothing of all this. So a fused instruction cannot differ in meaning from the pair, and it costs
//! one line here to add one.
//!
//! # What is fused, and why
//! `cargo xtask pairs` counts over the programs in `bench`. Of all instructions executed, averaged
//! over the programs, these pairs were so many per cent when the choice was made (of pairs below
//! 0.7 only those were taken that are a tenth of some program):
//!
//! | Pair | Per cent | Most in |
//! |---|---|---|
//! | `Multiply` `Add` | 2.35 | nbody, closure, mandelbrot |
//! | `GetField` `GetField` | 2.27 | deltablue, nbody, method |
//! | `SubtractK` `CallGlobal` | 1.40 | fib |
//! | `SetField` `GetField` | 1.35 | nbody, method, richards |
//! | `GetField` `Multiply` | 1.28 | nbody, method |
//! | `GetIndex` `LoopLess` | 0.95 | quicksort |
//! | `GetIndex` `Add` | 0.91 | string_append, hash |
//! | `SetIndex` `Add` | 0.84 | sieve |
//! | `Add` `SetField` | 0.83 | method, nbody |
//! | `Add` `Return` | 0.78 | fib, binary_trees |
//! | `Constant` `SetIndex` | 0.74 | sieve |
//! | `MultiplyK` `RemainderK` | 0.72 | hash |
//! | `GetField` `Invoke` | 0.66 | richards, binary_trees |
//!
//! PohLang's own instructions stand in loops where Sox has those for arrays, and are fused in the same
//! way; `Share` and `CheckNumber`, which Sox does not need, so cost hardly more than their test, and
//! the check of what is compared next costs nothing: a comparison that has an answer had two numbers.
//! The second of a pair may be the first of another: so a chain becomes one instruction, as in
//! `While numbers[i] is less than limit`. Over the programs in
//! `bench/poh` (`cargo xtask pairs --poh`) these were so many per cent:
//!
//! | Pair | Per cent | Most in |
//! |---|---|---|
//! | `GetGlobalItem` `Join` | 2.92 | concatenation, string_append |
//! | `GetItem` `Share` | 1.56 | fannkuch |
//! | `GetGlobalItem` `CheckNumberLoopLess` | 1.49 | quicksort |
//! | `Constant` `SetItem` | 1.07 | sieve |
//! | `Share` `Return` | 1.02 | fib |
//! | `GetGlobalItem` `Share` | 0.50 | quicksort |
//! | `GetDeclared` `LoopLess` | 0.46 | spectral |
//! | `CheckDivisor` `KDivide` | 0.44 | spectral |
//!
//! `If` compares as `While` does, so the same is done for its jumps.
//!
//! Not fused, though frequent: what a jump, a call or a return leads to, since that is not the
//! instruction behind; `Move` `Constant` and `Constant` `Call`, which calls of natives consisted of
//! until they became one instruction; `Add` `StepLess`, whose handler takes whole loops ([`repeat`]).
//!
//! [`repeat`]: super::repeat

use super::arithmetic::{add_slow, number_slow};
use super::prelude::*;
use super::values::{get_global_item_slow, get_item_slow};
use crate::access;
use crate::dispatch::Slow;
use crate::op::Op;
use std::marker::PhantomData;

/// The second instruction of a pair.
pub(crate) trait Second {
    /// Its handler.
    ///
    /// # Safety
    /// See [`Dispatch`].
    unsafe fn run<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out;
}

/// Goes on with the handler of a known instruction instead of any.
pub(crate) struct Then<D, S>(PhantomData<(D, S)>);

impl<D: Dispatch, S: Second> Dispatch for Then<D, S> {
    type Out = D::Out;
    type Ctx = D::Ctx;

    #[inline(always)]
    fn vm(ctx: D::Ctx) -> Ctx {
        D::vm(ctx)
    }

    #[inline(always)]
    unsafe fn next(pc: Pc, base: Base, ctx: D::Ctx) -> D::Out {
        // SAFETY: the translator made the pair: the instruction at `pc` is the second.
        unsafe { S::run::<D>(pc, base, Ins(*pc), ctx) }
    }

    #[inline(always)]
    fn leave(pc: Pc, base: Base) -> D::Out {
        D::leave(pc, base)
    }

    #[inline(always)]
    unsafe fn slow(slow: Slow, pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
        // SAFETY: the caller's promise.
        unsafe { D::slow(slow, pc, base, ins, ctx) }
    }
}

macro_rules! pairs {
    ($($name:ident $fused:ident = $first_module:ident::$first_handler:ident ($first:ident),
       $second_module:ident::$second_handler:ident ($second:ident);)*) => {
        $(
            /// A pair.
            struct $fused;

            impl Second for $fused {
                #[inline(always)]
                unsafe fn run<D: Dispatch>(
                    pc: Pc,
                    base: Base,
                    ins: Ins,
                    ctx: D::Ctx,
                ) -> D::Out {
                    // SAFETY: the caller's promise.
                    unsafe { super::$second_module::$second_handler::<D>(pc, base, ins, ctx) }
                }
            }

            /// The handler of a pair.
            #[inline(always)]
            pub(crate) unsafe fn $name<D: Dispatch>(
                pc: Pc,
                base: Base,
                ins: Ins,
                ctx: D::Ctx,
            ) -> D::Out {
                // SAFETY: see `Dispatch`; the second instruction follows the first.
                unsafe {
                    super::$first_module::$first_handler::<Then<D, $fused>>(pc, base, ins, ctx)
                }
            }
        )*

        /// First, second, and the number of the first if the second follows.
        pub(crate) const PAIRS: &[(Op, Op, Op)] = &[
            $((Op::$first, Op::$second, Op::$fused),)*
            // Those whose handlers are written out.
            (Op::Multiply, Op::Add, Op::MultiplyAdd),
            (Op::GetItem, Op::Share, Op::GetItemShare),
            (Op::GetGlobalItem, Op::Share, Op::GetGlobalItemShare),
            (Op::CheckNumber, Op::LoopLess, Op::CheckNumberLoopLess),
            (Op::CheckNumber, Op::LoopLessEqual, Op::CheckNumberLoopLessEqual),
            (Op::CheckNumber, Op::JumpNotLess, Op::CheckNumberJumpNotLess),
            (Op::CheckNumber, Op::JumpNotLessEqual, Op::CheckNumberJumpNotLessEqual),
        ];
    };
}

pairs! {
    get_field_get_field GetFieldGetField =
        members::get_field (GetField), members::get_field (GetField);
    subtract_k_call_global SubtractKCallGlobal =
        arithmetic::subtract_k (SubtractK), calls::call_global (CallGlobal);
    set_field_get_field SetFieldGetField =
        members::set_field (SetField), members::get_field (GetField);
    get_field_multiply GetFieldMultiply =
        members::get_field (GetField), arithmetic::multiply (Multiply);
    get_index_loop_less GetIndexLoopLess =
        members::get_index (GetIndex), branches::loop_less (LoopLess);
    get_index_add GetIndexAdd = members::get_index (GetIndex), arithmetic::add (Add);
    set_index_add SetIndexAdd = members::set_index (SetIndex), arithmetic::add (Add);
    add_set_field AddSetField = arithmetic::add (Add), members::set_field (SetField);
    add_return AddReturn = arithmetic::add (Add), calls::return_register (Return);
    constant_set_index ConstantSetIndex =
        moves::constant (Constant), members::set_index (SetIndex);
    multiply_k_remainder_k MultiplyKRemainderK =
        arithmetic::multiply_k (MultiplyK), arithmetic::remainder_k (RemainderK);
    get_item_join GetItemJoin = values::get_item (GetItem), values::join (Join);
    get_item_check_loop_less GetItemCheckLoopLess =
        values::get_item (GetItem), branches::check_number_loop_less (CheckNumberLoopLess);
    get_item_check_jump_not_less GetItemCheckJumpNotLess =
        values::get_item (GetItem), branches::check_number_jump_not_less (CheckNumberJumpNotLess);
    get_global_item_join GetGlobalItemJoin =
        values::get_global_item (GetGlobalItem), values::join (Join);
    get_global_item_check_loop_less GetGlobalItemCheckLoopLess =
        values::get_global_item (GetGlobalItem),
        branches::check_number_loop_less (CheckNumberLoopLess);
    get_global_item_check_jump_not_less GetGlobalItemCheckJumpNotLess =
        values::get_global_item (GetGlobalItem),
        branches::check_number_jump_not_less (CheckNumberJumpNotLess);
    share_return ShareReturn = values::share (Share), calls::return_register (Return);
    check_divisor_k_divide CheckDivisorKDivide =
        values::check_divisor (CheckDivisor), arithmetic::k_divide (KDivide);
    constant_set_item ConstantSetItem =
        moves::constant (Constant), values::set_item (SetItem);
    get_declared_loop_less GetDeclaredLoopLess =
        variables::get_declared (GetDeclared), branches::loop_less (LoopLess);
    get_field_invoke GetFieldInvoke = members::get_field (GetField), calls::invoke (Invoke);
}

/// A = item C of B, marked as shared if it is a container. The `Share` of A that follows has nothing
/// left to do then.
#[inline(always)]
pub(crate) unsafe fn get_item_share<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { get_item_share_of::<D>(*base.add(ins.b()), get_item_slow, pc, base, ins, ctx) }
}

/// The same with global b as the container.
#[inline(always)]
pub(crate) unsafe fn get_global_item_share<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`; the unit's globals are the isolate's.
    unsafe {
        let list = *access::global(D::vm(ctx), ins.b() as u32);
        get_item_share_of::<D>(list, get_global_item_slow, pc, base, ins, ctx)
    }
}

#[inline(always)]
unsafe fn get_item_share_of<D: Dispatch>(
    list: u64,
    slow: Slow,
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`; a `Share` of A follows.
    unsafe {
        match access::read_element(list, *base.add(ins.c())) {
            Some(element) => {
                *base.add(ins.a()) = element;
                access::share(element);
                D::next(pc.add(2), base, ctx)
            }
            None => D::slow(slow, pc, base, ins, ctx),
        }
    }
}

/// A = B * C, then the addition that follows and takes A as one of its operands, once: the product
/// gets there without the way through memory.
#[inline(always)]
pub(crate) unsafe fn multiply_add<D: Dispatch>(
    pc: Pc,
    base: Base,
    ins: Ins,
    ctx: D::Ctx,
) -> D::Out {
    // SAFETY: see `Dispatch`; the addition follows.
    unsafe {
        let product = f64::from_bits(*base.add(ins.b())) * f64::from_bits(*base.add(ins.c()));
        if product.is_nan() {
            return D::slow(number_slow, pc, base, ins, ctx);
        }
        *base.add(ins.a()) = product.to_bits();
        let add = Ins(*pc.add(1));
        let other = if add.b() == ins.a() { add.c() } else { add.b() };
        let sum = f64::from_bits(*base.add(other)) + product;
        if sum.is_nan() {
            return D::slow(add_slow, pc.add(1), base, add, ctx);
        }
        *base.add(add.a()) = sum.to_bits();
        D::next(pc.add(2), base, ctx)
    }
}
