//! Calls and returns.

use super::{CODE, CODE_STEP, Frame, Machine, Result, Stop};
use crate::builtins::Builtin;
use crate::ir::{Func, FuncId, Inst, Op, Operand};
use crate::verify::Symbol;

impl Machine<'_> {
    /// Begins a call.
    pub(super) fn enter(&mut self, id: FuncId, arguments: &[u64]) -> Result<()> {
        if self.frames.len() >= self.limits.depth {
            return Err(Stop::Limit("depth"));
        }
        let func = self.module.func(id);
        let frame = Frame {
            func: id,
            at: 0,
            values: self.values.len(),
            pushed: self.pushed.len(),
            objects: self.objects.len(),
            saved: self.registers.clone(),
        };
        let first = self.values.len();
        self.values.resize(first + func.regs().len(), 0);
        for (&param, &value) in func.params().iter().zip(arguments) {
            self.values[first + param.0 as usize] = value;
        }
        let integers = func.params().iter().zip(arguments);
        let integers = integers.filter(|(param, _)| !func.class(**param).is_float());
        self.registers.enter(integers.map(|(_, &value)| value));
        self.frames.push(frame);
        Ok(())
    }

    /// Drops the newest frame and what belongs to it.
    fn drop_frame(&mut self) -> Frame {
        let frame = self.frames.pop().expect("there is a frame while instructions run");
        self.values.truncate(frame.values);
        self.pushed.truncate(frame.pushed);
        self.objects.truncate(frame.objects);
        self.memory.truncate_frames(frame.objects);
        frame
    }

    /// Returns from the newest frame. Gives the results if it was the outermost.
    pub(super) fn leave(&mut self, func: Func<'_>, results: Operand) -> Result<Option<Vec<u64>>> {
        let module = self.module;
        let listed = module.list(results);
        let mut values =
            listed.iter().map(|&operand| self.value(operand)).collect::<Result<Vec<u64>>>()?;
        let first_is_int =
            listed.first().is_some_and(|&operand| !self.class(func, operand).is_float());
        let frame = self.drop_frame();
        let result = values.first().copied().filter(|_| first_is_int);
        self.registers.leave(&frame.saved, result);
        if values.is_empty() {
            values.extend(self.registers.result());
        }
        let Some(caller) = self.frames.last() else { return Ok(Some(values)) };
        let inst = module.func(caller.func).insts()[caller.at as usize - 1];
        self.deliver(&inst, &values)?;
        Ok(None)
    }

    /// Gives results to the registers that a call defines.
    fn deliver(&mut self, inst: &Inst, values: &[u64]) -> Result<()> {
        let module = self.module;
        let single = [inst.operands[0]];
        let defs: &[Operand] = match inst.op {
            Op::Call => module.list(inst.operands[0]),
            Op::MethodCall => &single,
            _ => &[],
        };
        for (number, &def) in defs.iter().enumerate() {
            let Some(&value) = values.get(number) else {
                return Err(Stop::Undefined("takes a result that the callee did not leave".into()));
            };
            self.set(def, value)?;
        }
        Ok(())
    }

    /// The arguments of a call.
    pub(super) fn arguments(&self, list: Operand) -> Result<Vec<u64>> {
        let list = self.module.list(list).iter();
        list.filter(|&&argument| argument != Operand::Variadic)
            .map(|&argument| self.value(argument))
            .collect()
    }

    /// What a callee operand means.
    pub(super) fn callee(&self, operand: Operand) -> Result<Option<Symbol>> {
        if let Operand::Sym(name) = operand {
            return Ok(self.verified.symbol(name));
        }
        let address = self.value(operand)?;
        let offset = address.wrapping_sub(CODE);
        let name = self.code.get((offset / CODE_STEP) as usize);
        match name.filter(|_| offset % CODE_STEP == 0) {
            Some(&name) => Ok(self.verified.symbol(name)),
            None => Err(Stop::Undefined(format!("{address:#x} is not a function"))),
        }
    }

    /// Calls what a symbol stands for.
    pub(super) fn call_symbol(
        &mut self,
        inst: &Inst,
        symbol: Option<Symbol>,
        arguments: &[u64],
    ) -> Result<()> {
        match symbol {
            Some(Symbol::Function(id)) => {
                let func = self.module.func(id);
                if func.params().len() != arguments.len() {
                    let message =
                        "calls with another number of arguments than there are parameters";
                    return Err(Stop::Undefined(message.into()));
                }
                self.enter(id, arguments)
            }
            Some(Symbol::Builtin(builtin)) => {
                let &[argument] = arguments else {
                    return Err(Stop::Undefined("a builtin takes one argument".into()));
                };
                let result = self.builtin(builtin, argument)?;
                self.finish_outside(inst, result)
            }
            Some(Symbol::Import(number)) => {
                let name = self.module.imports[number as usize].name;
                let name = String::from_utf8_lossy(self.module.name(name));
                Err(Stop::Refused(format!("{name} is imported; only linked programs have it")))
            }
            // A method whose function is missing is a stub too.
            Some(Symbol::Stub) | None => self.finish_outside(inst, Some(0)),
            Some(Symbol::Data(_) | Symbol::Bss(_)) => Err(Stop::Undefined("calls data".into())),
        }
    }

    /// Ends a call that made no frame.
    fn finish_outside(&mut self, inst: &Inst, result: Option<u64>) -> Result<()> {
        let before = self.registers.clone();
        self.registers.leave(&before, result);
        let results: Vec<u64> = result.into_iter().collect();
        if inst.op == Op::TailCall {
            return Err(Stop::Refused("a tail call of a function of the runtime".into()));
        }
        self.deliver(inst, &results)
    }

    /// Calls in place of the present frame.
    pub(super) fn tail_call(&mut self, inst: &Inst) -> Result<()> {
        let symbol = self.callee(inst.operands[0])?;
        let arguments = self.arguments(inst.operands[1])?;
        if !matches!(symbol, Some(Symbol::Function(_))) {
            return self.call_symbol(inst, symbol, &arguments);
        }
        let frame = self.drop_frame();
        self.call_symbol(inst, symbol, &arguments)?;
        // When the callee returns, the registers are those of this frame's caller.
        self.frames.last_mut().expect("it was just entered").saved = frame.saved;
        Ok(())
    }

    /// A call whose arguments stand in the physical argument registers.
    pub(super) fn bare_call(&mut self, inst: &Inst) -> Result<()> {
        let symbol = self.callee(inst.operands[0])?;
        let count = match symbol {
            Some(Symbol::Function(id)) => self.module.func(id).params().len(),
            Some(Symbol::Builtin(_)) => 1,
            _ => 0,
        };
        let arguments = self.registers.arguments(count)?;
        self.call_symbol(inst, symbol, &arguments)
    }

    fn builtin(&mut self, builtin: Builtin, argument: u64) -> Result<Option<u64>> {
        match builtin {
            Builtin::Print => self.print(argument, false, "").map(|()| None),
            Builtin::Println => self.print(argument, false, "\n").map(|()| None),
            Builtin::Eprint => self.print(argument, true, "").map(|()| None),
            Builtin::Eprintln => self.print(argument, true, "\n").map(|()| None),
            Builtin::Exit => Err(Stop::Exit(argument as u8)),
            Builtin::Panic => {
                self.print(argument, true, "\n")?;
                Err(Stop::Exit(1))
            }
            Builtin::IntToString => {
                let text = (argument as i64).to_string();
                self.new_string(text.as_bytes()).map(Some)
            }
            Builtin::StringToInt => {
                let text = self.string(argument)?;
                let (negative, digits) = match text.split_first() {
                    Some((b'-', rest)) => (true, rest),
                    _ => (false, &text[..]),
                };
                let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
                let value = digits.fold(0u64, |value, byte| {
                    value.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'))
                });
                Ok(Some(if negative { value.wrapping_neg() } else { value }))
            }
            Builtin::ToUpper => {
                let text = self.string(argument)?.to_ascii_uppercase();
                self.new_string(&text).map(Some)
            }
            Builtin::Sqrt => Ok(Some(f64::from_bits(argument).sqrt().to_bits())),
        }
    }
}
