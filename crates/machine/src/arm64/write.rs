//! Writing instructions once their registers are known.

use super::conventions::{FLOAT_SCRATCH, SCRATCH, SCRATCH2};
use super::inst::{FloatTest, Form};
use super::insts::{control, float, immediate, integer, memory};
use super::misfit::Misfit;
use super::operand::{Cond, Extend, R, Shift, V};
use super::row::{Operands, Row};
use super::target::Branch;
use crate::codegen::buffer::{Buffer, Label};
use crate::codegen::frame::Frame;
use crate::codegen::legal::Value;
use crate::codegen::target::{Common, Context};
use crate::ir::{Class, Op};
use crate::regalloc::Place;
use sox_objfile::object::{RelocKind, SymbolId};

/// How a number gets into a register.
pub(super) enum Constant {
    /// As the immediate of a logical operation.
    Pattern,
    /// 16 bits at a time, where they are not what the first instruction fills the others with.
    Halves { halves: [u16; 4], filled: u16 },
}

impl Constant {
    pub(super) fn of(value: i64) -> Constant {
        let halves: [u16; 4] = std::array::from_fn(|at| (value >> (16 * at)) as u16);
        let others = |than: u16| halves.iter().filter(|&&half| half != than).count();
        let filled = if others(0xffff) < others(0) { 0xffff } else { 0 };
        if others(filled) > 1 && super::bitmask::encode(value as u64).is_some() {
            return Constant::Pattern;
        }
        Constant::Halves { halves, filled }
    }

    /// How many instructions that takes.
    pub(super) fn words(&self) -> usize {
        match self {
            Constant::Pattern => 1,
            Constant::Halves { halves, filled } => {
                halves.iter().filter(|&half| half != filled).count().max(1)
            }
        }
    }
}

/// Writes to a buffer.
pub(super) struct Writer<'a> {
    pub(super) out: &'a mut Buffer,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut Buffer) -> Self {
        Writer { out }
    }

    /// Writes an instruction.
    pub(super) fn emit<O: Operands>(&mut self, row: Row<O>, values: O::Values) {
        self.word(row.encode(values));
    }

    /// Writes a word. Selection sees to it that operands fit.
    pub(super) fn word(&mut self, word: Result<u32, Misfit>) {
        match word {
            Ok(word) => self.out.bytes.extend_from_slice(&word.to_le_bytes()),
            Err(misfit) => self.out.fail(misfit.to_string()),
        }
    }

    pub(super) fn form(&mut self, form: &Form, context: &mut Context<'_>) {
        let p = context.places;
        match *form {
            Form::Common(common) => self.common(common, context),
            Form::Const(_)
            | Form::FloatConst(..)
            | Form::SymbolAddress(..)
            | Form::ObjectAddress(_) => self.constant_form(form, p[0], context.frame),
            Form::Three(row) => self.emit(*row, (x(p[2]), x(p[0]), x(p[1]))),
            Form::AddImm { value, flags: false } => self.add(x(p[1]), x(p[0]), value.into()),
            Form::AddImm { value, flags: true } => self.add_flags(x(p[1]), x(p[0]), value.into()),
            Form::Pattern(row, value) => {
                self.emit(*row, (x(p[1]), x(p[0]), i64::from(value) as u64));
            }
            Form::ShiftImm(op, count) => self.shift(op, x(p[1]), x(p[0]), count.into()),
            Form::Rotl => {
                self.emit(integer::NEG, (SCRATCH, x(p[1])));
                self.emit(integer::ROR, (x(p[2]), x(p[0]), SCRATCH));
            }
            Form::MulFlags => {
                // It fits if the high half is what the sign of the low one says.
                self.emit(integer::SMULH, (SCRATCH, x(p[0]), x(p[1])));
                self.emit(integer::MUL, (x(p[2]), x(p[0]), x(p[1])));
                self.emit(integer::CMP_SHIFT, (SCRATCH, x(p[2]), (Shift::Asr, 63)));
            }
            Form::MultiplyAdd(row) => self.emit(*row, (x(p[3]), x(p[0]), x(p[1]), x(p[2]))),
            Form::Remainder(row) => {
                self.emit(*row, (SCRATCH, x(p[0]), x(p[1])));
                self.emit(integer::MSUB, (x(p[2]), SCRATCH, x(p[1]), x(p[0])));
            }
            Form::Two(row) => self.emit(*row, (x(p[1]), x(p[0]))),
            Form::Two32(row) => self.emit(*row, (x(p[1]), x(p[0]))),
            Form::Wider(row) => self.emit(*row, (x(p[1]), x(p[0]))),
            Form::Neg => self.emit(integer::NEG, (x(p[1]), x(p[0]))),
            Form::Not => self.emit(integer::MVN, (x(p[1]), x(p[0]))),
            Form::Zext32 => self.emit(integer::MOV32, (x(p[1]), x(p[0]))),
            Form::Ctz => {
                self.emit(integer::RBIT, (x(p[1]), x(p[0])));
                self.emit(integer::CLZ, (x(p[1]), x(p[1])));
            }
            Form::Set(with, cond) => {
                self.compare(with, context);
                self.emit(integer::CSET, (x(p[p.len() - 1]), cond));
            }
            Form::Select(class) => {
                self.emit(immediate::CMP_I, (x(p[0]), 0));
                self.select([p[3], p[1], p[2]], class, Cond::Ne);
            }
            Form::SelectIf(with, cond, class) => {
                self.compare(with, context);
                let last = p.len() - 1;
                self.select([p[last], p[last - 2], p[last - 1]], class, cond);
            }
            Form::Load(width, address) => self.load(width, p[p.len() - 1], &address, context),
            Form::Store(width, address) => self.store(width, p[p.len() - 1], &address, context),
            Form::StoreZero(width, address) => self.store_zero(width, &address, context),
            _ if self.float_form(form, p) => {}
            _ => self.control(form, context),
        }
    }

    /// Writes a constant where flags may live: none of these changes them.
    pub(super) fn constant_form(&mut self, form: &Form, to: Place, frame: &Frame) {
        match *form {
            Form::Const(value) => self.constant(x(to), value),
            Form::FloatConst(class, bits) => self.float_constant(v(to), class, bits),
            Form::SymbolAddress(symbol, addend) => self.symbol_address(x(to), symbol, addend),
            Form::ObjectAddress(object) => self.object_address(x(to), object, frame),
            _ => debug_assert!(false, "{form:?} is no constant"),
        }
    }

    fn control(&mut self, form: &Form, context: &mut Context<'_>) {
        let p = context.places;
        match *form {
            Form::FailIf(with, cond, failure) => {
                let branch = self.compare_for_branch(with, cond, context);
                let label = context.exits.failure(failure, self.out);
                self.out.branch(branch.kind(), label);
            }
            Form::AdjustStack(bytes) => self.add(R::SP, R::SP, bytes.into()),
            Form::Push => self.emit(memory::STR.pre, (x(p[0]), R::SP, -16)),
            Form::Pop => self.emit(memory::LDR.post, (x(p[0]), R::SP, 16)),
            Form::Jump(to) => self.jump(context.block(to), context),
            Form::Branch { with, cond, then, other } => {
                let branch = self.compare_for_branch(with, cond, context);
                self.branch(branch, then, other, context);
            }
            Form::FloatBranch { class, test, then, other } => {
                self.compare_floats(class, p);
                match test {
                    FloatTest::One(cond) => self.branch(Branch::On(cond), then, other, context),
                    FloatTest::Either(first, second) => {
                        self.out.branch(Branch::On(first).kind(), context.block(then));
                        self.branch(Branch::On(second), then, other, context);
                    }
                }
            }
            Form::FlagsBranch { cond, then, other } => {
                self.branch(Branch::On(cond), then, other, context);
            }
            Form::Switch { table, other } => self.switch(x(p[0]), table, other, context),
            _ => self.emit(control::UDF, (0,)),
        }
    }

    fn common(&mut self, common: Common, context: &mut Context<'_>) {
        let places = context.places;
        match common {
            Common::Define => {}
            Common::Move => self.copy(places[1], places[0], context.frame),
            Common::Call(Some(symbol)) => self.call(symbol),
            Common::Call(None) => {
                let callee = self.in_register(places[0], context.frame);
                self.emit(control::BLR, (callee,));
            }
            Common::TailCall(symbol) => {
                self.leave(context.frame);
                match symbol {
                    Some(symbol) => {
                        self.reloc(RelocKind::Jump26, symbol, 0);
                        self.emit(control::B, (0,));
                    }
                    None => self.emit(control::BR, (x(places[0]),)),
                }
            }
            Common::Return => {
                self.leave(context.frame);
                self.emit(control::RET, ());
            }
            Common::Syscall => self.emit(control::SVC, (0,)),
            Common::Raw { start, end } => {
                self.out.raw(&context.raw[start as usize..end as usize]);
            }
        }
    }

    /// Says that the next instruction depends on a symbol.
    fn reloc(&mut self, kind: RelocKind, symbol: SymbolId, addend: i32) {
        self.out.reloc(self.out.bytes.len(), kind, symbol, addend.into());
    }

    /// Calls a symbol.
    pub(super) fn call(&mut self, symbol: SymbolId) {
        self.reloc(RelocKind::Call26, symbol, 0);
        self.emit(control::BL, (0,));
    }

    pub(super) fn symbol_address(&mut self, d: R, symbol: SymbolId, addend: i32) {
        self.reloc(RelocKind::Page21, symbol, addend);
        self.emit(immediate::ADRP, (d, 0));
        self.reloc(RelocKind::PageOffset12, symbol, addend);
        self.emit(immediate::ADD_I, (d, d, 0));
    }

    /// A constant, by the fewest instructions. Flags stay as they are.
    pub(super) fn constant(&mut self, d: R, value: i64) {
        let Constant::Halves { halves, filled } = Constant::of(value) else {
            return self.emit(immediate::ORR_I, (d, R::ZR, value as u64));
        };
        let mut places = (0..4).filter(|&at| halves[at] != filled);
        let first = places.next().unwrap_or(0);
        let row = if filled == 0 { immediate::MOVZ } else { immediate::MOVN };
        self.emit(row, (d, i64::from(halves[first] ^ filled), 16 * first as i64));
        for at in places {
            self.emit(immediate::MOVK, (d, halves[at].into(), 16 * at as i64));
        }
    }

    /// `d = a + value`.
    pub(super) fn add(&mut self, d: R, a: R, value: i64) {
        const LOW: i64 = 0xfff;
        let row = if value < 0 { immediate::SUB_I } else { immediate::ADD_I };
        let amount = value.abs();
        match amount {
            ..=LOW => self.emit(row, (d, a, amount)),
            0x1000..=0xff_ffff => {
                self.emit(row, (d, a, amount & !LOW));
                if amount & LOW != 0 {
                    self.emit(row, (d, d, amount & LOW));
                }
            }
            _ => {
                self.constant(SCRATCH2, value);
                self.emit(integer::ADD_EXT, (d, a, SCRATCH2, (Extend::Uxtx, 0)));
            }
        }
    }

    /// The same for a number that one instruction takes, with flags.
    fn add_flags(&mut self, d: R, a: R, value: i64) {
        let row = if value < 0 { immediate::SUBS_I } else { immediate::ADDS_I };
        self.emit(row, (d, a, value.abs()));
    }

    fn shift(&mut self, op: Op, d: R, a: R, count: i64) {
        match op {
            Op::Shl => self.emit(immediate::LSL_I, (d, a, count)),
            Op::Shr => self.emit(immediate::LSR_I, (d, a, count)),
            Op::Sar => self.emit(immediate::ASR_I, (d, a, count)),
            _ => self.emit(integer::EXTR, (d, a, a, count)),
        }
    }

    fn select(&mut self, [d, a, b]: [Place; 3], class: Class, cond: Cond) {
        match class {
            Class::I64 => self.emit(integer::CSEL, (x(d), x(a), x(b), cond)),
            _ => self.emit(float::FCSEL_D, (v(d), v(a), v(b), cond)),
        }
    }

    fn compare(&mut self, with: Value, context: &Context<'_>) {
        let a = x(context.places[0]);
        match with {
            Value::Reg(_) => self.emit(integer::CMP, (a, x(context.places[1]))),
            Value::Imm(value) => self.compare_imm(a, value.into()),
        }
    }

    fn compare_imm(&mut self, a: R, value: i64) {
        let row = if value < 0 { immediate::CMN_I } else { immediate::CMP_I };
        self.emit(row, (a, value.abs()));
    }

    /// Whether a register is zero needs no flags.
    fn compare_for_branch(&mut self, with: Value, cond: Cond, context: &Context<'_>) -> Branch {
        let a = x(context.places[0]);
        match (with, cond) {
            (Value::Imm(0), Cond::Eq) => Branch::Zero(a),
            (Value::Imm(0), Cond::Ne) => Branch::NotZero(a),
            _ => {
                self.compare(with, context);
                Branch::On(cond)
            }
        }
    }

    fn jump(&mut self, to: Label, context: &Context<'_>) {
        if context.next != Some(to) {
            self.out.branch(Branch::Always.kind(), to);
        }
    }

    fn branch(&mut self, branch: Branch, then: u32, other: u32, context: &Context<'_>) {
        let (then, other) = (context.block(then), context.block(other));
        if context.next == Some(then) {
            self.out.branch(branch.inverted().kind(), other);
        } else {
            self.out.branch(branch.kind(), then);
            self.jump(other, context);
        }
    }

    /// The table holds the distances of the blocks from itself.
    fn switch(&mut self, index: R, table: u32, other: u32, context: &Context<'_>) {
        let count = context.tables[table as usize];
        let blocks = &context.tables[table as usize + 1..][..count as usize];
        if super::select::takes(Op::Cmp, count.into()) {
            self.compare_imm(index, count.into());
        } else {
            self.constant(SCRATCH, count.into());
            self.emit(integer::CMP, (index, SCRATCH));
        }
        self.out.branch(Branch::On(Cond::Hs).kind(), context.block(other));
        // It stands behind these four instructions.
        self.emit(immediate::ADR, (SCRATCH, 16));
        let entry = (SCRATCH2, SCRATCH, index, (Extend::Uxtx, 2));
        self.emit(memory::LDRSW.indexed, entry);
        self.emit(integer::ADD, (SCRATCH, SCRATCH, SCRATCH2));
        self.emit(control::BR, (SCRATCH,));
        let label = self.out.label();
        self.out.bind(label);
        for &block in blocks {
            self.out.difference(context.block(block), label);
        }
    }
}

/// The general register of an operand that is in one.
pub(super) fn x(place: Place) -> R {
    match place {
        Place::Reg(reg) => R(reg.0 & 31),
        // The allocator keeps the constraint, and its checker says so.
        Place::Slot(_) | Place::Made(_) => SCRATCH,
    }
}

/// The float register of an operand that is in one.
pub(super) fn v(place: Place) -> V {
    match place {
        Place::Reg(reg) => V(reg.0 & 31),
        Place::Slot(_) | Place::Made(_) => FLOAT_SCRATCH,
    }
}
