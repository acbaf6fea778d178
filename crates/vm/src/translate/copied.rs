//! Instructions on values that are copied when they are assigned.

use super::{Item, Translator, Trouble};
use crate::access::bits;
use crate::code::Ins;
use crate::op::Op;
use sox_bytecode::Instr;

impl Translator<'_> {
    /// Any of the instructions of this file.
    pub(crate) fn copied(&mut self, instr: Instr) -> Result<(), Trouble> {
        match instr {
            Instr::Truth {} => self.unary(Op::Truth),
            Instr::CheckNumber {} => self.check(Op::CheckNumber),
            Instr::CheckDivisor {} => self.check(Op::CheckDivisor),
            Instr::Share {} => self.check(Op::Share),
            Instr::Join {} => self.join(),
            Instr::Same {} => self.binary(Op::Same),
            Instr::GetItem {} => self.binary(Op::GetItem),
            Instr::GetItemToChange {} => self.binary(Op::GetItemToChange),
            Instr::WithItem {} => self.with_item(),
            _ => self.binary(Op::Append),
        }
    }

    /// An instruction that looks at the top, or marks it, and leaves it where it is. What a constant
    /// is, the front end knows, so it is only loaded where it is not a number.
    fn check(&mut self, op: Op) -> Result<(), Trouble> {
        let value = self.pop();
        if let Item::Constant(word) = value.item
            && (op == Op::Share || bits::is_number(word) && f64::from_bits(word) != 0.0)
        {
            return self.push_again(value.item);
        }
        let register = self.in_register(value)?;
        self.code.emit(Ins::abc(op, register, 0, 0), &[]);
        self.push_again(super::lower::value_in(value, register))
    }

    fn binary(&mut self, op: Op) -> Result<(), Trouble> {
        let b = self.pop_register()?;
        let a = self.pop_register()?;
        self.emit_result(|result| Ins::abc(op, result, a, b), &[])
    }

    fn join(&mut self) -> Result<(), Trouble> {
        let b = self.pop();
        if let Item::Constant(word) = b.item
            && bits::is_number(word)
        {
            let a = self.pop_register()?;
            return self.emit_result(|result| Ins::abc(Op::JoinK, result, a, 0), &[word]);
        }
        let b = self.in_register(b)?;
        let a = self.pop_register()?;
        self.emit_result(|result| Ins::abc(Op::Join, result, a, b), &[])
    }

    fn with_item(&mut self) -> Result<(), Trouble> {
        let value = self.pop_register()?;
        let index = self.pop_register()?;
        let object = self.pop_register()?;
        self.emit_result(
            |result| Ins::abc(Op::WithItem, result, object, index),
            &[u64::from(value)],
        )
    }

    /// Puts a changed container back where it was: what a [`Op::WithItem`] made of the container in a
    /// local and left in a register stays in the local, if that is the last instruction.
    pub(crate) fn set_in_place(&mut self, register: u16, slot: u16) -> bool {
        let Some(with) = self.code.last().filter(|last| last.op() == Op::WithItem) else {
            return false;
        };
        if with.a() != usize::from(register) || with.b() != usize::from(slot) {
            return false;
        }
        let value = self.code.last_words()[0] as u16;
        self.code.take_back();
        self.code.emit(Ins::abc(Op::SetItem, slot, with.c() as u16, value), &[]);
        true
    }
}
