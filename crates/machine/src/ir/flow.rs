//! Control flow: basic blocks of a function, and which registers an instruction reads and writes.

use super::{Func, Inst, Kind, Label, Op, Operand};
use std::ops::Range;

/// What an instruction does with a register operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Reads it.
    Use,
    /// Writes it, after all reads.
    Def,
}

/// Calls `visit` with every register operand, virtual or physical, of an instruction: first those
/// that are read, then those that are written.
#[inline]
pub fn registers(func: Func<'_>, inst: &Inst, mut visit: impl FnMut(Role, Operand)) {
    let kinds = inst.op.info().kinds;
    for (role, wanted) in [(Role::Use, false), (Role::Def, true)] {
        for (&kind, &operand) in kinds.iter().zip(&inst.operands) {
            if kind.is_def() != wanted {
                continue;
            }
            match operand {
                Operand::Reg(_) | Operand::Phys(_) => visit(role, operand),
                Operand::List(_) => {
                    let list = func.module.list(operand).iter().copied();
                    list.filter(|o| matches!(o, Operand::Reg(_) | Operand::Phys(_)))
                        .for_each(|operand| visit(role, operand));
                }
                _ => {}
            }
        }
    }
}

/// Calls `visit` with every label that an instruction may go to.
pub fn targets(func: Func<'_>, inst: &Inst, mut visit: impl FnMut(Label)) {
    if inst.op == Op::Label {
        return;
    }
    for (&kind, &operand) in inst.op.info().kinds.iter().zip(&inst.operands) {
        match (kind, operand) {
            (Kind::Label, Operand::Label(label)) => visit(label),
            (Kind::Labels, _) => {
                for &element in func.module.list(operand) {
                    if let Operand::Label(label) = element {
                        visit(label);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether an instruction may go elsewhere than to the next one.
pub fn branches(op: Op) -> bool {
    let info = op.info();
    info.ends || (op != Op::Label && info.kinds.contains(&Kind::Label))
}

/// The blocks of a function. One value serves many functions after each other and keeps its memory.
#[derive(Debug, Default)]
pub struct Flow {
    /// First instruction of each block, and one past the last of all.
    starts: Vec<u32>,
    /// Block of each label; `u32::MAX` if the label is nowhere.
    label_blocks: Vec<u32>,
    /// Where each block's successors begin, and the successors.
    successor_starts: Vec<u32>,
    successors: Vec<u32>,
    predecessor_starts: Vec<u32>,
    predecessors: Vec<u32>,
    falls_off: bool,
}

impl Flow {
    /// Finds the blocks of a function. Jumps to labels that are nowhere are left out.
    pub fn build(&mut self, func: Func<'_>) {
        self.find_blocks(func);
        self.find_successors(func);
        self.find_predecessors();
    }

    fn find_blocks(&mut self, func: Func<'_>) {
        self.starts.clear();
        self.label_blocks.clear();
        self.label_blocks.resize(func.labels().len(), u32::MAX);
        let mut fresh = true;
        let mut only_labels = false;
        for (at, inst) in (0..).zip(func.insts()) {
            if fresh || (inst.op == Op::Label && !only_labels) {
                self.starts.push(at);
                only_labels = true;
            }
            if let (Op::Label, Operand::Label(label)) = (inst.op, inst.operands[0]) {
                let block = &mut self.label_blocks[label.0 as usize];
                // Of two labels of one name the first counts; the verifier refuses the second.
                if *block == u32::MAX {
                    *block = self.starts.len() as u32 - 1;
                }
            } else {
                only_labels = false;
            }
            fresh = branches(inst.op);
        }
        self.starts.push(func.insts().len() as u32);
    }

    fn find_successors(&mut self, func: Func<'_>) {
        self.successor_starts.clear();
        self.successors.clear();
        self.falls_off = func.insts().is_empty();
        let blocks = self.len() as u32;
        for block in 0..blocks {
            self.successor_starts.push(self.successors.len() as u32);
            let last = &func.insts()[self.block(block).end as usize - 1];
            targets(func, last, |label| {
                let target = self.label_blocks[label.0 as usize];
                if target != u32::MAX {
                    self.successors.push(target);
                }
            });
            if !last.op.info().ends {
                if block + 1 < blocks {
                    self.successors.push(block + 1);
                } else {
                    self.falls_off = true;
                }
            }
        }
        self.successor_starts.push(self.successors.len() as u32);
    }

    /// Counting sort of the edges by their targets.
    fn find_predecessors(&mut self) {
        let blocks = self.len();
        self.predecessor_starts.clear();
        self.predecessor_starts.resize(blocks + 1, 0);
        for &target in &self.successors {
            self.predecessor_starts[target as usize + 1] += 1;
        }
        for block in 0..blocks {
            self.predecessor_starts[block + 1] += self.predecessor_starts[block];
        }
        self.predecessors.clear();
        self.predecessors.resize(self.successors.len(), 0);
        // Fill from the end of each range, so that its start is right when all is done.
        for block in (0..blocks as u32).rev() {
            for at in (self.successor_starts[block as usize]
                ..self.successor_starts[block as usize + 1])
                .rev()
            {
                let target = self.successors[at as usize] as usize;
                self.predecessor_starts[target + 1] -= 1;
                self.predecessors[self.predecessor_starts[target + 1] as usize] = block;
            }
        }
        self.predecessor_starts.remove(0);
        self.predecessor_starts.push(self.successors.len() as u32);
    }

    /// How many blocks there are; the first one is where the function begins.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether the function has no instruction.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The instructions of a block.
    pub fn block(&self, block: u32) -> Range<u32> {
        self.starts[block as usize]..self.starts[block as usize + 1]
    }

    /// The block that a label begins.
    pub fn label_block(&self, label: Label) -> Option<u32> {
        let block = self.label_blocks[label.0 as usize];
        (block != u32::MAX).then_some(block)
    }

    /// Blocks that may follow a block; one may be there twice.
    pub fn successors(&self, block: u32) -> &[u32] {
        let at = |index: u32| self.successor_starts[index as usize] as usize;
        &self.successors[at(block)..at(block + 1)]
    }

    /// Blocks that a block may follow.
    pub fn predecessors(&self, block: u32) -> &[u32] {
        let at = |index: u32| self.predecessor_starts[index as usize] as usize;
        &self.predecessors[at(block)..at(block + 1)]
    }

    /// Whether the last instruction may go on to where there is none.
    pub fn falls_off(&self) -> bool {
        self.falls_off
    }

    /// Which blocks are reached from the beginning.
    pub fn reachable(&self) -> Vec<bool> {
        let mut reached = Vec::new();
        self.find_reachable(&mut reached, &mut Vec::new());
        reached
    }

    /// The same into a list whose memory is used again, as is that of the blocks still to visit.
    pub fn find_reachable(&self, reached: &mut Vec<bool>, work: &mut Vec<u32>) {
        reached.clear();
        reached.resize(self.len(), false);
        work.clear();
        work.extend((!self.is_empty()).then_some(0));
        while let Some(block) = work.pop() {
            if !std::mem::replace(&mut reached[block as usize], true) {
                work.extend(self.successors(block));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::FuncId;

    #[test]
    fn blocks_and_edges_of_a_loop() {
        let text = b"function i64 $f(i64 %n) {\n @a\n @b\n jle %n, 0, @end\n %n =i64 sub %n, 1\n \
            jmp @a\n @end\n ret %n\n}\n";
        let parsed = crate::nir::parse(text);
        assert_eq!(parsed.faults, []);
        let func = parsed.module.func(FuncId(0));
        let mut flow = Flow::default();
        flow.build(func);
        assert_eq!(flow.len(), 3);
        assert_eq!((flow.block(0), flow.block(1), flow.block(2)), (0..3, 3..5, 5..7));
        assert_eq!(flow.successors(0), [2, 1]);
        assert_eq!(flow.successors(1), [0]);
        assert_eq!(flow.successors(2), [0; 0]);
        assert_eq!(flow.predecessors(0), [1]);
        assert_eq!(flow.predecessors(1), [0]);
        assert_eq!(flow.predecessors(2), [0]);
        assert_eq!(flow.label_block(Label(1)), flow.label_block(Label(0)));
        assert!(!flow.falls_off() && flow.reachable() == [true; 3]);
    }
}
