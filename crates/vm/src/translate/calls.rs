//! Calls: the window, and the instruction for what is known of the callee.

use super::{Entry, FAR_WINDOW, Item, MAX_REGISTERS, Translator, Trouble};
use crate::access::{KnownNative, NO_CALLEE, NO_FUNCTION};
use crate::code::Ins;
use crate::op::Op;
use sox_runtime::Intrinsic;

impl Translator<'_> {
    pub(crate) fn call(&mut self, args: u16) -> Result<(), Trouble> {
        let callee_at = self.stack.len() - usize::from(args) - 1;
        let Entry { item, home: window, .. } = self.stack[callee_at];
        if let Item::Constant(callee) = item
            && let Some(native) = (self.bindings.native)(callee)
            && (native.required..=native.params).contains(&args.into())
        {
            return self.call_native(native, callee_at, args);
        }
        self.settle_from(callee_at + 1)?;
        let far = u32::from(window) >= FAR_WINDOW;
        if far || matches!(item, Item::Constant(_)) {
            self.settle(callee_at)?;
        }
        self.begin_window(callee_at + 1, window, 2, args)?;
        match self.stack[callee_at].item {
            Item::Global(slot) => {
                self.stack.truncate(callee_at);
                let words = [u64::from(slot), NO_CALLEE, 0];
                self.emit_call(window, |a| Ins::abc(Op::CallGlobal, a, 0, args), &words)?;
            }
            Item::Local(callee) | Item::Temporary(callee) => {
                self.stack.truncate(callee_at);
                let callee = if far { 0 } else { callee };
                self.emit_call(
                    window,
                    |a| Ins::abc(Op::Call, a, callee, args),
                    &[NO_CALLEE, 0, NO_FUNCTION],
                )?;
            }
            Item::Constant(_) => unreachable!("settled"),
        }
        self.push_result(window)
    }

    /// Calls a native that takes so many arguments. No callee needs to be anywhere; arguments go
    /// where they would for another callee, except of natives that are single instructions.
    fn call_native(&mut self, native: KnownNative, at: usize, args: u16) -> Result<(), Trouble> {
        let op = match native.intrinsic {
            Some(Intrinsic::Floor) => Some(Op::Floor),
            Some(Intrinsic::SquareRoot) => Some(Op::SquareRoot),
            Some(Intrinsic::Length) => Some(Op::Length),
            Some(Intrinsic::Push | Intrinsic::Pop) | None => None,
        };
        if let Some(op) = op
            && args == 1
        {
            let argument = self.pop_register()?;
            self.pop();
            return self.emit_result(|a| Ins::abc(op, a, argument, 0), &[native.info]);
        }
        let window = self.stack[at].home;
        self.settle_from(at + 1)?;
        self.begin_window(at + 1, window, 2, args)?;
        self.stack.truncate(at);
        self.emit_call(window, |a| Ins::abc(Op::CallNative, a, 0, args), &[native.info])?;
        self.push_result(window)
    }

    pub(crate) fn invoke(&mut self, name: u64, args: u16) -> Result<(), Trouble> {
        let receiver_at = self.stack.len() - usize::from(args) - 1;
        let Entry { item, home: window, .. } = self.stack[receiver_at];
        self.settle_from(receiver_at + 1)?;
        let far = u32::from(window) >= FAR_WINDOW;
        if far || !matches!(item, Item::Local(_) | Item::Temporary(_)) {
            self.settle(receiver_at)?;
        }
        self.begin_window(receiver_at + 1, window, 3, args)?;
        let receiver = self.stack[receiver_at];
        self.stack.truncate(receiver_at);
        let receiver = if far { 0 } else { self.in_register(receiver)? };
        let words = [name, 0, 0, 0];
        self.emit_call(window, |a| Ins::abc(Op::Invoke, a, receiver, args), &words)?;
        self.push_result(window)
    }

    pub(crate) fn super_invoke(&mut self, name: u64, args: u16) -> Result<(), Trouble> {
        let this_at = self.stack.len() - usize::from(args) - 2;
        let window = self.stack[this_at].home;
        self.settle_from(this_at + 1)?;
        let superclass = self.pop().home;
        self.begin_window(this_at + 1, window, 3, args)?;
        let this = self.pop_to(this_at);
        self.load(this, window + 2);
        let far = u32::from(window) >= FAR_WINDOW;
        let superclass = if far { superclass - window } else { superclass };
        let words = [name, NO_CALLEE, 0, 0];
        self.emit_call(window, |a| Ins::abc(Op::SuperInvoke, a, superclass, args), &words)?;
        self.push_result(window)
    }

    /// Drops a position and all above; gives its item.
    fn pop_to(&mut self, position: usize) -> Item {
        let item = self.stack[position].item;
        self.stack.truncate(position);
        item
    }

    /// Puts the arguments from a position on into their registers behind the callee.
    fn begin_window(
        &mut self,
        start: usize,
        window: u16,
        skip: u32,
        args: u16,
    ) -> Result<(), Trouble> {
        let first = u32::from(window) + skip;
        // A class or a bound method as callee moves the arguments up by one.
        self.use_registers(first + u32::from(args) + 2)?;
        self.compact(start, first)
    }

    /// Emits a call; far from the base, with the base moved to the window.
    pub(crate) fn emit_call(
        &mut self,
        window: u16,
        ins: impl FnOnce(u16) -> Ins,
        words: &[u64],
    ) -> Result<(), Trouble> {
        if u32::from(window) < FAR_WINDOW {
            return self.emit(ins(window), words);
        }
        debug_assert!(u32::from(window) < MAX_REGISTERS);
        self.code.emit(Ins::wide(Op::RaiseBase, 0, window.into()), &[]);
        self.code.barrier();
        self.code.emit(ins(0), words);
        self.code.barrier();
        self.code.emit(Ins::wide(Op::LowerBase, 0, window.into()), &[]);
        self.code.barrier();
        Ok(())
    }
}
