//! Counts which instructions follow each other: what to fuse is chosen by it.

use super::threaded::{Table, handler, handler_functions};
use super::{Base, Ctx, Pc};
use crate::code::Ins;
use crate::op::Op;
use std::collections::HashMap;

/// How often three instructions ran one after the other.
#[derive(Debug, Default)]
pub(crate) struct OpCounts {
    /// The two instructions before, the older in the upper half.
    before: u32,
    triples: HashMap<u64, u64>,
}

impl OpCounts {
    fn note(&mut self, ins: Ins) {
        let triple = u64::from(self.before) << 16 | u64::from(ins.number());
        *self.triples.entry(triple).or_default() += 1;
        self.before = triple as u32;
    }

    /// The names of three instructions, oldest first, and how often they ran in this order.
    pub(crate) fn triples(&self) -> impl Iterator<Item = ([&'static str; 3], u64)> {
        let name = |number: u64| Op::ALL[usize::from(number as u16)].row().name;
        self.triples.iter().map(move |(&triple, &count)| {
            ([name(triple >> 32), name(triple >> 16), name(triple)], count)
        })
    }
}

handler_functions! {
    /// Notes the instruction and goes to its handler.
    pub(super) fn count(pc: Pc, base: Base, ins: Ins, table: Table, ctx: Ctx) {
        // SAFETY: the caller's promise; nothing else refers to the machine between instructions.
        unsafe {
            note(ins, ctx);
            handler(ins)(pc, base, ins, table, ctx)
        }
    }
}

#[inline(never)]
unsafe fn note(ins: Ins, ctx: Ctx) {
    // SAFETY: see `count`.
    if let Some(counts) = unsafe { &mut (*ctx).counts } {
        counts.note(ins);
    }
}
