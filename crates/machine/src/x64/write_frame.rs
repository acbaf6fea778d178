//! Code for frames: entering and leaving them, and copies between their places.

use super::condition::Condition;
use super::conventions::{FRAME, SCRATCH};
use super::inst::ImmRows;
use super::insts::{control, float, integer};
use super::operand::{Base, Mem, R, Rm};
use super::target::on;
use super::write::{Writer, number, rm};
use crate::codegen::frame::Frame;
use crate::regalloc::{Bank, Place};

/// Bytes of a page: the stack grows by touching one after the other.
const PAGE: u32 = 4096;
/// Pages that are touched without a loop.
const FEW_PAGES: u32 = 4;

impl Writer<'_> {
    /// Copies between any two places.
    pub(super) fn copy(&mut self, to: Place, from: Place, frame: &Frame) {
        if to == from {
            return;
        }
        match (to, from) {
            (Place::Reg(to), _) => match to.bank() {
                Bank::Int => {
                    self.emit(|e| e.reg_rm(integer::MOV, number(to), rm(from, frame)));
                }
                Bank::Float => {
                    let row =
                        if matches!(from, Place::Reg(_)) { float::MOVAPS } else { float::MOVSD };
                    self.emit(|e| e.reg_rm(row, number(to), rm(from, frame)));
                }
            },
            (Place::Slot(_), Place::Reg(from)) => {
                let row = match from.bank() {
                    Bank::Int => integer::STORE,
                    Bank::Float => float::STORE_SD,
                };
                self.emit(|e| e.rm_reg(row, rm(to, frame), number(from)));
            }
            (Place::Slot(_), Place::Slot(_)) => {
                self.emit(|e| e.reg_rm(integer::MOV, SCRATCH, rm(from, frame)));
                self.emit(|e| e.rm_reg(integer::STORE, rm(to, frame), SCRATCH));
            }
            (Place::Made(_), _) | (Place::Slot(_), Place::Made(_)) => {
                debug_assert!(false, "a constant is made, not copied");
            }
        }
    }

    /// Builds the frame.
    pub(super) fn entry(&mut self, frame: &Frame) {
        if !frame.exists {
            return;
        }
        self.emit(|e| e.op_reg(integer::PUSH, FRAME));
        self.emit(|e| e.reg_rm(integer::MOV, FRAME, Rm::Reg(R::RSP)));
        let words = frame.saved.iter().filter(|(reg, _)| reg.bank() == Bank::Int);
        let mut pushed = 0;
        for &(reg, _) in words {
            // In the order of their offsets, which begin at the frame pointer.
            self.emit(|e| e.op_reg(integer::PUSH, number(reg)));
            pushed += 8;
        }
        if frame.size > pushed {
            self.grow_stack(frame.size - pushed);
        }
        for &(reg, offset) in frame.saved.iter().filter(|(reg, _)| reg.bank() == Bank::Float) {
            let place = Rm::Mem(Mem::new(Base::Reg(FRAME), -(offset as i32)));
            self.emit(|e| e.rm_reg(float::STORE_APS, place, number(reg)));
        }
    }

    /// Lowers the stack pointer. Every page on the way is touched, so that a guard page is not stepped
    /// over and systems that map one page at a time do so.
    fn grow_stack(&mut self, bytes: u32) {
        let (pages, rest) = (bytes / PAGE, bytes % PAGE);
        let sub = [&integer::SUB_I8, &integer::SUB_I32];
        let page = Rm::Reg(R::RSP);
        if pages > FEW_PAGES {
            let end = Mem::new(Base::Reg(R::RSP), -((pages * PAGE) as i32));
            self.emit(|e| e.reg_mem(integer::LEA, SCRATCH, end));
            let again = self.out.label();
            self.out.bind(again);
            self.touch_page(sub, page);
            self.emit(|e| e.reg_rm(integer::CMP, R::RSP, Rm::Reg(SCRATCH)));
            self.out.branch(on(Condition::NE), again);
        } else {
            (0..pages).for_each(|_| self.touch_page(sub, page));
        }
        if rest > 0 {
            self.imm(sub, page, rest as i32);
        }
    }

    fn touch_page(&mut self, sub: ImmRows, stack: Rm) {
        self.imm(sub, stack, PAGE as i32);
        let top = Rm::Mem(Mem::new(Base::Reg(R::RSP), 0));
        self.emit(|e| e.rm_reg(integer::TEST, top, R::RSP));
    }

    /// Takes the frame down.
    pub(super) fn leave(&mut self, frame: &Frame) {
        if !frame.exists {
            return;
        }
        let words = || frame.saved.iter().filter(|(reg, _)| reg.bank() == Bank::Int);
        for &(reg, offset) in frame.saved.iter().filter(|(reg, _)| reg.bank() == Bank::Float) {
            let place = Rm::Mem(Mem::new(Base::Reg(FRAME), -(offset as i32)));
            self.emit(|e| e.reg_rm(float::MOVAPS, number(reg), place));
        }
        let Some(&(_, lowest)) = words().next_back() else {
            return match frame.size {
                0 if !frame.moves => self.emit(|e| e.op_reg(integer::POP, FRAME)),
                _ => self.emit(|e| e.plain(control::LEAVE)),
            };
        };
        if frame.size > lowest || frame.moves {
            let top = Mem::new(Base::Reg(FRAME), -(lowest as i32));
            self.emit(|e| e.reg_mem(integer::LEA, R::RSP, top));
        }
        for &(reg, _) in words().rev() {
            self.emit(|e| e.op_reg(integer::POP, number(reg)));
        }
        self.emit(|e| e.op_reg(integer::POP, FRAME));
    }
}
