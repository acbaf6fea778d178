//! Walking through arrays, strings and tables. An iterator is two registers: what is walked through,
//! and the position as a number.

use super::prelude::*;
use crate::access::{self, is_beyond_limit};
use sox_runtime::ops;

/// The mark of a register that is not wanted.
const NO_REGISTER: u16 = u16::MAX;

/// A = an iterator over B
#[inline(always)]
pub(crate) unsafe fn start<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`.
    unsafe { D::slow(start_slow, pc, base, ins, ctx) }
}

#[inline(never)]
unsafe fn start_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let iterable = frame.word(ins.b());
    let position = ops::foreach_start(frame.get(ins.b())).map(word_of);
    if position.is_ok() {
        frame.put(ins.a(), iterable);
    }
    frame.finish(ins.a() + 1, position)
}

/// takes the next turn of the iterator in A and goes to b:c
#[inline(always)]
pub(crate) unsafe fn next<D: Dispatch>(pc: Pc, base: Base, ins: Ins, ctx: D::Ctx) -> D::Out {
    // SAFETY: see `Dispatch`; the verifier sees to it that the registers hold an iterator.
    unsafe {
        let state = base.add(ins.a());
        let position = *state.add(1);
        let Some(element) = access::element(*state, position) else {
            return D::slow(next_slow, pc, base, ins, ctx);
        };
        if is_beyond_limit(base, D::vm(ctx)) {
            return D::slow(next_slow, pc, base, ins, ctx);
        }
        let value = *element;
        *state.add(1) = (f64::from_bits(position) + 1.0).to_bits();
        deliver(base, *pc.add(1), position, value);
        D::next(pc.offset(ins.jump_bc()), base, ctx)
    }
}

/// Puts key and value where they are wanted.
///
/// # Safety
/// The halves of `registers` are registers of the frame, or none.
#[inline(always)]
unsafe fn deliver(base: Base, registers: u64, key: u64, value: u64) {
    let (key_to, value_to) = (registers as u16, (registers >> 16) as u16);
    // SAFETY: the caller's promise. The value is stored first, as on the operand stack.
    unsafe {
        if value_to != NO_REGISTER {
            *base.add(value_to as usize) = value;
        }
        if key_to != NO_REGISTER {
            *base.add(key_to as usize) = key;
        }
    }
}

#[inline(never)]
unsafe fn next_slow(pc: Pc, base: Base, ins: Ins, ctx: Ctx) -> Next {
    // SAFETY: see `Dispatch`.
    let mut frame = unsafe { Frame::enter(pc, base, ins, ctx) };
    let turn = {
        let (iterable, position) = (frame.get(ins.a()), frame.get(ins.a() + 1));
        ops::foreach_next(frame.iso(), iterable, position).map(|turn| {
            turn.map(|(key, value, next)| (word_of(key), word_of(value), word_of(next)))
        })
    };
    match turn {
        Ok(Some((key, value, next))) => {
            frame.put(ins.a() + 1, next);
            // The registers are roots when the step collects.
            let registers = frame.following(0);
            // SAFETY: the translator's registers.
            unsafe { deliver(base, registers, key, value) };
            frame.turn(true, ins.jump_bc())
        }
        Ok(None) => frame.next(),
        Err(fault) => frame.fail(fault),
    }
}
