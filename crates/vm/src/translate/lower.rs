//! The register code of each bytecode instruction.

use super::{Entry, Item, Translator, Trouble, target_of};
use crate::access::bits;
use crate::code::Ins;
use crate::op::Op;
use sox_bytecode::Instr;

impl Translator<'_> {
    pub(crate) fn lower(&mut self, instr: Instr) -> Result<(), Trouble> {
        match instr {
            Instr::Nil {} => self.push_item(Item::Constant(bits::NIL)),
            Instr::True {} => self.push_item(Item::Constant(bits::TRUE)),
            Instr::False {} => self.push_item(Item::Constant(bits::FALSE)),
            Instr::Const { value } => {
                self.push_item(Item::Constant(self.bindings.constants[value.index()]))
            }
            Instr::Pop {} => {
                self.pop();
                Ok(())
            }
            Instr::Dup {} => self.duplicate(1),
            Instr::Dup2 {} => self.duplicate(2),

            Instr::GetLocal { slot } => self.push_item(Item::Local(slot.0)),
            Instr::SetLocal { slot } => self.set_local(slot.0),
            Instr::NewCell { slot } => {
                let value = self.pop_register()?;
                self.settle_those(|item| item == Item::Local(slot.0))?;
                self.emit(Ins::abc(Op::NewCell, slot.0, value, 0), &[])
            }
            Instr::GetCell { slot } => {
                self.emit_result(|a| Ins::abc(Op::GetCell, a, slot.0, 0), &[])
            }
            Instr::SetCell { slot } => {
                let value = self.pop_register()?;
                self.emit(Ins::abc(Op::SetCell, slot.0, value, 0), &[])
            }
            Instr::GetCapture { index } => {
                self.emit_result(|a| Ins::abc(Op::GetCapture, a, index.0, 0), &[])
            }
            Instr::GetCaptureCell { index } => {
                self.emit_result(|a| Ins::abc(Op::GetCaptureCell, a, index.0, 0), &[])
            }
            Instr::SetCaptureCell { index } => {
                let value = self.pop_register()?;
                self.emit(Ins::abc(Op::SetCaptureCell, index.0, value, 0), &[])
            }
            Instr::GetGlobal { global } => {
                let slot = self.bindings.globals[global.index()];
                if self.is_declared(slot) {
                    self.push_item(Item::Global(slot))
                } else {
                    self.emit_result(|a| Ins::wide(Op::GetGlobal, a, slot), &[])
                }
            }
            Instr::SetGlobal { global } => {
                let slot = self.bindings.globals[global.index()];
                let declared = self.is_declared(slot);
                self.set_global(slot, if declared { Op::DefineGlobal } else { Op::SetGlobal })
            }
            Instr::DefineGlobal { global } => {
                self.set_global(self.bindings.globals[global.index()], Op::DefineGlobal)
            }
            Instr::GetBuiltin { builtin } => match self.bindings.builtins[builtin.index()] {
                Some(value) => self.push_item(Item::Constant(value)),
                None => self.undefined(),
            },
            Instr::Undefined { .. } => self.undefined(),

            Instr::Add {}
            | Instr::Subtract {}
            | Instr::Multiply {}
            | Instr::Divide {}
            | Instr::Remainder {} => self.arithmetic(instr),
            Instr::Negate {} => self.unary(Op::Negate),
            Instr::Not {} => self.unary(Op::Not),
            Instr::Equal {} => self.equality(Op::Equal, Op::EqualK),
            Instr::NotEqual {} => self.equality(Op::NotEqual, Op::NotEqualK),
            Instr::Less {} | Instr::LessEqual {} | Instr::Greater {} | Instr::GreaterEqual {} => {
                self.comparison_of(instr)
            }
            Instr::Interpolate { parts } => self.window(Op::Interpolate, parts.0, parts.0),

            Instr::Jump { .. } => self.jump(instr),
            Instr::JumpIfFalse { .. } => self.jump_if(instr, false),
            Instr::JumpIfTrue { .. } => self.jump_if(instr, true),
            Instr::JumpIfFalseElsePop { .. } => self.jump_if_else_pop(instr, false),
            Instr::JumpIfTrueElsePop { .. } => self.jump_if_else_pop(instr, true),
            Instr::JumpIfGiven { slot, .. } => {
                self.settle_all()?;
                self.code.jump(Ins::wide(Op::JumpIfGiven, slot.0, 0), &[], target_of(instr));
                Ok(())
            }
            Instr::Loop { .. } => {
                self.settle_all()?;
                self.code.jump(Ins::wide(Op::Loop, 0, 0), &[], target_of(instr));
                Ok(())
            }
            Instr::LoopIfTrue { .. } => self.loop_if(instr),
            Instr::ForeachStart { state } => {
                let iterable = self.pop_register()?;
                let state = state.0;
                self.settle_those(|item| {
                    item == Item::Local(state) || item == Item::Local(state + 1)
                })?;
                self.emit(Ins::abc(Op::ForeachStart, state, iterable, 0), &[])
            }
            Instr::ForeachNext { state, .. } => self.foreach_next(instr, state.0),

            Instr::Call { args } => self.call(args.0),
            Instr::Invoke { name, args } => {
                let name = self.bindings.constants[name.index()];
                self.invoke(name, args.0)
            }
            Instr::SuperInvoke { name, args } => {
                let name = self.bindings.constants[name.index()];
                self.super_invoke(name, args.0)
            }
            Instr::Return {} => {
                let value = self.pop();
                if let Item::Constant(word) = value.item {
                    return self.emit(Ins::abc(Op::ReturnK, 0, 0, 0), &[word]);
                }
                let register = self.in_register(value)?;
                self.emit(Ins::abc(Op::Return, register, 0, 0), &[])
            }
            Instr::Closure { function } => {
                self.emit_result(|a| Ins::wide(Op::Closure, a, function.0), &[])
            }
            Instr::Import { module } => {
                let window = self.result()?;
                self.use_registers(u32::from(window) + 3)?;
                self.emit_call(window, |a| Ins::wide(Op::Import, a, module.0), &[])?;
                self.push_result(window)
            }
            Instr::ModuleLoaded { module } => {
                let value = self.pop();
                let register = self.in_register(value)?;
                self.emit(Ins::wide(Op::ModuleLoaded, register, module.0), &[])?;
                self.push_again(value_in(value, register))
            }
            Instr::ModuleFailed { module } => {
                self.emit(Ins::wide(Op::ModuleFailed, 0, module.0), &[])
            }
            Instr::ModuleTable { module } => {
                self.emit_result(|a| Ins::wide(Op::ModuleTable, a, module.0), &[])
            }

            Instr::GetField { name } => {
                let name = self.bindings.constants[name.index()];
                let object = self.pop_register()?;
                self.emit_result(|a| Ins::abc(Op::GetField, a, object, 0), &[name, 0])
            }
            Instr::SetField { name } => {
                let name = self.bindings.constants[name.index()];
                let value = self.pop();
                let register = self.in_register(value)?;
                let object = self.pop_register()?;
                self.emit(Ins::abc(Op::SetField, object, register, 0), &[name, 0, 0, 0])?;
                self.push_again(value_in(value, register))
            }
            Instr::GetIndex {} => {
                let index = self.pop_register()?;
                let object = self.pop_register()?;
                self.emit_result(|a| Ins::abc(Op::GetIndex, a, object, index), &[])
            }
            Instr::SetIndex {} => {
                let value = self.pop();
                let register = self.in_register(value)?;
                let index = self.pop_register()?;
                let object = self.pop_register()?;
                self.emit(Ins::abc(Op::SetIndex, object, index, register), &[])?;
                self.push_again(value_in(value, register))
            }
            Instr::Slice { ends } => self.window(Op::Slice, instr.takes() as u16, ends.0.into()),
            Instr::GetSuper { name } => {
                let name = self.bindings.constants[name.index()];
                let superclass = self.pop_register()?;
                let this = self.pop_register()?;
                self.emit_result(|a| Ins::abc(Op::GetSuper, a, this, superclass), &[name])
            }

            Instr::NewArray { items } => self.window(Op::NewArray, items.0, items.0),
            Instr::AppendItems { items } => self.window(Op::AppendItems, items.0 + 1, items.0),
            Instr::NewTable {} => self.emit_result(|a| Ins::abc(Op::NewTable, a, 0, 0), &[]),
            Instr::InsertPairs { pairs } => self.window(Op::InsertPairs, pairs.0 * 2 + 1, pairs.0),
            Instr::NewClass { name } => {
                let name = self.bindings.constants[name.index()];
                self.emit_result(|a| Ins::abc(Op::NewClass, a, 0, 0), &[name])
            }
            Instr::Inherit {} => {
                let superclass = self.pop_register()?;
                self.on_class(|class| Ins::abc(Op::Inherit, class, superclass, 0), &[])
            }
            Instr::AddMethod { name } => {
                let name = self.bindings.constants[name.index()];
                let method = self.pop_register()?;
                self.on_class(|class| Ins::abc(Op::AddMethod, class, method, 0), &[name])
            }
            Instr::FinishClass {} => {
                self.on_class(|class| Ins::abc(Op::FinishClass, class, 0, 0), &[])
            }

            Instr::Truth {}
            | Instr::CheckNumber {}
            | Instr::CheckDivisor {}
            | Instr::Share {}
            | Instr::Join {}
            | Instr::Same {}
            | Instr::GetItem {}
            | Instr::GetItemToChange {}
            | Instr::WithItem {}
            | Instr::Append {} => self.copied(instr),

            Instr::Throw {} => self.throw(Op::Throw),
            Instr::Rethrow {} => self.throw(Op::Rethrow),
            Instr::Caught {} => self.unary(Op::Caught),
            Instr::AssertFailed { message } => {
                let start = self.stack.len() - usize::from(message.0);
                self.settle_from(start)?;
                let register = self.stack.get(start).map_or(0, |entry| entry.home);
                self.stack.truncate(start);
                self.emit(Ins::abc(Op::AssertFailed, register, message.0, 0), &[])
            }
            Instr::Print {} => {
                self.settle(self.stack.len() - 1)?;
                let value = self.pop_register()?;
                self.emit(Ins::abc(Op::Print, value, 0, 0), &[])
            }
            Instr::NewDefers { slot } => {
                self.settle_those(|item| item == Item::Local(slot.0))?;
                self.emit(Ins::abc(Op::NewDefers, slot.0, 0, 0), &[])
            }
            Instr::Defer { slot } => {
                let closure = self.pop_register()?;
                self.emit(Ins::abc(Op::Defer, slot.0, closure, 0), &[])
            }
            Instr::DeferNext { slot, .. } => {
                self.settle_all()?;
                let register = u64::from(self.result()?);
                let ins = Ins::wide(Op::DeferNext, slot.0, 0);
                self.code.jump(ins, &[register], target_of(instr));
                Ok(())
            }
        }
    }

    pub(crate) fn emit(&mut self, ins: Ins, words: &[u64]) -> Result<(), Trouble> {
        self.code.emit(ins, words);
        Ok(())
    }

    /// Emits an instruction whose result is pushed.
    pub(crate) fn emit_result(
        &mut self,
        ins: impl FnOnce(u16) -> Ins,
        words: &[u64],
    ) -> Result<(), Trouble> {
        let register = self.result()?;
        self.code.emit(ins(register), words);
        self.push_result(register)
    }

    pub(crate) fn unary(&mut self, op: Op) -> Result<(), Trouble> {
        let operand = self.pop_register()?;
        self.emit_result(|a| Ins::abc(op, a, operand, 0), &[])
    }

    fn throw(&mut self, op: Op) -> Result<(), Trouble> {
        let value = self.pop_register()?;
        self.emit(Ins::abc(op, value, 0, 0), &[])
    }

    /// Emits an instruction that changes the class on top.
    fn on_class(&mut self, ins: impl FnOnce(u16) -> Ins, words: &[u64]) -> Result<(), Trouble> {
        let class = self.pop();
        let register = self.in_register(class)?;
        self.code.emit(ins(register), words);
        self.push_again(value_in(class, register))
    }

    /// Pushes the topmost values again.
    fn duplicate(&mut self, count: usize) -> Result<(), Trouble> {
        let start = self.stack.len() - count;
        let items: Vec<Item> = self.stack[start..].iter().map(|entry| entry.item).collect();
        self.stack.truncate(start);
        for _ in 0..2 {
            for &item in &items {
                self.push_again(item)?;
            }
        }
        Ok(())
    }

    fn set_local(&mut self, slot: u16) -> Result<(), Trouble> {
        let value = self.pop();
        if value.item == Item::Local(slot) {
            return Ok(());
        }
        let settled = self.settle_those(|item| item == Item::Local(slot))?;
        if let Item::Temporary(register) = value.item
            && !settled
            && (self.set_in_place(register, slot) || self.code.retarget(register, slot))
        {
            // Whatever else was the same value is in the local now.
            for entry in &mut self.stack {
                if entry.item == Item::Temporary(register) {
                    entry.item = Item::Local(slot);
                }
            }
            return Ok(());
        }
        self.load(value.item, slot);
        Ok(())
    }

    fn set_global(&mut self, slot: u32, op: Op) -> Result<(), Trouble> {
        let value = self.pop_register()?;
        self.settle_those(|item| item == Item::Global(slot))?;
        self.emit(Ins::wide(op, value, slot), &[])
    }

    fn undefined(&mut self) -> Result<(), Trouble> {
        self.code.emit(Ins::abc(Op::Undefined, 0, 0, 0), &[]);
        self.push_item(Item::Constant(bits::NIL))
    }

    fn arithmetic(&mut self, instr: Instr) -> Result<(), Trouble> {
        // With a constant on the right, with a constant on the left, of two registers.
        let (right, left, plain) = match instr {
            Instr::Add {} => (Op::AddK, None, Op::Add),
            Instr::Subtract {} => (Op::SubtractK, Some(Op::KSubtract), Op::Subtract),
            Instr::Multiply {} => (Op::MultiplyK, Some(Op::MultiplyK), Op::Multiply),
            Instr::Divide {} => (Op::DivideK, Some(Op::KDivide), Op::Divide),
            _ => (Op::RemainderK, None, Op::Remainder),
        };
        let b = self.pop();
        if let Some(word) = number(b.item) {
            let a = self.pop_register()?;
            return self.emit_result(|r| Ins::abc(right, r, a, 0), &[word]);
        }
        let b = self.in_register(b)?;
        let a = self.pop();
        if let (Some(word), Some(left)) = (number(a.item), left) {
            return self.emit_result(|r| Ins::abc(left, r, b, 0), &[word]);
        }
        let a = self.in_register(a)?;
        self.emit_result(|r| Ins::abc(plain, r, a, b), &[])
    }

    /// Emits an instruction that takes `count` values in consecutive registers and leaves its
    /// result in the first.
    fn window(&mut self, op: Op, count: u16, b: u16) -> Result<(), Trouble> {
        let start = self.stack.len() - usize::from(count);
        self.settle_from(start)?;
        let first = match self.stack.get(start) {
            Some(entry) => entry.home,
            None => self.result()?,
        };
        self.compact(start, u32::from(first))?;
        self.stack.truncate(start);
        self.emit(Ins::abc(op, first, b, 0), &[])?;
        self.push_result(first)
    }

    /// Moves the settled values from a position on into consecutive registers. Nearly always they
    /// are there already; values that are used in several ways may have gaps between them.
    pub(crate) fn compact(&mut self, start: usize, first: u32) -> Result<(), Trouble> {
        let entries: Vec<Entry> = self.stack[start..].to_vec();
        for (to, entry) in (first..).zip(entries) {
            debug_assert!(to <= u32::from(entry.home));
            self.load(Item::Temporary(entry.home), to as u16);
        }
        Ok(())
    }

    /// Whether no value on the stack is in this register.
    pub(crate) fn is_unshared(&self, register: u16) -> bool {
        !self.displaced || self.stack.iter().all(|entry| entry.item != Item::Temporary(register))
    }
}

/// The number, if it is a constant number.
pub(super) fn number(item: Item) -> Option<u64> {
    match item {
        Item::Constant(word) if bits::is_number(word) => Some(word),
        _ => None,
    }
}

/// Where a popped value is now that it was put into a register.
pub(super) fn value_in(entry: Entry, register: u16) -> Item {
    match entry.item {
        Item::Constant(_) | Item::Local(_) => entry.item,
        Item::Global(_) | Item::Temporary(_) => Item::Temporary(register),
    }
}
