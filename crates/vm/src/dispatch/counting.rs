//! Counts the instructions that run: for `--stats=full`, and in triples to see which follow each
//! other, by which it is chosen what to fuse.

use super::threaded::{Table, handler, handler_functions};
use super::{Base, Ctx, Pc};
use crate::code::Ins;
use crate::op::Op;
use crate::vm::Executed;
use std::collections::HashMap;

/// What is counted.
#[derive(Debug)]
pub(crate) enum Counts {
    /// How often each instruction ran, by number.
    Each(Box<[u64; Op::ALL.len()]>),
    /// How often three ran one after the other.
    Triples(TripleCounts),
}

impl Counts {
    /// Counts of each instruction, none so far.
    pub(crate) fn each() -> Counts {
        Counts::Each(Box::new([0; Op::ALL.len()]))
    }

    fn note(&mut self, ins: Ins) {
        match self {
            Counts::Each(counts) => counts[usize::from(ins.number())] += 1,
            Counts::Triples(triples) => triples.note(ins),
        }
    }

    /// All instructions, calls, and uses of caches, if each instruction is counted. One that does
    /// the work of two counts once among the instructions.
    pub(crate) fn executed(&self) -> Option<Executed> {
        let Counts::Each(counts) = self else { return None };
        let mut executed = Executed::default();
        for (op, &count) in Op::ALL.iter().zip(counts.iter()) {
            let (calls, caches) = uses(*op);
            executed.instructions += count;
            executed.calls += calls * count;
            executed.cache_uses += caches * count;
        }
        Some(executed)
    }
}

/// Calls that an instruction makes, and caches that it looks into.
fn uses(op: Op) -> (u64, u64) {
    match op {
        Op::Call | Op::CallGlobal | Op::Invoke | Op::SuperInvoke | Op::SubtractKCallGlobal => {
            (1, 1)
        }
        Op::GetFieldInvoke => (1, 2),
        Op::CallNative => (1, 0),
        Op::GetField | Op::SetField | Op::GetFieldMultiply | Op::AddSetField => (0, 1),
        Op::GetFieldGetField | Op::SetFieldGetField => (0, 2),
        _ => (0, 0),
    }
}

/// How often three instructions ran one after the other.
#[derive(Debug, Default)]
pub(crate) struct TripleCounts {
    /// The two instructions before, the older in the upper half.
    before: u32,
    triples: HashMap<u64, u64>,
}

impl TripleCounts {
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
