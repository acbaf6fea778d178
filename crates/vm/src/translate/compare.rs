//! Comparisons: of two registers, or of one with a constant.

use super::lower::number;
use super::{Item, Translator, Trouble};
use crate::access::bits;
use crate::code::Ins;
use crate::op::Op;
use sox_bytecode::Instr;

impl Translator<'_> {
    /// `<` and the like. `a > b` is `b < a` where both are in registers.
    pub(crate) fn comparison_of(&mut self, instr: Instr) -> Result<(), Trouble> {
        match instr {
            Instr::Less {} => self.order(Op::Less, Op::LessK, Op::GreaterK, false),
            Instr::LessEqual {} => {
                self.order(Op::LessEqual, Op::LessEqualK, Op::GreaterEqualK, false)
            }
            Instr::Greater {} => self.order(Op::Less, Op::GreaterK, Op::LessK, true),
            _ => self.order(Op::LessEqual, Op::GreaterEqualK, Op::LessEqualK, true),
        }
    }

    pub(crate) fn equality(&mut self, plain: Op, constant: Op) -> Result<(), Trouble> {
        let b = self.pop();
        if let Item::Constant(word) = b.item
            && !bits::is_object(word)
        {
            let a = self.pop_register()?;
            return self.emit_result(|r| Ins::abc(constant, r, a, 0), &[word]);
        }
        let b = self.in_register(b)?;
        let a = self.pop();
        if let Item::Constant(word) = a.item
            && !bits::is_object(word)
        {
            return self.emit_result(|r| Ins::abc(constant, r, b, 0), &[word]);
        }
        let a = self.in_register(a)?;
        self.emit_result(|r| Ins::abc(plain, r, a, b), &[])
    }

    /// A comparison: of registers, of a register with a constant on its right, on its left; with
    /// the registers exchanged or not.
    fn order(&mut self, plain: Op, right: Op, left: Op, exchange: bool) -> Result<(), Trouble> {
        let b = self.pop();
        if let Some(word) = number(b.item) {
            let a = self.pop_register()?;
            return self.emit_result(|r| Ins::abc(right, r, a, 0), &[word]);
        }
        let b = self.in_register(b)?;
        let a = self.pop();
        if let Some(word) = number(a.item) {
            return self.emit_result(|r| Ins::abc(left, r, b, 0), &[word]);
        }
        let a = self.in_register(a)?;
        let (a, b) = if exchange { (b, a) } else { (a, b) };
        self.emit_result(|r| Ins::abc(plain, r, a, b), &[])
    }
}
