//! Sums, shifts and products whose result has a register of its own: the one that computes addresses
//! does without a copy, and changes no flags.

use super::insts::{RegRm, RegRmImm, integer};
use super::operand::{Base, Mem, R, Rm};
use super::write::{Writer, reg, rm};
use crate::codegen::target::Context;
use crate::regalloc::Place;

impl Writer<'_> {
    /// `d = op(a, b)` or `op(b, a)`, in whichever register the allocator found best.
    pub(super) fn commutative(&mut self, row: &RegRm, context: &Context<'_>) {
        let [a, b, d] = [context.places[0], context.places[1], context.places[2]];
        let other = if b == d {
            a
        } else {
            self.copy(d, a, context.frame);
            b
        };
        let other = rm(other, context.frame);
        self.emit(|e| e.reg_rm(*row, reg(d), other));
    }

    /// `d = a + b`
    pub(super) fn add(&mut self, flags: bool, context: &Context<'_>) {
        let [a, b, d] = [context.places[0], context.places[1], context.places[2]];
        match b {
            Place::Reg(_) if a != d && b != d && !flags => {
                self.load_address(reg(d), reg(a), Some((reg(b), 0)), 0);
            }
            _ => self.commutative(&integer::ADD, context),
        }
    }

    /// `d = a + value`
    pub(super) fn add_imm(&mut self, d: R, a: R, value: i32, flags: bool) {
        // What has 8 bits only when it is subtracted.
        const SUBTRACTED: i32 = 128;
        if a != d && !flags {
            return self.load_address(d, a, None, value);
        }
        if a != d {
            self.emit(|e| e.reg_rm(integer::MOV, d, Rm::Reg(a)));
        }
        match value {
            SUBTRACTED => self.emit(|e| e.rm_imm(integer::SUB_I8, Rm::Reg(d), -SUBTRACTED)),
            _ => self.imm([&integer::ADD_I8, &integer::ADD_I32], Rm::Reg(d), value),
        }
    }

    /// `d = a << count`, by 1 to 3.
    pub(super) fn shift_left(&mut self, d: R, a: R, count: u8) {
        match (a == d, count) {
            (true, 1) => self.emit(|e| e.reg_rm(integer::ADD, d, Rm::Reg(d))),
            (true, _) => self.emit(|e| e.rm_imm(integer::SHL_I8, Rm::Reg(d), count.into())),
            (false, 1) => self.load_address(d, a, Some((a, 0)), 0),
            (false, _) => {
                // An index without a base has 32 bits of offset: 8 bytes, but one instruction.
                let mem = Mem::new(Base::None, 0);
                let mem = mem.index(a, count).unwrap_or(mem);
                self.emit(|e| e.reg_mem(integer::LEA, d, mem));
            }
        }
    }

    /// `d = a * value`
    pub(super) fn mul_imm(&mut self, value: i32, flags: bool, context: &Context<'_>) {
        let (a, d) = (context.places[0], reg(context.places[1]));
        let scale = match value {
            3 => 1,
            5 => 2,
            9 => 3,
            _ => 0,
        };
        if let (Place::Reg(_), false, 1..) = (a, flags, scale) {
            return self.load_address(d, reg(a), Some((reg(a), scale)), 0);
        }
        let small = i8::try_from(value).is_ok();
        let row: RegRmImm = if small { integer::IMUL_I8 } else { integer::IMUL_I32 };
        let a = rm(a, context.frame);
        self.emit(|e| e.reg_rm_imm(row, d, a, value));
    }

    fn load_address(&mut self, d: R, base: R, index: Option<(R, u8)>, offset: i32) {
        let mem = Mem::new(Base::Reg(base), offset);
        // The allocator gives out no stack pointer.
        let mem = index.map_or(Ok(mem), |(index, scale)| mem.index(index, scale)).unwrap_or(mem);
        self.emit(|e| e.reg_mem(integer::LEA, d, mem));
    }
}
