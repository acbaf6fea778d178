//! Numbers that must stand in registers.
//!
//! Most places of instructions take a number as it is. Those for floats, addresses and callees do
//! not. Each number that is needed in a register is written once, where all its uses are reached
//! from, outside of the loops around that place. The register allocator writes it again where
//! registers are short.

use super::ssa::{Cfg, Def, Loops, NONE, Place, Ssa};
use crate::ir::{Class, Inst, Kind, NO_OFFSET, Name, Op, Operand, Reg};

#[derive(Debug, Default)]
pub(super) struct Constants {
    /// Number, instruction and operand or element; by number.
    uses: Vec<(Reg, u32)>,
}

/// Whether a number of a class may stand in a place.
fn takes_number(kind: Kind, class: Class) -> bool {
    class == Class::I64 && matches!(kind, Kind::Val | Kind::Any | Kind::Args | Kind::Vals)
}

/// Calls `visit` with the operands of an instruction that are numbers and must be in registers.
fn needed(ssa: &Ssa, node: u32, mut visit: impl FnMut(Reg)) {
    let inst = &ssa.nodes[node as usize].inst;
    for (&kind, &operand) in inst.op.info().kinds.iter().zip(&inst.operands) {
        if kind.is_def() {
            continue;
        }
        let single = [operand];
        let elements = match operand {
            Operand::List(_) => ssa.list(operand),
            _ => &single,
        };
        for &element in elements {
            if let Operand::Reg(value) = element
                && ssa.bits(element).is_some()
                && !takes_number(kind, ssa.class(element))
            {
                visit(value);
            }
        }
    }
}

impl Constants {
    pub(super) fn run(&mut self, ssa: &mut Ssa, cfg: &Cfg, loops: &Loops) {
        self.uses.clear();
        for &block in &cfg.order {
            let mut node = ssa.blocks[block as usize].first;
            while node != NONE {
                needed(ssa, node, |value| self.uses.push((value, node)));
                node = ssa.nodes[node as usize].next;
            }
        }
        self.uses.sort_unstable();
        for chunk in self.uses.chunk_by(|a, b| a.0 == b.0) {
            let number = chunk[0].0;
            let block = |node: u32| ssa.nodes[node as usize].block;
            let first = block(chunk[0].1);
            let home = chunk.iter().fold(first, |home, own| cfg.common(home, block(own.1)));
            let home = outside(cfg, loops, home);
            let here = chunk.iter().map(|own| own.1).find(|&node| block(node) == home);
            let value = write(ssa, number, home, here.is_some());
            for &(_, node) in chunk {
                replace(ssa, node, number, value);
            }
        }
    }
}

/// The nearest block outside of all loops from which a block is always reached.
fn outside(cfg: &Cfg, loops: &Loops, mut block: u32) -> u32 {
    while let Some(own) = loops.all.get(loops.of(block) as usize) {
        if own.header == 0 {
            break;
        }
        block = cfg.idom[own.header as usize];
    }
    block
}

/// Writes a number at the beginning or at the end of a block.
fn write(ssa: &mut Ssa, number: Reg, block: u32, at_start: bool) -> Reg {
    let Def::Const(bits) = ssa.values[number.0 as usize].def else { return number };
    let class = ssa.values[number.0 as usize].class;
    let value = ssa.value(class, Name(NONE), Def::Inst(NONE));
    // The operand is a value until the form is left.
    let source = Operand::Reg(ssa.constant(Class::I64, bits));
    let inst = Inst::new(Op::Const, &[Operand::Reg(value), source]);
    let first = ssa.blocks[block as usize].first;
    if at_start && first != NONE {
        ssa.insert_before(first, inst);
    } else {
        ssa.append_before_end(block, inst, Place { offset: NO_OFFSET, loc: NONE });
    }
    value
}

fn replace(ssa: &mut Ssa, node: u32, number: Reg, value: Reg) {
    let kinds = ssa.nodes[node as usize].inst.op.info().kinds;
    let class = ssa.values[number.0 as usize].class;
    for (place, &kind) in kinds.iter().enumerate() {
        if kind.is_def() || takes_number(kind, class) {
            continue;
        }
        ssa.replace_operand(node, place, number, value);
    }
}
