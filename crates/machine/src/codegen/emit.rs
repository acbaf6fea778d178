//! Writing a function's code: its instructions in order, with the allocator's moves between them.

use super::Compiler;
use super::buffer::Label;
use super::legal::Failure;
use super::output::Runtime;
use super::target::{Context, Target};
use crate::regalloc::{Allocation, Gap, Place};

impl<T: Target> Compiler<'_, T> {
    pub(super) fn write(&mut self, allocation: &Allocation) {
        let blocks = self.machine.program.blocks().len();
        self.buffer.clear(blocks);
        self.exits.clear();
        self.find_aliases(allocation);
        self.find_loops();
        self.target.write_entry(&self.frame, &mut self.buffer);
        let mut moves = 0;
        for block in 0..blocks as u32 {
            if self.aliases[block as usize] != block {
                continue;
            }
            if self.begins_loop(block) {
                self.buffer.align(super::LOOP_ALIGN);
            }
            self.buffer.bind(Label(block));
            let next = (block + 1..blocks as u32).find(|&b| self.aliases[b as usize] == b);
            self.write_block(block, next.map(Label), allocation, &mut moves);
        }
        for (failure, symbol) in
            [(Failure::Division, Runtime::FailDivision), (Failure::Bounds, Runtime::FailBounds)]
        {
            if let Some(label) = self.exits.get(failure) {
                self.buffer.bind(label);
                let symbol = self.output.runtime(symbol);
                self.target.write_exit(symbol, &mut self.buffer);
            }
        }
    }

    /// Finds the last block that jumps back to each, if loops are aligned.
    fn find_loops(&mut self) {
        self.loop_ends.clear();
        if !self.options.aligns_loops() {
            return;
        }
        let program = &self.machine.program;
        self.loop_ends.resize(program.blocks().len(), 0);
        for block in 0..program.blocks().len() as u32 {
            for &head in program.successors(block).iter().filter(|&&next| next <= block) {
                self.loop_ends[head as usize] = block;
            }
        }
        // A block cannot jump back to the first one, so that 0 means none.
        debug_assert_eq!(self.loop_ends.first(), Some(&0));
    }

    /// Whether a loop begins with a block and has none within it.
    fn begins_loop(&self, block: u32) -> bool {
        let (block, end) = match self.loop_ends.get(block as usize) {
            Some(&end) if end > 0 => (block as usize, end as usize),
            _ => return false,
        };
        self.loop_ends[block + 1..=end].iter().all(|&inner| inner == 0)
    }

    /// A block that is only a jump, on an edge where no moves are needed, is not written: who goes
    /// there goes to its target.
    fn find_aliases(&mut self, allocation: &Allocation) {
        let program = &self.machine.program;
        self.aliases.clear();
        self.aliases.extend(0..program.blocks().len() as u32);
        for (number, block) in self.plan.blocks.iter().enumerate().skip(1) {
            let super::plan::Block::Edge(target) = *block else { continue };
            let insts = program.blocks()[number].insts.clone();
            let first = allocation.moves.partition_point(|m| m.gap.inst() < insts.start);
            let quiet = allocation.moves.get(first).is_none_or(|m| m.gap.inst() >= insts.end);
            if quiet {
                self.aliases[number] = target;
            }
        }
    }

    fn write_block(
        &mut self,
        block: u32,
        next: Option<Label>,
        allocation: &Allocation,
        moves: &mut usize,
    ) {
        let program = &self.machine.program;
        for inst in program.blocks()[block as usize].insts.clone() {
            let mut write_moves = |before: bool, buffer: &mut super::Buffer| {
                while let Some(m) = allocation.moves.get(*moves) {
                    let here = m.gap.inst() < inst
                        || (m.gap.inst() == inst && before != matches!(m.gap, Gap::After(_)));
                    if !here {
                        break;
                    }
                    match (m.to, m.from) {
                        (Place::Reg(to), Place::Made(inst)) => {
                            let inst = &self.machine.insts[inst as usize];
                            self.target.write_constant(inst, to, &self.frame, buffer);
                        }
                        (to, from) => self.target.write_move(to, from, &self.frame, buffer),
                    }
                    *moves += 1;
                }
            };
            write_moves(true, &mut self.buffer);
            let places = &allocation.places[program.operand_range(inst)];
            let mut context = Context {
                frame: &self.frame,
                places,
                tables: &self.machine.tables,
                raw: &self.machine.raw,
                next,
                aliases: &self.aliases,
                exits: &mut self.exits,
            };
            // A constant that is made where it is needed is not made here.
            if !matches!(places, [Place::Made(_)]) {
                let machine_inst = &self.machine.insts[inst as usize];
                self.target.write_inst(machine_inst, &mut context, &mut self.buffer);
            }
            write_moves(false, &mut self.buffer);
        }
    }
}
