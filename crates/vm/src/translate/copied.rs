//! Instructions on values that are copied when they are assigned.
//!
//! A list that is to be changed cannot be handed to a function, which would get a copy: programs keep
//! it in a variable of the program. So reading and setting an item of what a global holds are one
//! instruction each, without the way of the container through a register.

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
            Instr::GetItem {} => self.get_item(),
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

    /// An item of what a global holds needs no instruction for the global.
    fn get_item(&mut self) -> Result<(), Trouble> {
        let index = self.pop_register()?;
        let object = self.pop();
        if let Some(global) = narrow_global(object.item) {
            return self.emit_result(|a| Ins::abc(Op::GetGlobalItem, a, global, index), &[]);
        }
        let object = self.in_register(object)?;
        self.emit_result(|a| Ins::abc(Op::GetItem, a, object, index), &[])
    }

    fn with_item(&mut self) -> Result<(), Trouble> {
        let object = self.stack.len() - 3;
        if let Some(global) = narrow_global(self.stack[object].item)
            && self.is_stored_next(global.into())
        {
            return self.set_global_item(object, global);
        }
        let value = self.pop_register()?;
        let index = self.pop_register()?;
        let object = self.pop_register()?;
        self.emit_result(
            |result| Ins::abc(Op::WithItem, result, object, index),
            &[u64::from(value)],
        )
    }

    /// Whether the next instruction stores into a global, and nothing else leads to it.
    fn is_stored_next(&self, global: u32) -> bool {
        let next = self.at + 1;
        let stores = self.function.code.get(next).is_some_and(|&instr| {
            matches!(instr, Instr::SetGlobal { .. } | Instr::DefineGlobal { .. })
                && self.global_of(instr) == Some(global)
        });
        stores && self.entries[next] == 0 && !self.borders[next]
    }

    /// The container in a global, which goes back there by the next instruction, gets an item.
    fn set_global_item(&mut self, object: usize, global: u16) -> Result<(), Trouble> {
        for index in 0..object {
            if self.stack[index].item == Item::Global(global.into()) {
                self.settle(index)?;
            }
        }
        let value = self.pop_register()?;
        let index = self.pop_register()?;
        self.emit(Ins::abc(Op::SetGlobalItem, global, index, value), &[])?;
        // The container itself stays: it is what the next instruction takes.
        self.skip[self.at + 1] = true;
        Ok(())
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

/// The number of a global that an item stands for, if a field of an instruction has room for it.
fn narrow_global(item: Item) -> Option<u16> {
    match item {
        Item::Global(slot) => u16::try_from(slot).ok(),
        _ => None,
    }
}
