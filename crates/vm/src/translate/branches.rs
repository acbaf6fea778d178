//! Jumps: conditions joined with the comparison before them, loops with their step.

use super::layout::BOTTOM;
use super::{Item, Translator, Trouble, target_of};
use crate::code::Ins;
use crate::op::{Op, Role};
use sox_bytecode::Instr;

/// A loop's test is copied to the jump that enters the loop if it is at most this long.
const MAX_COPIED_TEST: usize = 12;

/// No register: the value is not wanted.
pub(crate) const NO_REGISTER: u16 = u16::MAX;

/// The jump that takes the place of a comparison and a jump on its truth or untruth.
fn fused(compare: Op, truth: bool) -> Option<Op> {
    Some(match (compare, truth) {
        (Op::Less, true) => Op::JumpLess,
        (Op::Less, false) => Op::JumpNotLess,
        (Op::LessEqual, true) => Op::JumpLessEqual,
        (Op::LessEqual, false) => Op::JumpNotLessEqual,
        (Op::Equal, true) | (Op::NotEqual, false) => Op::JumpEqual,
        (Op::Equal, false) | (Op::NotEqual, true) => Op::JumpNotEqual,
        (Op::LessK, true) => Op::JumpLessK,
        (Op::LessK, false) => Op::JumpNotLessK,
        (Op::LessEqualK, true) => Op::JumpLessEqualK,
        (Op::LessEqualK, false) => Op::JumpNotLessEqualK,
        (Op::GreaterK, true) => Op::JumpGreaterK,
        (Op::GreaterK, false) => Op::JumpNotGreaterK,
        (Op::GreaterEqualK, true) => Op::JumpGreaterEqualK,
        (Op::GreaterEqualK, false) => Op::JumpNotGreaterEqualK,
        (Op::EqualK, true) | (Op::NotEqualK, false) => Op::JumpEqualK,
        (Op::EqualK, false) | (Op::NotEqualK, true) => Op::JumpNotEqualK,
        _ => return None,
    })
}

/// The jump to a loop's body that takes the place of a comparison and [`Op::LoopIfTrue`].
fn fused_loop(compare: Op) -> Option<Op> {
    Some(match compare {
        Op::Less => Op::LoopLess,
        Op::LessEqual => Op::LoopLessEqual,
        Op::LessK => Op::LoopLessK,
        Op::LessEqualK => Op::LoopLessEqualK,
        Op::GreaterK => Op::LoopGreaterK,
        Op::GreaterEqualK => Op::LoopGreaterEqualK,
        _ => return None,
    })
}

/// The step and jump that takes the place of an addition and such a jump.
fn fused_step(jump: Op) -> Option<Op> {
    Some(match jump {
        Op::LoopLess => Op::StepLess,
        Op::LoopLessEqual => Op::StepLessEqual,
        Op::LoopLessK => Op::StepLessK,
        Op::LoopLessEqualK => Op::StepLessEqualK,
        Op::LoopGreaterK => Op::StepGreaterK,
        Op::LoopGreaterEqualK => Op::StepGreaterEqualK,
        _ => return None,
    })
}

/// What a comparison compares.
#[derive(Clone, Copy)]
enum Operands {
    Registers(u16, u16),
    Constant(u16, u64),
}

impl Translator<'_> {
    /// Pops a condition and goes to the instruction's target if its truth is `truth`.
    pub(crate) fn jump_if(&mut self, instr: Instr, truth: bool) -> Result<(), Trouble> {
        let target = target_of(instr);
        let condition = self.pop();
        if let Some((compare, operands)) = self.comparison(condition.item)
            && let Some(op) = fused(compare, truth)
        {
            self.code.take_back();
            self.settle_all()?;
            match operands {
                Operands::Registers(b, c) => self.code.jump(Ins::abc(op, 0, b, c), &[], target),
                Operands::Constant(a, k) => self.code.jump(Ins::wide(op, a, 0), &[k], target),
            }
            return Ok(());
        }
        let mut truth = truth;
        let mut register = self.in_register(condition)?;
        if let Some(not) = self.code.last().filter(|last| last.op() == Op::Not)
            && not.a() == usize::from(register)
            && condition.item == Item::Temporary(register)
            && self.is_unshared(register)
        {
            self.code.take_back();
            (truth, register) = (!truth, not.b() as u16);
        }
        self.settle_all()?;
        let op = if truth { Op::JumpIfTrue } else { Op::JumpIfFalse };
        self.code.jump(Ins::wide(op, register, 0), &[], target);
        Ok(())
    }

    /// Goes to the target if the truth of the top is `truth`, keeping it; else pops it.
    pub(crate) fn jump_if_else_pop(&mut self, instr: Instr, truth: bool) -> Result<(), Trouble> {
        self.settle_all()?;
        let register = self.pop().home;
        let op = if truth { Op::JumpIfTrue } else { Op::JumpIfFalse };
        self.code.jump(Ins::wide(op, register, 0), &[], target_of(instr));
        Ok(())
    }

    /// Pops a condition and goes back to a loop's body if it is true.
    pub(crate) fn loop_if(&mut self, instr: Instr) -> Result<(), Trouble> {
        let target = target_of(instr);
        let condition = self.pop();
        if let Some((compare, operands)) = self.comparison(condition.item)
            && let Some(op) = fused_loop(compare)
        {
            self.code.take_back();
            let compared_at = self.code.instr();
            let step = self.step_before(op, operands);
            self.settle_all()?;
            if let Some((step, at, increment)) = step
                && self.top() == BOTTOM
            {
                return self.step_loop(op, operands, (step, at, increment), compared_at, target);
            }
            self.code.at(compared_at);
            self.jump_back(op, operands, target);
            return Ok(());
        }
        let register = self.in_register(condition)?;
        self.settle_all()?;
        self.code.jump(Ins::wide(Op::LoopIfTrue, register, 0), &[], target);
        Ok(())
    }

    fn jump_back(&mut self, op: Op, operands: Operands, target: u32) {
        match operands {
            Operands::Registers(b, c) => self.code.jump(Ins::abc(op, 0, b, c), &[], target),
            Operands::Constant(a, k) => self.code.jump(Ins::wide(op, a, 0), &[k], target),
        }
    }

    /// The addition of a constant to the register that is compared, if it is the last instruction:
    /// the operation that does all, the bytecode instruction of the addition, the constant.
    fn step_before(&self, jump: Op, operands: Operands) -> Option<(Op, Ins, u64)> {
        let add = self.code.last()?;
        let register = match operands {
            Operands::Registers(b, c) if b != c => b,
            Operands::Registers(..) => return None,
            Operands::Constant(a, _) => a,
        };
        let constant = *self.code.last_words().first()?;
        let increment = match add.op() {
            Op::AddK => constant,
            Op::SubtractK => (-f64::from_bits(constant)).to_bits(),
            _ => return None,
        };
        let same = add.a() == usize::from(register) && add.b() == add.a();
        if same { Some((fused_step(jump)?, add, increment)) } else { None }
    }

    /// Emits the step-and-jump for numbers, and behind it what does the same for all values.
    fn step_loop(
        &mut self,
        op: Op,
        operands: Operands,
        (step, add, increment): (Op, Ins, u64),
        compared_at: u32,
        target: u32,
    ) -> Result<(), Trouble> {
        let constant = self.code.last_words()[0];
        self.code.take_back();
        let added_at = self.code.instr();
        self.code.at(compared_at);
        match operands {
            Operands::Registers(b, c) => {
                self.code.jump(Ins::abc(step, b, c, 0), &[increment], target);
            }
            Operands::Constant(a, k) => {
                self.code.jump(Ins::wide(step, a, 0), &[increment, k], target);
            }
        }
        self.code.at(added_at);
        self.code.emit(add, &[constant]);
        self.code.at(compared_at);
        self.jump_back(op, operands, target);
        Ok(())
    }

    /// The last instruction, if it is a comparison whose only use is as this condition.
    fn comparison(&self, condition: Item) -> Option<(Op, Operands)> {
        let Item::Temporary(register) = condition else { return None };
        let last = self.code.last()?;
        if last.a() != usize::from(register)
            || last.op().row().roles[0] != Role::Write
            || !self.is_unshared(register)
        {
            return None;
        }
        let b = last.b() as u16;
        match last.op() {
            Op::Less | Op::LessEqual | Op::Equal | Op::NotEqual => {
                (!self.long_jumps).then(|| (last.op(), Operands::Registers(b, last.c() as u16)))
            }
            Op::LessK
            | Op::LessEqualK
            | Op::GreaterK
            | Op::GreaterEqualK
            | Op::EqualK
            | Op::NotEqualK => Some((last.op(), Operands::Constant(b, self.code.last_words()[0]))),
            _ => None,
        }
    }

    /// Goes forward; to a loop's test, by way of a copy of the test.
    pub(crate) fn jump(&mut self, instr: Instr) -> Result<(), Trouble> {
        let target = target_of(instr) as usize;
        let Some(end) = self.copied_test(target) else {
            self.settle_all()?;
            self.code.jump(Ins::wide(Op::Jump, 0, 0), &[], target as u32);
            return Ok(());
        };
        self.settle_all()?;
        self.entries[target] -= 1;
        let mut goes_on = true;
        for at in target..=end {
            goes_on = self.instruction(at)?;
        }
        if goes_on {
            self.entries[end + 1] += 1;
            self.settle_all()?;
            self.code.jump(Ins::wide(Op::Jump, 0, 0), &[], end as u32 + 1);
        }
        Ok(())
    }

    /// The last instruction of a loop's test that begins at `start`, if it may be copied.
    fn copied_test(&self, start: usize) -> Option<usize> {
        if self.entries[start] != 1 || self.borders[start] {
            return None;
        }
        let code = self.function.code.iter().enumerate();
        for (at, &instr) in code.skip(start).take(MAX_COPIED_TEST) {
            if at > start && (self.entries[at] > 0 || self.borders[at]) {
                return None;
            }
            match instr {
                Instr::Loop { .. } | Instr::LoopIfTrue { .. } => return Some(at),
                _ if instr.target().is_some() || instr.effects().ends => return None,
                _ => {}
            }
        }
        None
    }

    /// Where the key and the value of a loop go, if its body begins by storing them: the registers,
    /// value first as on the stack's top.
    pub(crate) fn foreach_variables(&self, body: usize) -> Option<[u16; 2]> {
        let code = &self.function.code;
        let clear = |at: usize| self.entries[at] == 0 && !self.borders[at];
        let stored = |at: usize| match *code.get(at)? {
            Instr::SetLocal { slot } => Some(slot.0),
            Instr::Pop {} => Some(NO_REGISTER),
            _ => None,
        };
        let ok = self.entries[body] == 1
            && body + 2 < code.len()
            && clear(body + 1)
            && !self.borders[body + 2];
        if ok { Some([stored(body)?, stored(body + 1)?]) } else { None }
    }

    /// Marks the stores at the beginnings of loop bodies that [`Op::ForeachNext`] does itself.
    pub(crate) fn skip_foreach_stores(&mut self) {
        for instr in &self.function.code {
            if let Instr::ForeachNext { target, .. } = instr {
                let body = target.index();
                if self.foreach_variables(body).is_some() {
                    self.skip[body] = true;
                    self.skip[body + 1] = true;
                }
            }
        }
    }

    pub(crate) fn foreach_next(&mut self, instr: Instr, state: u16) -> Result<(), Trouble> {
        self.settle_all()?;
        let body = target_of(instr);
        let [value, key] = match self.foreach_variables(body as usize) {
            Some(variables) if self.skip[body as usize] => variables,
            _ => {
                let key = self.result()?;
                self.push_result(key)?;
                let value = self.result()?;
                self.push_result(value)?;
                self.stack.truncate(self.stack.len() - 2);
                [value, key]
            }
        };
        let registers = u64::from(key) | u64::from(value) << 16;
        self.code.jump(Ins::wide(Op::ForeachNext, state, 0), &[registers], body);
        Ok(())
    }
}
