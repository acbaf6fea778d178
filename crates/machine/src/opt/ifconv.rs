//! If-conversion: a branch that only chooses between values becomes `select`.
//!
//! A branch that is foreseen wrongly costs more than a dozen instructions. So where both ways from a
//! branch soon meet again, and what stands on them is a few cheap instructions without effects,
//! these are computed in any case, and where the ways met, each value that differs is selected. It
//! pays when it is little: two instructions more and two values at most, all integers. A branch that
//! decides whether a loop goes on stays, as it is mostly foreseen.

use super::simplify::is_pure;
use super::ssa::{Cfg, Def, Loops, NONE, Ssa};
use crate::ir::{Class, Cond, Inst, Name, Op, Operand};

/// Instructions on both ways together, and values that differ.
const INSTS: usize = 2;
const VALUES: usize = 2;

#[derive(Debug, Default)]
pub(super) struct IfConv {
    then: Vec<Operand>,
    other: Vec<Operand>,
}

impl IfConv {
    /// Whether edges changed.
    pub(super) fn run(&mut self, ssa: &mut Ssa, cfg: &Cfg, loops: &Loops) -> bool {
        let mut changed = false;
        // Inner choices come first.
        for &block in cfg.order.iter().rev() {
            changed |= self.convert(ssa, cfg, loops, block);
        }
        changed
    }

    fn convert(&mut self, ssa: &mut Ssa, cfg: &Cfg, loops: &Loops, block: u32) -> bool {
        let out = ssa.out(block);
        let Some(end) = ssa.terminator(block).filter(|_| out.len() == 2) else { return false };
        let branch = ssa.nodes[end as usize].inst;
        if branch.op != Op::Br {
            return false;
        }
        let ways = [out.start, out.start + 1].map(|edge| way(ssa, cfg, loops, block, edge));
        let to = ways.map(|way| ssa.edges[way as usize].to);
        let meet = to[0];
        if meet != to[1] || meet == block {
            return false;
        }
        let same_loop = loops.of(meet) == loops.of(block);
        if !same_loop || !cfg.dominates(block, meet) || !self.collect(ssa, ways) {
            return false;
        }
        for way in ways {
            let from = ssa.edges[way as usize].from;
            if from != block {
                while ssa.blocks[from as usize].first != NONE {
                    ssa.move_to_end(ssa.blocks[from as usize].first, block);
                }
            }
        }
        for at in 0..self.then.len() {
            if self.then[at] != self.other[at] {
                self.then[at] = select(ssa, end, &branch, self.then[at], self.other[at]);
            }
        }
        ssa.remove(end);
        ssa.keep_edge(block, out.start);
        ssa.retarget(out.start, meet, &self.then);
        true
    }

    /// Takes what both ways carry; whether it is little enough to be selected.
    fn collect(&mut self, ssa: &Ssa, ways: [u32; 2]) -> bool {
        self.then.clear();
        self.then.extend_from_slice(ssa.args(ways[0]));
        self.other.clear();
        self.other.extend_from_slice(ssa.args(ways[1]));
        let mut values = 0;
        for (&then, &other) in self.then.iter().zip(&self.other) {
            if then != other {
                values += 1;
                if ssa.class(then) != Class::I64 {
                    return false;
                }
            }
        }
        let mut insts = 0;
        for way in ways {
            insts += length(ssa, ssa.edges[way as usize].from);
        }
        values <= VALUES && insts <= INSTS
    }
}

/// The edge by which the way along an edge meets others: its own, or that of a cheap block on it.
fn way(ssa: &Ssa, cfg: &Cfg, loops: &Loops, block: u32, edge: u32) -> u32 {
    let to = ssa.edges[edge as usize].to;
    let out = ssa.out(to);
    let on_it = to != block
        && out.len() == 1
        && cfg.preds(to).len() == 1
        && ssa.params(to).is_empty()
        && ssa.terminator(to).is_none()
        && loops.of(to) == loops.of(block)
        && length(ssa, to) <= INSTS;
    if on_it { out.start } else { edge }
}

/// How many instructions a block has if they are all cheap and without effects; 0 for a block that
/// branches, more than can be converted for any other.
fn length(ssa: &Ssa, block: u32) -> usize {
    if ssa.terminator(block).is_some() {
        return 0;
    }
    let (mut node, mut count) = (ssa.blocks[block as usize].first, 0);
    while node != NONE && count <= INSTS {
        let inst = &ssa.nodes[node as usize].inst;
        count += if is_pure(ssa, inst) && is_cheap(inst.op) { 1 } else { INSTS + 1 };
        node = ssa.nodes[node as usize].next;
    }
    count
}

fn is_cheap(op: Op) -> bool {
    use Op::{Add, And, Neg, Not, Or, Sar, Set, Shl, Shr, Sub, Xor};
    matches!(op, Add | Sub | And | Or | Xor | Neg | Not | Shl | Shr | Sar | Set)
}

/// One of two values, by a branch's condition.
fn select(ssa: &mut Ssa, end: u32, branch: &Inst, then: Operand, other: Operand) -> Operand {
    let [a, b, ..] = branch.operands;
    let (test, then, other) = match (branch.cond, ssa.bits(b)) {
        (Cond::Ne, Some(0)) => (a, then, other),
        (Cond::Eq, Some(0)) => (a, other, then),
        _ => {
            let test = Operand::Reg(ssa.value(Class::I64, Name(NONE), Def::Inst(NONE)));
            ssa.insert_before(end, Inst::with_cond(Op::Set, branch.cond, &[test, a, b]));
            (test, then, other)
        }
    };
    let result = Operand::Reg(ssa.value(Class::I64, Name(NONE), Def::Inst(NONE)));
    ssa.insert_before(end, Inst::new(Op::Select, &[result, test, then, other]));
    result
}
