//! Arithmetic on integers and floats.

use super::{Lower, Result};
use crate::codegen::legal::{Failure, Legal, Value};
use crate::codegen::output::Runtime;
use crate::codegen::target::Target;
use crate::ir::{Class, Cond, Inst, Op, Operand};
use crate::regalloc::VReg;

impl<T: Target> Lower<'_, T> {
    /// An operation on integers; whether the instruction is one.
    pub(super) fn arithmetic(&mut self, inst: &Inst) -> Result<bool> {
        let [first, second, third, fourth] = inst.operands;
        match inst.op {
            _ if self.folded(inst)? => {}
            Op::Mul | Op::And if self.cheaper(inst.op, first, second, third)? => {}
            Op::Add | Op::Sub | Op::Mul | Op::And | Op::Or | Op::Xor => {
                self.binary(inst.op, first, second, third)?;
            }
            Op::Shl | Op::Shr | Op::Sar | Op::Rotl | Op::Rotr => {
                self.binary(inst.op, first, second, third)?;
            }
            Op::Sdiv | Op::Srem | Op::Udiv | Op::Urem => {
                self.divide(inst.op, first, second, third)?;
            }
            Op::Smulh | Op::Umulh => {
                let (a, b) = (self.reg(second)?, self.reg(third)?);
                let d = self.def(first)?;
                self.emit(Legal::HighProduct { op: inst.op, d, a, b });
            }
            Op::Popcnt => {
                let a = self.reg(second)?;
                let d = self.def(first)?;
                self.popcnt(d, a);
            }
            Op::Neg
            | Op::Not
            | Op::Clz
            | Op::Ctz
            | Op::Bswap
            | Op::Sext8
            | Op::Sext16
            | Op::Sext32
            | Op::Zext8
            | Op::Zext16
            | Op::Zext32 => {
                let a = self.reg(second)?;
                let d = self.def(first)?;
                self.emit(Legal::Unary { op: inst.op, d, a });
            }
            Op::Set => {
                let (cond, a, b) = self.comparands(inst.cond, second, third)?;
                let d = self.def(first)?;
                self.emit(Legal::Set { cond, d, a, b });
            }
            Op::Select => {
                if let Some(set) = self.producer(second) {
                    self.select_if(first, &set, third, fourth)?;
                    return Ok(true);
                }
                let test = self.reg(second)?;
                let (a, b) = (self.reg(third)?, self.reg(fourth)?);
                let d = self.def(first)?;
                let class = self.out.class(d);
                self.emit(Legal::Select { class, d, test, a, b });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub(super) fn binary(
        &mut self,
        op: Op,
        d: Operand,
        mut a: Operand,
        mut b: Operand,
    ) -> Result<()> {
        let commutes = matches!(op, Op::Add | Op::Mul | Op::And | Op::Or | Op::Xor);
        if commutes && self.number(a).is_some() {
            std::mem::swap(&mut a, &mut b);
        }
        let a = self.reg(a)?;
        let b = match (op, self.number(b)) {
            (Op::Shl | Op::Shr | Op::Sar | Op::Rotl | Op::Rotr, Some(count)) => {
                self.number_value(op, count & 63)
            }
            _ => self.value(op, b)?,
        };
        let d = self.def(d)?;
        self.emit(Legal::Binary { op, d, a, b });
        Ok(())
    }

    /// A sum or product, bits or the same of floats with another instruction as its operand; whether
    /// it has one.
    fn folded(&mut self, inst: &Inst) -> Result<bool> {
        let [first, second, third, _] = inst.operands;
        let (other, producer) = match (self.producer(second), self.producer(third)) {
            (_, Some(producer)) => (second, producer),
            (Some(producer), _) if inst.op != Op::Select => (third, producer),
            _ => return Ok(false),
        };
        let [_, base, index, offset] = producer.operands;
        let op = inst.op;
        match producer.op {
            Op::Load => {
                let a = self.reg(other)?;
                let address = self.address([base, index, offset], producer.scale)?;
                let d = self.def(first)?;
                self.emit(Legal::BinaryMemory { op, d, a, address });
            }
            // The factors stand where a load has its base and index.
            Op::Mul => {
                let (a, b, c) = (self.reg(base)?, self.reg(index)?, self.reg(other)?);
                let d = self.def(first)?;
                self.emit(Legal::MultiplyAdd { d, a, b, c, subtract: op == Op::Sub });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A choice by a comparison.
    fn select_if(&mut self, d: Operand, set: &Inst, then: Operand, other: Operand) -> Result<()> {
        let (cond, a, b) = self.comparands(set.cond, set.operands[1], set.operands[2])?;
        let (then, other) = (self.reg(then)?, self.reg(other)?);
        let d = self.def(d)?;
        let class = self.out.class(d);
        self.emit(Legal::SelectIf { cond, class, d, a, b, then, other });
        Ok(())
    }

    /// A multiplication by a power of two as a shift, a mask of the low bits as an extension; whether
    /// it was one of these.
    fn cheaper(&mut self, op: Op, d: Operand, a: Operand, b: Operand) -> Result<bool> {
        let (a, number) = match (self.number(a), self.number(b)) {
            (None, Some(number)) => (a, number),
            (Some(number), None) => (b, number),
            _ => return Ok(false),
        };
        let power = (number as u64).is_power_of_two() && number != 1;
        let extension = match (op, number) {
            (Op::And, 0xff) => Some(Op::Zext8),
            (Op::And, 0xffff) => Some(Op::Zext16),
            (Op::And, 0xffff_ffff) => Some(Op::Zext32),
            (Op::Mul, _) if power => None,
            _ => return Ok(false),
        };
        let a = self.reg(a)?;
        let d = self.def(d)?;
        match extension {
            Some(op) => self.emit(Legal::Unary { op, d, a }),
            None => self.with_number(Op::Shl, d, a, number.trailing_zeros().into()),
        }
        Ok(true)
    }

    fn divide(&mut self, op: Op, d: Operand, a: Operand, b: Operand) -> Result<()> {
        let divisor = self.number(b);
        let (a, b) = (self.reg(a)?, self.reg(b)?);
        if divisor.is_none_or(|divisor| divisor == 0) {
            self.needs.frame = true;
            let failure = Failure::Division;
            self.emit(Legal::FailIf { cond: Cond::Eq, a: b, b: Value::Imm(0), failure });
        }
        let minus_one = divisor.is_none_or(|divisor| divisor == -1);
        let d = self.def(d)?;
        self.emit(Legal::Divide { op, d, a, b, minus_one });
        Ok(())
    }

    /// `d = a op number`.
    fn with_number(&mut self, op: Op, d: VReg, a: VReg, number: i64) {
        let b = self.number_value(op, number);
        self.emit(Legal::Binary { op, d, a, b });
    }

    /// Sums of neighbouring bits, of pairs, of fours; then all bytes by a multiplication (Warren,
    /// "Hacker's Delight", section 5-1).
    fn popcnt(&mut self, d: VReg, a: VReg) {
        let every = |byte: u8| i64::from_le_bytes([byte; 8]);
        let (x, t) = (self.temp(), self.temp());
        self.with_number(Op::Shr, t, a, 1);
        self.with_number(Op::And, t, t, every(0x55));
        self.emit(Legal::Binary { op: Op::Sub, d: x, a, b: Value::Reg(t) });
        self.with_number(Op::Shr, t, x, 2);
        let mask = self.number_reg(every(0x33));
        self.emit(Legal::Binary { op: Op::And, d: t, a: t, b: Value::Reg(mask) });
        self.emit(Legal::Binary { op: Op::And, d: x, a: x, b: Value::Reg(mask) });
        self.emit(Legal::Binary { op: Op::Add, d: x, a: x, b: Value::Reg(t) });
        self.with_number(Op::Shr, t, x, 4);
        self.emit(Legal::Binary { op: Op::Add, d: x, a: x, b: Value::Reg(t) });
        self.with_number(Op::And, x, x, every(0x0f));
        self.with_number(Op::Mul, x, x, every(0x01));
        self.with_number(Op::Shr, d, x, 56);
    }

    /// An operand of a float operation with its class; the bits of an integer register become a
    /// float.
    pub(super) fn float_operand(&mut self, operand: Operand) -> Result<(VReg, Class)> {
        let reg = self.reg(operand)?;
        match self.out.class(reg) {
            Class::I64 => {
                let (d, class) = (self.out.temp(Class::F64), Class::F64);
                self.emit(Legal::ToFloatBits { class, d, a: reg });
                Ok((d, class))
            }
            class => Ok((reg, class)),
        }
    }

    /// Computes a float result, which goes into an integer register as bits.
    fn float_result(
        &mut self,
        operand: Operand,
        compute: impl FnOnce(&mut Self, VReg, Class),
    ) -> Result<()> {
        let d = self.def(operand)?;
        match self.out.class(d) {
            Class::I64 => {
                let (class, a) = (Class::F64, self.out.temp(Class::F64));
                compute(self, a, class);
                self.emit(Legal::FromFloatBits { class, d, a });
            }
            class => compute(self, d, class),
        }
        Ok(())
    }

    /// An operation on floats; whether the instruction is one.
    pub(super) fn float(&mut self, inst: &Inst) -> Result<bool> {
        let [first, second, third, _] = inst.operands;
        let op = inst.op;
        match op {
            _ if self.folded(inst)? => {}
            Op::Fadd | Op::Fsub | Op::Fmul | Op::Fdiv => {
                let ((a, _), (b, _)) = (self.float_operand(second)?, self.float_operand(third)?);
                self.float_result(first, |lower, d, class| {
                    lower.emit(Legal::FloatBinary { op, class, d, a, b });
                })?;
            }
            Op::Fsqrt | Op::Fneg | Op::Fabs => {
                let (a, _) = self.float_operand(second)?;
                self.float_result(first, |lower, d, class| {
                    lower.emit(Legal::FloatUnary { op, class, d, a });
                })?;
            }
            Op::Ffloor | Op::Fceil | Op::Ftrunc | Op::Fround => {
                let (a, _) = self.float_operand(second)?;
                self.float_result(first, |lower, d, class| lower.round(op, class, d, a))?;
            }
            Op::Fset => {
                let ((a, class), (b, _)) =
                    (self.float_operand(second)?, self.float_operand(third)?);
                let d = self.def(first)?;
                self.emit(Legal::FloatSet { cond: inst.cond, class, d, a, b });
            }
            Op::IntToFloat => {
                let a = self.reg(second)?;
                self.float_result(first, |lower, d, class| {
                    lower.emit(Legal::FromInt { class, d, a });
                })?;
            }
            Op::UintToFloat => {
                let a = self.reg(second)?;
                self.float_result(first, |lower, d, class| lower.float_from_unsigned(class, d, a))?;
            }
            Op::FloatToInt | Op::FloatToUint => {
                let (a, class) = self.float_operand(second)?;
                let d = self.def(first)?;
                self.integer_from_float(op, class, d, a);
            }
            Op::Fpromote | Op::Fdemote => {
                let (d, a) = (self.def(first)?, self.reg(second)?);
                let class = self.out.class(d);
                self.emit(Legal::ConvertTo { class, d, a });
            }
            Op::Bitcast => {
                let (d, a) = (self.def(first)?, self.reg(second)?);
                match (self.out.class(d), self.out.class(a)) {
                    (Class::I64, class) => self.emit(Legal::FromFloatBits { class, d, a }),
                    (class, _) => self.emit(Legal::ToFloatBits { class, d, a }),
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Does something in double precision: single precision is converted there and back, which
    /// loses nothing.
    fn in_double(&mut self, class: Class, a: VReg) -> VReg {
        if class == Class::F64 {
            return a;
        }
        let d = self.out.temp(Class::F64);
        self.emit(Legal::ConvertTo { class: Class::F64, d, a });
        d
    }

    fn round(&mut self, op: Op, class: Class, d: VReg, a: VReg) {
        if self.target.features().rounding {
            return self.emit(Legal::FloatUnary { op, class, d, a });
        }
        let callee = match op {
            Op::Ffloor => Runtime::Floor,
            Op::Fceil => Runtime::Ceil,
            Op::Ftrunc => Runtime::Trunc,
            _ => Runtime::Round,
        };
        let a = self.in_double(class, a);
        if class == Class::F64 {
            return self.call_runtime(callee, &[a], Some(d));
        }
        let rounded = self.out.temp(Class::F64);
        self.call_runtime(callee, &[a], Some(rounded));
        self.emit(Legal::ConvertTo { class, d, a: rounded });
    }

    fn float_from_unsigned(&mut self, class: Class, d: VReg, a: VReg) {
        let callee = match class {
            Class::F32 => Runtime::UnsignedToFloat32,
            _ => Runtime::UnsignedToFloat,
        };
        self.call_runtime(callee, &[a], Some(d));
    }

    fn integer_from_float(&mut self, op: Op, class: Class, d: VReg, a: VReg) {
        if op == Op::FloatToInt {
            return self.emit(Legal::ToInt { class, d, a });
        }
        let a = self.in_double(class, a);
        self.call_runtime(Runtime::FloatToUnsigned, &[a], Some(d));
    }
}
