//! The virtual stack: where the values of the operand stack are while code is translated.
//!
//! Constants, locals and declared globals are pushed without code; only when an instruction needs
//! them in a register, or when something might change what they stand for, are they *settled* into
//! the home register of their position.

use super::layout::BOTTOM;
use super::{Translator, Trouble};
use crate::code::Ins;
use crate::op::Op;

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// In a local, unchanged since.
    Local(u16),
    /// It is this constant.
    Constant(u64),
    /// In a declared global, unchanged since.
    Global(u32),
    /// In a register after the locals; nearly always the home of its position.
    Temporary(u16),
}

/// A position of the operand stack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Where its value is.
    pub(crate) item: Item,
    /// Its register.
    pub(crate) home: u16,
    /// Its number in the layout.
    value: u32,
}

/// So many values may be elsewhere than in their homes.
pub(super) const WINDOW: usize = 96;

impl Translator<'_> {
    /// The value on top, [`BOTTOM`] if there is none.
    pub(crate) fn top(&self) -> u32 {
        self.stack.last().map_or(self.beneath, |entry| entry.value)
    }

    /// The home of the next position.
    fn next_home(&self) -> u32 {
        self.layout.end(self.top())
    }

    /// Makes entries of the so many topmost values, and of few others.
    pub(crate) fn look_at(&mut self, count: usize) -> Result<(), Trouble> {
        if self.stack.len() > WINDOW {
            let sunk = self.stack.len() - WINDOW / 2;
            for index in 0..sunk {
                self.settle(index)?;
            }
            self.beneath = self.stack[sunk - 1].value;
            self.stack.drain(..sunk);
            // What made a value that is beneath now stays as it is.
            self.code.barrier();
        }
        let held = self.stack.len();
        if held < count {
            for _ in held..count {
                let entry = self.raise();
                self.stack.push(entry);
            }
            self.stack[held..].reverse();
            self.stack.rotate_left(held);
        }
        Ok(())
    }

    /// The entry of the topmost value that has none.
    fn raise(&mut self) -> Entry {
        debug_assert_ne!(self.beneath, BOTTOM, "depths are verified");
        let value = self.beneath;
        self.beneath = self.layout.below(value);
        let home = self.layout.home(value) as u16;
        Entry { item: Item::Temporary(home), home, value }
    }

    /// Notes that registers below `end` are used.
    pub(crate) fn use_registers(&mut self, end: u32) -> Result<(), Trouble> {
        self.registers = self.registers.max(end);
        if self.registers > super::MAX_REGISTERS { Err(Trouble::TooManyRegisters) } else { Ok(()) }
    }

    /// Sets the stack as it is where a block begins.
    pub(crate) fn begin_block(&mut self, at: usize) -> Result<(), Trouble> {
        self.stack.clear();
        self.beneath = self.layout.top_at(at);
        self.use_registers(self.next_home())
    }

    /// Pushes value `index` of those the present instruction pushes. Gives its home.
    pub(crate) fn push_item(&mut self, item: Item) -> Result<(), Trouble> {
        let home = self.next_home();
        let value = self.layout.pushed(self.at, self.pushed);
        self.pushed += 1;
        // A method call's window ends up to one register behind its last argument.
        self.use_registers(self.layout.end(value) + 1)?;
        self.stack.push(Entry { item, home: home as u16, value });
        Ok(())
    }

    /// The register for a result that is pushed next; it is free afterwards.
    pub(crate) fn result(&mut self) -> Result<u16, Trouble> {
        let home = self.next_home();
        self.use_registers(home + 1)?;
        self.release(home as u16)?;
        Ok(home as u16)
    }

    /// Pushes the value in a register that [`Translator::result`] gave.
    pub(crate) fn push_result(&mut self, register: u16) -> Result<(), Trouble> {
        debug_assert_eq!(self.next_home(), u32::from(register));
        self.push_item(Item::Temporary(register))
    }

    /// Moves a value out of a register that is not its home, so that it can be written.
    fn release(&mut self, register: u16) -> Result<(), Trouble> {
        if !self.displaced {
            return Ok(());
        }
        for index in 0..self.stack.len() {
            let entry = self.stack[index];
            if entry.item == Item::Temporary(register) && entry.home != register {
                self.settle(index)?;
            }
        }
        Ok(())
    }

    /// Pushes a value that stays where it is.
    pub(crate) fn push_again(&mut self, item: Item) -> Result<(), Trouble> {
        self.push_item(item)?;
        let entry = self.stack[self.stack.len() - 1];
        if matches!(item, Item::Temporary(register) if register != entry.home) {
            self.displaced = true;
        }
        Ok(())
    }

    /// Takes the top.
    pub(crate) fn pop(&mut self) -> Entry {
        self.stack.pop().unwrap_or_else(|| self.raise())
    }

    /// Takes the top, in a register.
    pub(crate) fn pop_register(&mut self) -> Result<u16, Trouble> {
        let entry = self.pop();
        self.in_register(entry)
    }

    /// The register of a value that was just popped: its own, or its home after a load.
    pub(crate) fn in_register(&mut self, entry: Entry) -> Result<u16, Trouble> {
        match entry.item {
            Item::Local(register) | Item::Temporary(register) => Ok(register),
            Item::Constant(_) | Item::Global(_) => {
                self.use_registers(u32::from(entry.home) + 1)?;
                self.release(entry.home)?;
                self.load(entry.item, entry.home);
                Ok(entry.home)
            }
        }
    }

    /// Code that puts a value into a register.
    pub(crate) fn load(&mut self, item: Item, register: u16) {
        match item {
            Item::Local(from) | Item::Temporary(from) if from == register => {}
            Item::Local(from) | Item::Temporary(from) => {
                self.code.emit(Ins::abc(Op::Move, register, from, 0), &[]);
            }
            Item::Constant(word) => {
                self.code.emit(Ins::abc(Op::Constant, register, 0, 0), &[word]);
            }
            Item::Global(slot) => {
                self.code.emit(Ins::wide(Op::GetDeclared, register, slot), &[]);
            }
        }
    }

    /// Puts the value of a position into its home.
    pub(crate) fn settle(&mut self, index: usize) -> Result<(), Trouble> {
        let Entry { item, home, .. } = self.stack[index];
        if item != Item::Temporary(home) {
            // Another value that is displaced into this home goes to its own first.
            self.stack[index].item = Item::Temporary(home);
            self.release(home)?;
            self.load(item, home);
        }
        Ok(())
    }

    /// Puts all entries from one on into their homes.
    pub(crate) fn settle_from(&mut self, start: usize) -> Result<(), Trouble> {
        for index in start..self.stack.len() {
            self.settle(index)?;
        }
        Ok(())
    }

    /// Puts all values into their homes, as every block expects.
    pub(crate) fn settle_all(&mut self) -> Result<(), Trouble> {
        self.settle_from(0)?;
        self.displaced = false;
        Ok(())
    }

    /// Settles the values that stand for something about to change. Tells whether there were any.
    pub(crate) fn settle_those(&mut self, changes: impl Fn(Item) -> bool) -> Result<bool, Trouble> {
        let mut any = false;
        for index in 0..self.stack.len() {
            if changes(self.stack[index].item) {
                self.settle(index)?;
                any = true;
            }
        }
        Ok(any)
    }
}
