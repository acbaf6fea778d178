//! One instruction.

use super::arith::{self, ZeroDivisor};
use super::{Machine, Result, Stop};
use crate::ir::{Class, Func, Inst, Kind, Op, Operand};

impl Machine<'_> {
    /// Runs an instruction other than `ret`.
    pub(super) fn step(&mut self, func: Func<'_>, inst: &Inst) -> Result<()> {
        let [first, second, third, _] = inst.operands;
        match inst.op {
            Op::Label | Op::Nop | Op::Comment | Op::Loc => Ok(()),
            Op::Addr => {
                let address = self.value(second)?.wrapping_add(self.value(third)?);
                self.set(first, address)
            }
            Op::StackAddr => {
                let address = self.frame_object(second, third)?;
                self.set(first, address)
            }
            _ => match self.control(func, inst)? {
                true => Ok(()),
                false => self.compute(func, inst),
            },
        }
    }

    /// The frame's object that the present instruction stands for.
    fn frame_object(&mut self, size: Operand, align: Operand) -> Result<u64> {
        let frame = self.frame();
        let (maker, first) = (frame.at, frame.objects);
        if let Some(&(_, address)) = self.objects[first..].iter().find(|(at, _)| *at == maker) {
            return Ok(address);
        }
        let (size, align) = (self.value(size)?, self.value(align)?);
        debug_assert_eq!(self.objects.len(), self.memory.frame_objects());
        let address = self.memory.push_frame_object(size, align);
        self.objects.push((maker, address));
        Ok(address)
    }

    /// Jumps, calls and what uses the machine; whether it was one of these.
    fn control(&mut self, func: Func<'_>, inst: &Inst) -> Result<bool> {
        let [first, second, third, fourth] = inst.operands;
        match inst.op {
            Op::Jmp => self.jump(first),
            Op::Br => {
                if inst.cond.holds(self.value(first)? as i64, self.value(second)? as i64) {
                    self.jump(third);
                }
            }
            Op::Fbr => {
                if self.compare_floats(func, inst, first, second)? {
                    self.jump(third);
                }
            }
            Op::Cmp => self.flags = (self.value(first)? as i64, self.value(second)? as i64),
            Op::Jcc => {
                if inst.cond.holds(self.flags.0, self.flags.1) {
                    self.jump(first);
                }
            }
            Op::Switch => {
                let index = self.value(first)?;
                let labels = self.module.list(second);
                let label = usize::try_from(index).ok().and_then(|index| labels.get(index));
                self.jump(label.copied().unwrap_or(third));
            }
            Op::Call => {
                let symbol = self.callee(second)?;
                let arguments = self.arguments(third)?;
                self.call_symbol(inst, symbol, &arguments)?;
            }
            Op::MethodCall => {
                let (Operand::Bytes(ty), Operand::Bytes(method)) = (second, third) else {
                    return Ok(true);
                };
                let symbol = self.verified.method(ty, method);
                let arguments = self.arguments(fourth)?;
                self.call_symbol(inst, symbol, &arguments)?;
            }
            Op::TailCall => self.tail_call(inst)?,
            Op::BareCall => self.bare_call(inst)?,
            Op::Trap => return Err(Stop::Trap),
            Op::Push => self.pushed.push(self.value(first)?),
            Op::Pop => {
                if self.pushed.len() == self.frame().pushed {
                    return Err(Stop::Undefined("pops more than was pushed".into()));
                }
                let value = self.pushed.pop().unwrap_or(0);
                self.set(first, value)?;
            }
            Op::Syscall => self.system_call()?,
            Op::Raw => return Err(Stop::Refused("raw machine code".into())),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn compare_floats(&self, func: Func<'_>, inst: &Inst, a: Operand, b: Operand) -> Result<bool> {
        let class = self.class(func, a);
        let (a, b) = (self.value(a)?, self.value(b)?);
        Ok(inst.cond.holds_float(arith::float_of(class, a), arith::float_of(class, b)))
    }

    /// Arithmetic, memory and the structures of the runtime.
    fn compute(&mut self, func: Func<'_>, inst: &Inst) -> Result<()> {
        let [def, a, b, c] = inst.operands;
        let kinds = inst.op.info().kinds;
        if matches!(kinds, [Kind::Base, ..] | [_, Kind::Base, ..]) {
            return self.access(func, inst);
        }
        let classes = (self.class(func, def), self.class(func, a));
        let operands = [self.value(a)?, self.value(b)?, self.value(c)?];
        match arith::evaluate(inst.op, inst.cond, classes, operands) {
            Ok(Some(value)) => self.set(def, value)?,
            Ok(None) => return self.structure(func, inst),
            Err(ZeroDivisor) => return self.fail("division by zero"),
        }
        let overflow = matches!(kinds, [Kind::Def, _, _, Kind::Label]);
        if overflow && arith::overflows(inst.op, operands[0], operands[1]) {
            self.jump(c);
        }
        Ok(())
    }

    /// The address of a memory operand whose base is the operand of that number.
    fn address(&self, inst: &Inst, base: usize) -> Result<u64> {
        let index = self.value(inst.operands[base + 1])? << inst.scale;
        let offset = self.value(inst.operands[base + 2])?;
        Ok(self.value(inst.operands[base])?.wrapping_add(index).wrapping_add(offset))
    }

    /// Loads and stores.
    fn access(&mut self, func: Func<'_>, inst: &Inst) -> Result<()> {
        let size = |class: Class| if class == Class::F32 { 4 } else { 8 };
        let stored = inst.operands[3];
        let store_size = match inst.op {
            Op::Store => size(self.class(func, stored)),
            Op::Store8 => 1,
            Op::Store16 => 2,
            Op::Store32 => 4,
            _ => 0,
        };
        if store_size != 0 {
            let address = self.address(inst, 0)?;
            let value = self.value(stored)?;
            return self.memory.store(address, store_size, value);
        }
        let def = inst.operands[0];
        let (size, extend): (u64, fn(u64) -> u64) = match inst.op {
            Op::Load8u => (1, |value| value),
            Op::Load8s => (1, |value| value as i8 as u64),
            Op::Load16u => (2, |value| value),
            Op::Load16s => (2, |value| value as i16 as u64),
            Op::Load32u => (4, |value| value),
            Op::Load32s => (4, |value| value as i32 as u64),
            _ => (size(self.class(func, def)), |value| value),
        };
        let address = self.address(inst, 1)?;
        let value = self.memory.load(address, size)?;
        self.set(def, extend(value))
    }
}
