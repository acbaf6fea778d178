//! Addresses: sums and shifts that only make an address become part of the access.
//!
//! `[base + index * 1, 2, 4 or 8 + offset]` is what an access can compute by itself. Numbers added to
//! base or index go into the offset. A sum of two values becomes base and index, and a shift of an
//! index its scale, if everything that reads the sum or the shift is an address: then it is not
//! computed at all. A sum of two values that many accesses share is left, as an index costs each of
//! them. The address of a symbol goes into accesses outside of loops; in loops it stays in
//! its register.

use super::ssa::{Cfg, Def, Loops, NONE, Ssa};
use crate::ir::{Inst, Op, Operand, Reg};

#[derive(Debug, Default)]
pub(super) struct Fuse {
    /// By value: how often it is read, and how often of that by addresses.
    all: Vec<u32>,
    addresses: Vec<u32>,
}

/// Steps that one address takes.
const STEPS: u32 = 8;
/// A sum of two values that more accesses share is computed once: an index makes each a little
/// slower.
const MOST: u32 = 3;

/// Where base, index and offset of an access stand.
fn place(op: Op) -> Option<usize> {
    match op {
        Op::Load | Op::Load8u | Op::Load8s | Op::Load16u | Op::Load16s => Some(1),
        Op::Load32u | Op::Load32s => Some(1),
        Op::Store | Op::Store8 | Op::Store16 | Op::Store32 => Some(0),
        _ => None,
    }
}

impl Fuse {
    pub(super) fn run(&mut self, ssa: &mut Ssa, cfg: &Cfg, loops: &Loops) {
        self.count(ssa, cfg);
        for &block in &cfg.order {
            let in_loop = loops.of(block) != NONE;
            let mut node = ssa.blocks[block as usize].first;
            while node != NONE {
                if let Some(at) = place(ssa.nodes[node as usize].inst.op) {
                    for _ in 0..STEPS {
                        let mut inst = ssa.nodes[node as usize].inst;
                        if !self.step(ssa, &mut inst, at, in_loop) {
                            break;
                        }
                        ssa.nodes[node as usize].inst = inst;
                    }
                }
                node = ssa.nodes[node as usize].next;
            }
        }
    }

    /// Counts from the end, so that what reads a value is known when it is come to.
    fn count(&mut self, ssa: &Ssa, cfg: &Cfg) {
        for list in [&mut self.all, &mut self.addresses] {
            list.clear();
            list.resize(ssa.values.len(), 0);
        }
        for &block in &cfg.order {
            let mut node = ssa.blocks[block as usize].first;
            while node != NONE {
                ssa.uses(node, |value| self.all[value.0 as usize] += 1);
                node = ssa.nodes[node as usize].next;
            }
            for edge in ssa.out(block) {
                for value in ssa.args(edge).iter().filter_map(|arg| arg.reg()) {
                    self.all[value.0 as usize] += 1;
                }
            }
        }
        for &block in cfg.tree.iter().rev() {
            let mut node = ssa.blocks[block as usize].last;
            while node != NONE {
                let inst = &ssa.nodes[node as usize].inst;
                let read = match (place(inst.op), inst.op) {
                    (Some(at), _) => [inst.operands[at], inst.operands[at + 1]],
                    (None, Op::Add)
                        if self.only_addresses(inst.operands[0])
                            && self.reads(inst.operands[0]) <= MOST =>
                    {
                        [inst.operands[1], inst.operands[2]]
                    }
                    _ => [Operand::None; 2],
                };
                for value in read.iter().filter_map(|operand| operand.reg()) {
                    self.addresses[value.0 as usize] += 1;
                }
                node = ssa.nodes[node as usize].prev;
            }
        }
    }

    /// Whether everything that reads a value is an address.
    fn only_addresses(&self, operand: Operand) -> bool {
        let count = |Reg(value): Reg| (self.all[value as usize], self.addresses[value as usize]);
        operand.reg().is_some_and(|value| count(value).0 == count(value).1)
    }

    fn reads(&self, operand: Operand) -> u32 {
        operand.reg().map_or(0, |value| self.all[value.0 as usize])
    }

    /// Moves one sum or shift into an access; whether there was one.
    fn step(&self, ssa: &Ssa, inst: &mut Inst, at: usize, in_loop: bool) -> bool {
        let [base, index] = [inst.operands[at], inst.operands[at + 1]];
        let Operand::Imm(offset) = inst.operands[at + 2] else { return false };
        let made = |operand: Operand| Some(ssa.nodes[ssa.def(operand)? as usize].inst);
        // A number added to the base, or to the index.
        let number = |operand: Operand, scale: u8| {
            let sum = made(operand).filter(|sum| sum.op == Op::Add)?;
            let number = (ssa.bits(sum.operands[2])? as i64).checked_mul(1 << scale)?;
            let offset = i32::try_from(number.checked_add(offset.into())?).ok()?;
            Some((sum.operands[1], Operand::Imm(offset)))
        };
        // A counter that is read again behind its step would need a second register.
        let counts = |operand: Operand| {
            let def = operand.reg().map(|value| ssa.values[value.0 as usize].def);
            matches!(def, Some(Def::Param(_)))
        };
        if let Some((rest, offset)) = number(base, 0)
            && (self.only_addresses(base) || !counts(rest))
        {
            (inst.operands[at], inst.operands[at + 2]) = (rest, offset);
            return true;
        }
        if index != Operand::None {
            if let Some((rest, offset)) = number(index, inst.scale)
                && self.only_addresses(index)
            {
                (inst.operands[at + 1], inst.operands[at + 2]) = (rest, offset);
                return true;
            }
            return self.scale(ssa, inst, at);
        }
        match made(base) {
            Some(Inst { op: Op::Add, operands: [_, a, b, _], .. })
                if self.only_addresses(base) && self.reads(base) <= MOST =>
            {
                let shifted = |operand| made(operand).is_some_and(|shift| shift.op == Op::Shl);
                let (a, b) = if shifted(a) && !shifted(b) { (b, a) } else { (a, b) };
                (inst.operands[at], inst.operands[at + 1], inst.scale) = (a, b, 0);
                true
            }
            Some(Inst { op: Op::Addr, operands: [_, symbol, addend, _], .. }) if !in_loop => {
                let addend = match addend {
                    Operand::Imm(addend) => addend,
                    Operand::None => 0,
                    _ => return false,
                };
                let Some(sum) = addend.checked_add(offset) else { return false };
                (inst.operands[at], inst.operands[at + 2]) = (symbol, Operand::Imm(sum));
                true
            }
            _ => false,
        }
    }

    /// Moves a shift of the index into the scale.
    fn scale(&self, ssa: &Ssa, inst: &mut Inst, at: usize) -> bool {
        let index = inst.operands[at + 1];
        let Some(node) = ssa.def(index).filter(|_| self.only_addresses(index)) else {
            return false;
        };
        let shift = ssa.nodes[node as usize].inst;
        match (shift.op, ssa.bits(shift.operands[2])) {
            (Op::Shl, Some(count)) if count + u64::from(inst.scale) <= 3 => {
                inst.operands[at + 1] = shift.operands[1];
                inst.scale += count as u8;
                true
            }
            _ => false,
        }
    }
}
