//! What ends a block.

use super::fold::narrow_comparison;
use super::{Lower, Result};
use crate::codegen::legal::{Legal, Value, Width};
use crate::codegen::output::Runtime;
use crate::codegen::target::Target;
use crate::ir::{Cond, Inst, Label, Op, Operand};
use crate::regalloc::VReg;

impl<T: Target> Lower<'_, T> {
    pub(super) fn terminator(&mut self, inst: &Inst) -> Result<()> {
        let [first, second, third, fourth] = inst.operands;
        match inst.op {
            Op::Jmp => {
                let to = self.block_of(first);
                self.end_with_jump(to);
            }
            Op::Br if self.branch_on_memory(inst)? => {}
            Op::Br => {
                let (cond, a, b) = self.comparands(inst.cond, first, second)?;
                self.branch(third, |then, other| Legal::Branch { cond, a, b, then, other });
            }
            Op::Jcc => {
                // The verifier has seen to it that there is a `cmp`.
                let Some((a, b)) = self.flags else { return Ok(()) };
                let cond = inst.cond;
                self.branch(first, |then, other| Legal::Branch { cond, a, b, then, other });
            }
            Op::Fbr => {
                let (a, class) = self.float_operand(first)?;
                let (b, _) = self.float_operand(second)?;
                let cond = inst.cond;
                self.branch(third, |then, other| Legal::FloatBranch {
                    cond,
                    class,
                    a,
                    b,
                    then,
                    other,
                });
            }
            Op::AddOverflow | Op::SubOverflow | Op::MulOverflow => {
                let op = match inst.op {
                    Op::AddOverflow => Op::Add,
                    Op::SubOverflow => Op::Sub,
                    _ => Op::Mul,
                };
                self.binary(op, first, second, third)?;
                self.branch(fourth, |then, other| Legal::OverflowBranch { then, other });
            }
            Op::Switch => self.switch(first, second, third)?,
            Op::TailCall => self.tail_call(first, second)?,
            Op::Ret => self.ret(first)?,
            _ => self.trap(),
        }
        Ok(())
    }

    /// A branch that compares what is in memory; whether it is one.
    fn branch_on_memory(&mut self, inst: &Inst) -> Result<bool> {
        let [first, second, label, _] = inst.operands;
        let (load, other, cond) = match (self.producer(first), self.producer(second)) {
            (Some(load), _) => (load, second, inst.cond),
            (_, Some(load)) => (load, first, inst.cond.swapped()),
            _ => return Ok(false),
        };
        let narrow = self.number(other).and_then(|number| narrow_comparison(load.op, cond, number));
        let (width, cond, b) = match narrow {
            Some((width, cond, number)) => (width, cond, Value::Imm(number)),
            None => (Width::W64, cond, self.value(Op::Cmp, other)?),
        };
        let [_, base, index, offset] = load.operands;
        let address = self.address([base, index, offset], load.scale)?;
        self.emit(Legal::CompareMemory { width, address, b });
        self.branch(label, |then, other| Legal::FlagsBranch { cond, then, other });
        Ok(true)
    }

    /// Stops the program.
    pub(super) fn trap(&mut self) {
        if self.call_traps {
            self.call_runtime(Runtime::Trap, &[], None);
        }
        self.emit(Legal::Trap);
        self.out.program.end_block(&[]);
    }

    /// The machine block to go to for a label.
    fn block_of(&self, label: Operand) -> u32 {
        let label = if let Operand::Label(label) = label { label } else { Label(0) };
        let block = self.flow.label_block(label).unwrap_or(0);
        self.plan.target(self.block, block)
    }

    /// Ends the block with a branch to a label or to the next block; with a jump if they are the same.
    fn branch(&mut self, label: Operand, legal: impl FnOnce(u32, u32) -> Legal) {
        let then = self.block_of(label);
        let other = self.plan.target(self.block, self.block + 1);
        if then == other {
            return self.end_with_jump(then);
        }
        self.emit(legal(then, other));
        self.out.program.end_block(&[then, other]);
    }

    /// The operands of a comparison, the first one in a register.
    pub(super) fn comparands(
        &mut self,
        cond: Cond,
        a: Operand,
        b: Operand,
    ) -> Result<(Cond, VReg, Value)> {
        if self.number(a).is_some() && self.number(b).is_none() {
            let b = self.reg(b)?;
            let a = self.value(Op::Cmp, a)?;
            return Ok((cond.swapped(), b, a));
        }
        let a = self.reg(a)?;
        Ok((cond, a, self.value(Op::Cmp, b)?))
    }

    fn switch(&mut self, index: Operand, labels: Operand, default: Operand) -> Result<()> {
        let other = self.block_of(default);
        let start = self.out.tables.len();
        for &label in self.func.module.list(labels) {
            let to = self.block_of(label);
            self.out.tables.push(to);
        }
        let count = self.out.tables.len() - start;
        let mut successors: Vec<u32> = self.out.tables[start..].to_vec();
        successors.push(other);
        successors.sort_unstable();
        successors.dedup();
        if let [to] = successors[..] {
            self.end_with_jump(to);
            return Ok(());
        }
        let a = self.reg(index)?;
        // A table is its length and the blocks.
        self.out.tables.insert(start, count as u32);
        self.emit(Legal::Switch { a, table: start as u32, other });
        self.out.program.end_block(&successors);
        Ok(())
    }
}
