//! Writing constants: numbers, and addresses of symbols and of objects of the frame.

use super::conventions::{FRAME, SCRATCH};
use super::inst::Form;
use super::insts::{float, integer};
use super::operand::{Base, Mem, R, Rm};
use super::write::{Writer, number};
use crate::codegen::frame::Frame;
use crate::ir::Class;
use crate::regalloc::PReg;
use sox_objfile::object::SymbolId;

impl Writer<'_> {
    /// Writes a constant where flags may live: none of these changes them.
    pub(super) fn constant_again(&mut self, form: &Form, d: PReg, frame: &Frame) {
        let d = number(d);
        match *form {
            Form::Const(0) => self.emit(|e| e.op_reg_imm(integer::MOV32_I32, d, 0)),
            Form::Const(value) => self.constant(d, value),
            Form::FloatConst(class, bits) => self.float_constant(d, class, bits),
            Form::SymbolAddress(symbol, addend) => self.symbol_address(d, symbol, addend),
            Form::ObjectAddress(object) => self.object_address(d, object, frame),
            _ => debug_assert!(false, "{form:?} is no constant"),
        }
    }

    pub(super) fn constant(&mut self, d: R, value: i64) {
        self.emit(|e| match (u32::try_from(value), i32::try_from(value)) {
            // No flags live across an instruction, but for the branch on overflow, which directly
            // follows its sum.
            (Ok(0), _) => e.reg_rm(integer::XOR32, d, Rm::Reg(d)),
            (Ok(_), _) => e.op_reg_imm(integer::MOV32_I32, d, value),
            (_, Ok(value)) => e.rm_imm(integer::MOV_I32, Rm::Reg(d), value),
            _ => e.op_reg_imm(integer::MOVABS, d, value),
        });
    }

    pub(super) fn float_constant(&mut self, d: R, class: Class, bits: u64) {
        if bits == 0 {
            return self.emit(|e| e.reg_rm(float::XORPS, d, Rm::Reg(d)));
        }
        self.constant(SCRATCH, bits as i64);
        let row = if class == Class::F32 { float::MOVD_TO } else { float::MOVQ_TO };
        self.emit(|e| e.reg_rm(row, d, Rm::Reg(SCRATCH)));
    }

    pub(super) fn symbol_address(&mut self, d: R, symbol: SymbolId, addend: i32) {
        self.emit(|e| e.reg_mem(integer::LEA, d, Mem::new(Base::Rip, 0)));
        self.symbol_reloc(symbol, addend, 0);
    }

    pub(super) fn object_address(&mut self, d: R, object: u32, frame: &Frame) {
        let (offset, align) = frame.objects[object as usize];
        let room = align.saturating_sub(crate::codegen::abi::STACK_ALIGN);
        let mem = Mem::new(Base::Reg(FRAME), room as i32 - offset as i32);
        self.emit(|e| e.reg_mem(integer::LEA, d, mem));
        if room > 0 {
            self.imm([&integer::AND_I8, &integer::AND_I32], Rm::Reg(d), -(align as i32));
        }
    }
}
