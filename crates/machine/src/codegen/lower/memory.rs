//! Loads and stores, and their addresses.

use super::{Lower, Result, near};
use crate::codegen::legal::{Address, Base, Legal, Value, Width};
use crate::codegen::output::Runtime;
use crate::codegen::target::Target;
use crate::ir::{Class, Inst, Op, Operand};

impl<T: Target> Lower<'_, T> {
    /// An access of memory; whether the instruction is one.
    pub(super) fn memory(&mut self, inst: &Inst) -> Result<bool> {
        let [first, second, third, fourth] = inst.operands;
        let (signed, load) = match inst.op {
            Op::Load8u | Op::Load16u | Op::Load32u | Op::Load => (false, true),
            Op::Load8s | Op::Load16s | Op::Load32s => (true, true),
            Op::Store | Op::Store8 | Op::Store16 | Op::Store32 => (false, false),
            Op::Memcpy | Op::Memset => {
                let callee = if inst.op == Op::Memcpy { Runtime::Memcpy } else { Runtime::Memset };
                let arguments = [self.reg(first)?, self.reg(second)?, self.reg(third)?];
                self.call_runtime(callee, &arguments, None);
                return Ok(true);
            }
            _ => return Ok(false),
        };
        let width = match inst.op {
            Op::Load8u | Op::Load8s | Op::Store8 => Width::W8 { signed },
            Op::Load16u | Op::Load16s | Op::Store16 => Width::W16 { signed },
            Op::Load32u | Op::Load32s | Op::Store32 => Width::W32 { signed },
            Op::Load => Width::of(self.class(first)),
            _ => Width::of(self.class(fourth)),
        };
        if load {
            let address = self.address([second, third, fourth], inst.scale)?;
            let d = self.def(first)?;
            self.emit(Legal::Load { width, d, address });
        } else {
            let address = self.address([first, second, third], inst.scale)?;
            let value = match self.class(fourth) {
                Class::I64 => self.value(inst.op, fourth)?,
                _ => Value::Reg(self.reg(fourth)?),
            };
            self.emit(Legal::Store { width, address, value });
        }
        Ok(true)
    }

    /// The address of base, index and offset. A symbol far from its offset, or with an index, goes
    /// through a register, and so does an offset of more than 32 bits.
    pub(super) fn address(
        &mut self,
        [base, index, offset]: [Operand; 3],
        scale: u8,
    ) -> Result<Address> {
        let offset = self.imm(offset);
        let small = i32::try_from(offset).ok();
        let symbol = match base {
            Operand::Sym(name) if index == Operand::None => Some(name),
            _ => None,
        };
        if let (Some(name), Some(offset)) = (symbol, small.filter(|&offset| near(offset))) {
            let symbol = self.output.symbol(self.verified, name);
            return Ok(Address::new(Base::Symbol(symbol), offset));
        }
        let mut base = self.reg(base)?;
        if small.is_none() {
            let b = self.number_value(Op::Add, offset);
            let d = self.temp();
            self.emit(Legal::Binary { op: Op::Add, d, a: base, b });
            base = d;
        }
        let index = match index {
            Operand::None => None,
            index => Some((self.reg(index)?, scale)),
        };
        Ok(Address { base: Base::Reg(base), index, offset: small.unwrap_or(0) })
    }
}
