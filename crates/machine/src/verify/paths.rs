//! What holds on every path: registers are written before they are read, a body does not fall off its
//! end, jumps on flags see a comparison, and labels are there once.
//!
//! Definedness. A register is read too early if some path from the beginning reaches the read without
//! a write. Most registers are written and read in one block; only reads that no write of their own
//! block precedes need a search. For each such register we walk backwards from the blocks that read
//! it, stopping at blocks that write it; if the walk comes to the beginning, there is such a path.
//! The cost is the number of blocks in which the register is live, not blocks times registers.

use super::suggest::Suggestions;
use super::{At, Checker, Symbol, shown};
use crate::fault::Rule;
use crate::ir::flow::{self, Role};
use crate::ir::{Func, Inst, Op, Operand, Reg};

impl Checker<'_> {
    pub(super) fn labels(&mut self, func: Func<'_>) {
        let mut seen = std::mem::take(&mut self.seen);
        seen.clear();
        seen.resize(func.labels().len(), false);
        for (index, inst) in (0..).zip(func.insts()) {
            if let (Op::Label, Operand::Label(label)) = (inst.op, inst.operands[0])
                && std::mem::replace(&mut seen[label.0 as usize], true)
            {
                let message =
                    format!("the label `{}` is there twice", shown(func.label_name(label)));
                self.fault(At { func, index }, Rule::Duplicate, message, "rename one");
            }
        }
        if !func.function.damaged {
            self.missing_labels(func, &seen);
        }
        self.seen = seen;
    }

    /// Jumps to labels that are nowhere.
    fn missing_labels(&mut self, func: Func<'_>, seen: &[bool]) {
        let mut suggestions = Suggestions::default();
        for (index, inst) in (0..).zip(func.insts()) {
            let mut missing = Vec::new();
            flow::targets(func, inst, |label| {
                if !seen[label.0 as usize] {
                    missing.push(label);
                }
            });
            for label in missing {
                let name = shown(func.label_name(label));
                let known = || {
                    let known = (0..seen.len()).filter(|&known| seen[known]);
                    known.map(|known| shown(self.module.name(func.labels()[known]))).collect()
                };
                let otherwise = "labels are known in their function only";
                let hint = suggestions.hint(&name, known, otherwise);
                let message = format!("there is no label `{name}`");
                self.fault(At { func, index }, Rule::UndefinedLabel, message, &hint);
            }
        }
    }

    /// Whether the flags are those of a `cmp` after this instruction.
    pub(super) fn flags(&mut self, at: At<'_>, inst: &Inst, before: bool) -> bool {
        if inst.op == Op::Jcc && !before {
            let message = "no `cmp` comes directly before this jump on flags".to_string();
            let hint =
                "only mov, mov_imm, nop, comment, loc and further jumps on flags may stand between";
            self.fault(at, Rule::Flags, message, hint);
        }
        inst.op == Op::Cmp || (before && inst.op.info().keeps_flags)
    }

    pub(super) fn paths(&mut self, func: Func<'_>) {
        let last_block = self.flow.len() as u32;
        if self.flow.falls_off() {
            let reached = last_block == 0 || self.flow.reachable()[last_block as usize - 1];
            if reached && !self.never_returns(func) {
                let index = (func.insts().len() as u32).saturating_sub(1);
                let message = "control reaches the end of the body".to_string();
                let hint = "end it with ret, a jump, tail_call or trap";
                self.fault(At { func, index }, Rule::FallsOff, message, hint);
            }
        }
        let mut exposed = std::mem::take(&mut self.exposed);
        exposed.find(func, &self.flow);
        for (reg, index) in exposed.undefined(&self.flow) {
            let name = shown(func.reg_name(reg));
            let message = format!("register `{name}` is read before it is written");
            let hint = "write it on every path that comes here";
            self.fault(At { func, index }, Rule::UseBeforeDefinition, message, hint);
        }
        self.exposed = exposed;
    }

    /// Whether the last instruction can be one that never returns.
    fn never_returns(&self, func: Func<'_>) -> bool {
        let notes = |inst: &&Inst| matches!(inst.op, Op::Nop | Op::Comment | Op::Loc);
        let Some(last) = func.insts().iter().rev().find(|inst| !notes(inst)) else { return false };
        let callee = match last.op {
            Op::Call => last.operands[1],
            Op::BareCall => last.operands[0],
            _ => return last.op.info().may_end,
        };
        let Operand::Sym(name) = callee else { return false };
        match self.symbols.get(name) {
            Some(Symbol::Builtin(builtin)) => !builtin.returns(),
            Some(Symbol::Import(_)) => true,
            _ => false,
        }
    }
}

/// What a search for reads of undefined registers needs. One value serves many functions after each
/// other and keeps its memory.
#[derive(Default)]
pub(super) struct Exposed {
    /// Reads that no write of their block precedes: register, block, instruction; sorted.
    reads: Vec<(Reg, u32, u32)>,
    /// Writes of the registers concerned: register, block; sorted.
    writes: Vec<(Reg, u32)>,
    regs: Vec<Marks>,
    /// For each block, the register, plus one, for which it was visited or writes.
    visited: Vec<u32>,
    writers: Vec<u32>,
}

/// What is known of a register while its reads and writes are collected. Blocks are counted from one.
#[derive(Clone, Copy, Default)]
struct Marks {
    written: u32,
    read: u32,
    /// Whether any read of it is exposed.
    matters: bool,
    param: bool,
}

impl Exposed {
    fn find(&mut self, func: Func<'_>, flow: &flow::Flow) {
        let Exposed { reads, writes, regs, .. } = self;
        reads.clear();
        writes.clear();
        regs.clear();
        regs.resize(func.regs().len(), Marks::default());
        for reg in func.params() {
            // Parameters are written at once.
            regs[reg.0 as usize].param = true;
        }
        for block in 0..flow.len() as u32 {
            let mark = block + 1;
            for index in flow.block(block) {
                flow::registers(func, &func.insts()[index as usize], |role, operand| {
                    let Some(reg) = operand.reg() else { return };
                    let marks = &mut regs[reg.0 as usize];
                    match role {
                        _ if marks.param => {}
                        Role::Use if marks.written != mark && marks.read != mark => {
                            marks.read = mark;
                            marks.matters = true;
                            reads.push((reg, block, index));
                        }
                        Role::Use => {}
                        Role::Def if marks.written != mark => {
                            marks.written = mark;
                            writes.push((reg, block));
                        }
                        Role::Def => {}
                    }
                });
            }
        }
        reads.sort_unstable_by_key(|&(reg, block, _)| (reg, block));
        writes.retain(|(reg, _)| regs[reg.0 as usize].matters);
        writes.sort_unstable();
    }

    /// Registers that are read too early, each with the first instruction that does so.
    fn undefined(&mut self, flow: &flow::Flow) -> Vec<(Reg, u32)> {
        let mut found: Vec<(Reg, u32)> = Vec::new();
        for marks in [&mut self.visited, &mut self.writers] {
            marks.clear();
            marks.resize(flow.len(), 0);
        }
        let mut work = Vec::new();
        for reads in self.reads.chunk_by(|a, b| a.0 == b.0) {
            let reg = reads[0].0;
            let mark = reg.0 + 1;
            let from = self.writes.partition_point(|&(written, _)| written < reg);
            for &(_, block) in self.writes[from..].iter().take_while(|(w, _)| *w == reg) {
                self.writers[block as usize] = mark;
            }
            for &(_, block, index) in reads {
                work.push(block);
                let mut early = false;
                while let Some(block) = work.pop() {
                    if std::mem::replace(&mut self.visited[block as usize], mark) == mark {
                        continue;
                    }
                    early |= block == 0;
                    let before = flow.predecessors(block).iter();
                    work.extend(before.filter(|&&block| self.writers[block as usize] != mark));
                }
                if early {
                    found.push((reg, index));
                    break;
                }
            }
        }
        found.sort_by_key(|&(reg, index)| (index, reg));
        found
    }
}
