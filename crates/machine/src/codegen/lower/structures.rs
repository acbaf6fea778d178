//! Strings, arrays, structures, maps: calls of the runtime, and accesses of their headers.

use super::{Lower, Result};
use crate::codegen::legal::{Address, Base, Failure, Legal, Value, Width};
use crate::codegen::output::Runtime;
use crate::codegen::target::Target;
use crate::ir::{Class, Cond, Inst, Op, Operand};
use crate::regalloc::VReg;

/// Offsets in the header of a string or an array, in bytes.
const ELEMENTS: i32 = 0;
const LENGTH: i32 = 8;
const CAPACITY: i32 = 16;

impl<T: Target> Lower<'_, T> {
    /// An operation on one of the structures.
    pub(super) fn structure(&mut self, inst: &Inst) -> Result<()> {
        let [first, second, third, _] = inst.operands;
        match inst.op {
            Op::StringLen | Op::ArrayLen => {
                let base = self.reg(second)?;
                let d = self.def(first)?;
                self.load_word(d, base, LENGTH);
            }
            Op::FieldGet => {
                let base = self.reg(second)?;
                let d = self.def(first)?;
                self.load_word(d, base, self.imm(third) as i32);
            }
            Op::FieldSet => {
                let base = self.reg(first)?;
                let value = self.value(Op::Store, third)?;
                let address = Address::new(Base::Reg(base), self.imm(second) as i32);
                self.emit(Legal::Store { width: Width::W64, address, value });
            }
            Op::ArrayGet => {
                let address = self.element(second, third, LENGTH)?;
                let d = self.def(first)?;
                self.emit(Legal::Load { width: Width::W64, d, address });
            }
            Op::ArraySet => {
                let filling = self.filling.binary_search(&self.at).is_ok();
                let bound = if filling { CAPACITY } else { LENGTH };
                let address = self.element(first, second, bound)?;
                let value = self.value(Op::Store, third)?;
                self.emit(Legal::Store { width: Width::W64, address, value });
            }
            _ => self.runtime_call(inst)?,
        }
        Ok(())
    }

    fn load_word(&mut self, d: VReg, base: VReg, offset: i32) {
        let address = Address::new(Base::Reg(base), offset);
        self.emit(Legal::Load { width: Width::W64, d, address });
    }

    /// The address of an array's element, checked against a word of the header.
    fn element(&mut self, array: Operand, index: Operand, bound: i32) -> Result<Address> {
        let array = self.reg(array)?;
        let limit = self.temp();
        self.load_word(limit, array, bound);
        let failure = Failure::Bounds;
        let known = self.number(index);
        let (index, offset) = match known.and_then(|index| i32::try_from(index).ok()) {
            // limit <= index fails.
            Some(small) if (0..1 << 20).contains(&small) => {
                let b = self.number_value(Op::Cmp, small.into());
                self.emit(Legal::FailIf { cond: Cond::Leu, a: limit, b, failure });
                (None, 8 * small)
            }
            _ => {
                let index = self.reg(index)?;
                let b = Value::Reg(limit);
                self.emit(Legal::FailIf { cond: Cond::Geu, a: index, b, failure });
                (Some((index, 3)), 0)
            }
        };
        self.needs.frame = true;
        let elements = self.temp();
        self.load_word(elements, array, ELEMENTS);
        Ok(Address { base: Base::Reg(elements), index, offset })
    }

    fn runtime_call(&mut self, inst: &Inst) -> Result<()> {
        let [first, second, third, fourth] = inst.operands;
        let single = |operand: Operand| match self.class(operand) {
            Class::F32 => true,
            Class::F64 | Class::I64 => false,
        };
        // What is called, which operands are read, and whether the first one is written.
        let (callee, reads, writes): (Runtime, &[Operand], bool) = match inst.op {
            Op::StringLit => (Runtime::StringNew, &[second, third], true),
            Op::StringBytes => return self.string(first, second),
            Op::StringCmp => (Runtime::StringCmp, &[second, third], true),
            Op::StringConcat => (Runtime::StringConcat, &[second, third], true),
            Op::IntToStr => (Runtime::IntToStr, &[second], true),
            Op::FloatToStr if single(second) => (Runtime::Float32ToStr, &[second], true),
            Op::FloatToStr => (Runtime::FloatToStr, &[second], true),
            Op::PrintInt => (Runtime::PrintInt, &[first], false),
            Op::PrintStr => (Runtime::Print, &[first], false),
            Op::PrintFloat if single(first) => (Runtime::PrintFloat32, &[first], false),
            Op::PrintFloat => (Runtime::PrintFloat, &[first], false),
            Op::ArrayNew => (Runtime::ArrayNew, &[second, third], true),
            Op::ArrayAppend => (Runtime::ArrayAppend, &[second, third], true),
            Op::StructNew => (Runtime::Alloc, &[second], true),
            Op::MapNew => (Runtime::MapNew, &[], true),
            Op::MapGet => (Runtime::MapGet, &[second, third], true),
            Op::MapPut => (Runtime::MapPut, &[second, third, fourth], true),
            _ => (Runtime::MapDelete, &[second, third], true),
        };
        let mut arguments = [VReg(0); 3];
        for (place, &operand) in arguments.iter_mut().zip(reads) {
            let value = self.reg(operand)?;
            // The runtime takes the bits of floats.
            *place = match self.out.class(value) {
                Class::I64 => value,
                class => {
                    let d = self.temp();
                    self.emit(Legal::FromFloatBits { class, d, a: value });
                    d
                }
            };
        }
        let d = if writes { Some(self.def(first)?) } else { None };
        self.call_runtime(callee, &arguments[..reads.len()], d);
        Ok(())
    }

    /// A new string of constant bytes.
    fn string(&mut self, d: Operand, bytes: Operand) -> Result<()> {
        let Operand::Bytes(name) = bytes else { return Ok(()) };
        let symbol = self.output.constant(self.func.module, name);
        let address = self.temp();
        self.emit(Legal::SymbolAddress { d: address, symbol, addend: 0 });
        let length = self.number_reg(self.func.module.name(name).len() as i64);
        let d = self.def(d)?;
        self.call_runtime(Runtime::StringCopy, &[address, length], Some(d));
        Ok(())
    }
}
