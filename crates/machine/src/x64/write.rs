//! Writing instructions once their registers are known.

use super::condition::{Condition, FloatTest};
use super::conventions::{FLOAT_SCRATCH, FRAME, SCRATCH};
use super::encoder::Encoder;
use super::inst::{BaseForm, Comparison, Form, ImmRows, MemForm};
use super::insts::{RegRm, control, float, integer};
use super::operand::{Base, Mem, R, Rm};
use super::target::{Inst, JUMP, on};
use crate::codegen::buffer::{Buffer, Label};
use crate::codegen::frame::Frame;
use crate::codegen::target::{Common, Context};
use crate::ir::Class;
use crate::regalloc::{PReg, Place};
use sox_objfile::object::{RelocKind, SymbolId};

const RAX: R = R(0);
const RDX: R = R(2);

/// Bytes between frame pointer and incoming stack arguments: the caller's frame pointer and the return
/// address.
const LINKAGE: i32 = 16;

/// The number of a register in encodings.
pub(super) fn number(reg: PReg) -> R {
    R(reg.0 & 31)
}

/// Writes an instruction.
pub(super) fn inst(inst: &Inst, context: &mut Context<'_>, out: &mut Buffer) {
    Writer::new(out).form(&inst.0, context);
}

/// Writes to a buffer.
pub(super) struct Writer<'a> {
    pub(super) out: &'a mut Buffer,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut Buffer) -> Self {
        Writer { out }
    }

    /// Encodes one instruction.
    pub(super) fn emit(&mut self, encode: impl FnOnce(&mut Encoder)) {
        let mut encoder = Encoder { code: std::mem::take(&mut self.out.bytes) };
        encode(&mut encoder);
        self.out.bytes = encoder.code;
    }

    fn form(&mut self, form: &Form, context: &mut Context<'_>) {
        let places = context.places;
        let rm = |place: Place| rm(place, context.frame);
        match *form {
            Form::Common(common) => self.common(common, context),
            Form::Const(value) => self.constant(reg(places[0]), value),
            Form::FloatConst(class, bits) => self.float_constant(reg(places[0]), class, bits),
            Form::SymbolAddress(symbol, addend) => {
                self.symbol_address(reg(places[0]), symbol, addend);
            }
            Form::ObjectAddress(object) => {
                self.object_address(reg(places[0]), object, context.frame);
            }
            Form::Binary(row) => self.emit(|e| e.reg_rm(*row, reg(places[2]), rm(places[1]))),
            Form::Commutative(row) => self.commutative(row, context),
            Form::BinaryImm(rows, value) => self.imm(rows, Rm::Reg(reg(places[1])), value),
            Form::ShiftImm(row, count) => {
                self.emit(|e| e.rm_imm(*row, Rm::Reg(reg(places[1])), count));
            }
            Form::Shift(row) => self.emit(|e| e.rm(*row, Rm::Reg(reg(places[2])))),
            Form::InPlace(row) => self.emit(|e| e.rm(*row, Rm::Reg(reg(places[1])))),
            Form::Bswap => self.emit(|e| e.op_reg(integer::BSWAP, reg(places[1]))),
            Form::Unary(row) => self.emit(|e| e.reg_rm(*row, reg(places[1]), rm(places[0]))),
            Form::Add { flags } => self.add(flags, context),
            Form::AddImm { value, flags } => {
                self.add_imm(reg(places[1]), reg(places[0]), value, flags);
            }
            Form::ShiftLeft(count) => self.shift_left(reg(places[1]), reg(places[0]), count),
            Form::MulImm { value, flags } => self.mul_imm(value, flags, context),
            Form::Scan(row) => self.scan(row, reg(places[1]), rm(places[0])),
            Form::Divide { signed, remainder, minus_one } => {
                self.divide(reg(places[1]), signed, remainder, minus_one);
            }
            Form::HighProduct(row) => self.emit(|e| e.rm(*row, rm(places[1]))),
            Form::Set(comparison, condition) => {
                self.compare(comparison, context);
                self.set(condition, reg(places[places.len() - 1]));
            }
            Form::FloatSet(class, test) => {
                self.compare_floats(class, context);
                self.float_set(test, reg(places[2]));
            }
            Form::Select(class) => self.select(class, context),
            Form::SelectIf(comparison, condition, class) => {
                self.compare(comparison, context);
                let last = places.len() - 1;
                self.move_if(condition, class, places[last], places[last - 1], context.frame);
            }
            Form::Sign { class, clear } => self.sign(reg(places[1]), class, clear),
            Form::ToInt(class) => self.convert_to_int(class, reg(places[0]), reg(places[1])),
            Form::FromFloatBits(row) => {
                self.emit(|e| e.rm_reg(*row, Rm::Reg(reg(places[1])), reg(places[0])));
            }
            _ => self.access(form, context),
        }
    }

    /// What accesses memory.
    fn access(&mut self, form: &Form, context: &mut Context<'_>) {
        let places = context.places;
        match *form {
            Form::Load(row, mem) => {
                let d = reg(places[places.len() - 1]);
                self.with_memory(mem, context, 0, |e, mem| e.reg_rm(*row, d, Rm::Mem(mem)));
            }
            Form::Store(row, mem) => {
                let a = reg(places[places.len() - 1]);
                self.with_memory(mem, context, 0, |e, mem| e.rm_reg(*row, Rm::Mem(mem), a));
            }
            Form::BinaryMemory(row, mem) => {
                let d = reg(places[places.len() - 1]);
                self.with_memory(mem, context, 0, |e, mem| e.reg_rm(*row, d, Rm::Mem(mem)));
            }
            Form::CompareMemory(mem) => {
                let b = reg(places[places.len() - 1]);
                self.with_memory(mem, context, 0, |e, mem| {
                    e.rm_reg(integer::CMP_TO, Rm::Mem(mem), b);
                });
            }
            Form::CompareMemoryImm(row, mem, value) | Form::StoreImm(row, mem, value) => {
                self.with_memory(mem, context, row.imm, |e, mem| {
                    e.rm_imm(*row, Rm::Mem(mem), value);
                });
            }
            _ => self.control(form, context),
        }
    }

    fn control(&mut self, form: &Form, context: &mut Context<'_>) {
        let places = context.places;
        match *form {
            Form::FailIf(comparison, condition, failure) => {
                self.compare(comparison, context);
                let label = context.exits.failure(failure, self.out);
                self.out.branch(on(condition), label);
            }
            Form::AdjustStack(bytes) => {
                let mem = Mem::new(Base::Reg(R::RSP), bytes);
                self.emit(|e| e.reg_mem(integer::LEA, R::RSP, mem));
            }
            Form::Push => {
                let below = Mem::new(Base::Reg(R::RSP), -16);
                self.emit(|e| e.reg_mem(integer::LEA, R::RSP, below));
                let top = Rm::Mem(Mem::new(Base::Reg(R::RSP), 0));
                self.emit(|e| e.rm_reg(integer::STORE, top, reg(places[0])));
            }
            Form::Pop => {
                let top = Rm::Mem(Mem::new(Base::Reg(R::RSP), 0));
                self.emit(|e| e.reg_rm(integer::MOV, reg(places[0]), top));
                let above = Mem::new(Base::Reg(R::RSP), 16);
                self.emit(|e| e.reg_mem(integer::LEA, R::RSP, above));
            }
            Form::Jump(to) => self.jump(context.block(to), context),
            Form::Branch { comparison, condition, then, other } => {
                self.compare(comparison, context);
                self.branch(condition, then, other, context);
            }
            Form::FloatBranch { class, test, then, other } => {
                self.compare_floats(class, context);
                match test {
                    FloatTest::One(condition) => self.branch(condition, then, other, context),
                    FloatTest::OrderedEqual => {
                        self.out.branch(on(Condition::P), context.block(other));
                        self.branch(Condition::E, then, other, context);
                    }
                    FloatTest::UnorderedNotEqual => {
                        self.out.branch(on(Condition::P), context.block(then));
                        self.branch(Condition::NE, then, other, context);
                    }
                }
            }
            Form::FlagsBranch { condition, then, other } => {
                self.branch(condition, then, other, context);
            }
            Form::Switch { table, other } => self.switch(table, other, context),
            _ => self.emit(|e| e.plain(control::UD2)),
        }
    }

    fn common(&mut self, common: Common, context: &mut Context<'_>) {
        let places = context.places;
        match common {
            Common::Define => {}
            Common::Move => self.copy(places[1], places[0], context.frame),
            Common::Call(Some(symbol)) => self.call(symbol),
            Common::Call(None) => {
                let callee = rm(places[0], context.frame);
                self.emit(|e| e.rm(control::CALL_RM, callee));
            }
            Common::TailCall(symbol) => {
                self.leave(context.frame);
                match symbol {
                    Some(symbol) => self.jump_to_symbol(control::JMP, symbol),
                    None => self.emit(|e| e.rm(control::JMP_RM, Rm::Reg(reg(places[0])))),
                }
            }
            Common::Return => {
                self.leave(context.frame);
                self.emit(|e| e.plain(control::RET));
            }
            Common::Syscall => self.emit(|e| e.plain(control::SYSCALL)),
            Common::Raw { start, end } => {
                self.out.raw(&context.raw[start as usize..end as usize]);
            }
        }
    }

    /// Calls a symbol.
    pub(super) fn call(&mut self, symbol: SymbolId) {
        self.jump_to_symbol(control::CALL, symbol);
    }

    fn jump_to_symbol(&mut self, row: super::insts::Rel, symbol: SymbolId) {
        self.emit(|e| _ = e.rel(row, 0));
        let at = self.out.bytes.len() - 4;
        self.out.reloc(at, RelocKind::Call32, symbol, -4);
    }

    /// Encodes an instruction with an address, after which it has an immediate of some bytes.
    fn with_memory(
        &mut self,
        form: MemForm,
        context: &Context<'_>,
        immediate: u8,
        encode: impl FnOnce(&mut Encoder, Mem),
    ) {
        let operand = |at: usize| reg(context.places[at]);
        let (base, offset, index_at) = match form.base {
            BaseForm::Operand => (Base::Reg(operand(0)), form.offset, 1),
            BaseForm::Symbol(_) => (Base::Rip, 0, 0),
            BaseForm::Incoming => (Base::Reg(FRAME), form.offset + LINKAGE, 0),
            BaseForm::Outgoing => (Base::Reg(R::RSP), form.offset, 0),
        };
        let mut mem = Mem::new(base, offset);
        if form.index {
            // The allocator gives out no stack pointer, and a symbol has no index.
            mem = mem.index(operand(index_at), form.scale).unwrap_or(mem);
        }
        self.emit(|e| encode(e, mem));
        if let BaseForm::Symbol(symbol) = form.base {
            self.symbol_reloc(symbol, form.offset, immediate);
        }
    }

    /// Says that the last instruction has the distance of a symbol, followed by an immediate.
    pub(super) fn symbol_reloc(&mut self, symbol: SymbolId, addend: i32, immediate: u8) {
        let after = 4 + usize::from(immediate);
        let at = self.out.bytes.len() - after;
        let addend = i64::from(addend) - after as i64;
        self.out.reloc(at, RelocKind::Rel32, symbol, addend);
    }

    pub(super) fn imm(&mut self, rows: ImmRows, rm: Rm, value: i32) {
        let row = rows[usize::from(i8::try_from(value).is_err())];
        self.emit(|e| e.rm_imm(*row, rm, value));
    }

    fn compare(&mut self, comparison: Comparison, context: &Context<'_>) {
        let places = context.places;
        let a = reg(places[0]);
        match comparison {
            Comparison::Registers => {
                let b = rm(places[1], context.frame);
                self.emit(|e| e.reg_rm(integer::CMP, a, b));
            }
            Comparison::Imm(0) => self.emit(|e| e.rm_reg(integer::TEST, Rm::Reg(a), a)),
            Comparison::Imm(value) => {
                self.imm([&integer::CMP_I8, &integer::CMP_I32], Rm::Reg(a), value);
            }
        }
    }

    fn compare_floats(&mut self, class: Class, context: &Context<'_>) {
        let row = if class == Class::F32 { float::UCOMISS } else { float::UCOMISD };
        let (a, b) = (reg(context.places[0]), rm(context.places[1], context.frame));
        self.emit(|e| e.reg_rm(row, a, b));
    }

    fn set(&mut self, condition: Condition, d: R) {
        self.emit(|e| e.rm(*condition.set(), Rm::Reg(d)));
        self.emit(|e| e.reg_rm(integer::MOVZX8, d, Rm::Reg(d)));
    }

    fn float_set(&mut self, test: FloatTest, d: R) {
        let (first, second, row) = match test {
            FloatTest::One(condition) => return self.set(condition, d),
            FloatTest::OrderedEqual => (Condition::E, Condition::NP, integer::AND),
            FloatTest::UnorderedNotEqual => (Condition::NE, Condition::P, integer::OR),
        };
        // Extending does not change flags.
        self.set(first, d);
        self.set(second, SCRATCH);
        self.emit(|e| e.reg_rm(row, d, Rm::Reg(SCRATCH)));
    }

    fn select(&mut self, class: Class, context: &Context<'_>) {
        let places = context.places;
        let test = reg(places[0]);
        self.emit(|e| e.rm_reg(integer::TEST, Rm::Reg(test), test));
        self.move_if(Condition::NE, class, places[3], places[2], context.frame);
    }

    /// Copies to a register if a condition holds.
    fn move_if(&mut self, condition: Condition, class: Class, d: Place, a: Place, frame: &Frame) {
        if class == Class::I64 {
            return self.emit(|e| e.reg_rm(*condition.move_if(), reg(d), rm(a, frame)));
        }
        let end = self.out.label();
        self.out.branch(on(condition.inverse()), end);
        self.copy(d, a, frame);
        self.out.bind(end);
    }

    /// A mask in the scratch register inverts or clears the sign.
    fn sign(&mut self, d: R, class: Class, clear: bool) {
        let (row, mask) = if clear { (float::ANDPS, !0) } else { (float::XORPS, 0) };
        let sign = if class == Class::F32 { 1 << 31 } else { 1 << 63 };
        self.float_constant(FLOAT_SCRATCH, Class::F64, mask ^ sign);
        self.emit(|e| e.reg_rm(row, d, Rm::Reg(FLOAT_SCRATCH)));
    }

    /// Zero sets the zero flag and leaves no result.
    fn scan(&mut self, row: &RegRm, d: R, a: Rm) {
        let from_above = row.code.opcode == integer::BSR.code.opcode;
        // 127 ^ 63 is 64.
        self.constant(SCRATCH, if from_above { 127 } else { 64 });
        self.emit(|e| e.reg_rm(*row, d, a));
        self.emit(|e| e.reg_rm(*Condition::E.move_if(), d, Rm::Reg(SCRATCH)));
        if from_above {
            self.emit(|e| e.rm_imm(integer::XOR_I8, Rm::Reg(d), 63));
        }
    }

    /// -2^63 / -1 would trap, so division by -1 is done by other means.
    fn divide(&mut self, divisor: R, signed: bool, remainder: bool, minus_one: bool) {
        let (division, end) = (self.out.label(), self.out.label());
        if minus_one {
            self.imm([&integer::CMP_I8, &integer::CMP_I32], Rm::Reg(divisor), -1);
            self.out.branch(on(Condition::NE), division);
            if remainder {
                self.emit(|e| e.reg_rm(integer::XOR32, RDX, Rm::Reg(RDX)));
            } else {
                self.emit(|e| e.rm(integer::NEG, Rm::Reg(RAX)));
            }
            self.out.branch(JUMP, end);
        }
        self.out.bind(division);
        if signed {
            self.emit(|e| e.plain(integer::CQO));
            self.emit(|e| e.rm(integer::IDIV, Rm::Reg(divisor)));
        } else {
            self.emit(|e| e.reg_rm(integer::XOR32, RDX, Rm::Reg(RDX)));
            self.emit(|e| e.rm(integer::DIV, Rm::Reg(divisor)));
        }
        self.out.bind(end);
    }

    /// The instruction gives -2^63 for everything that does not fit: that is right for what is below,
    /// is inverted for what is above, and becomes 0 for NaN.
    fn convert_to_int(&mut self, class: Class, a: R, d: R) {
        let single = class == Class::F32;
        let convert = if single { float::CVTTSS2SI } else { float::CVTTSD2SI };
        let compare = if single { float::UCOMISS } else { float::UCOMISD };
        let (nan, end) = (self.out.label(), self.out.label());
        self.emit(|e| e.reg_rm(convert, d, Rm::Reg(a)));
        // Only -2^63 minus one overflows.
        self.imm([&integer::CMP_I8, &integer::CMP_I32], Rm::Reg(d), 1);
        self.out.branch(on(Condition::NO), end);
        self.emit(|e| e.reg_rm(float::XORPS, FLOAT_SCRATCH, Rm::Reg(FLOAT_SCRATCH)));
        self.emit(|e| e.reg_rm(compare, a, Rm::Reg(FLOAT_SCRATCH)));
        self.out.branch(on(Condition::P), nan);
        self.out.branch(on(Condition::B), end);
        self.emit(|e| e.rm(integer::NOT, Rm::Reg(d)));
        self.out.branch(JUMP, end);
        self.out.bind(nan);
        self.emit(|e| e.reg_rm(integer::XOR32, d, Rm::Reg(d)));
        self.out.bind(end);
    }

    fn jump(&mut self, to: Label, context: &Context<'_>) {
        if context.next != Some(to) {
            self.out.branch(JUMP, to);
        }
    }

    fn branch(&mut self, condition: Condition, then: u32, other: u32, context: &Context<'_>) {
        let (then, other) = (context.block(then), context.block(other));
        if context.next == Some(then) {
            self.out.branch(on(condition.inverse()), other);
        } else {
            self.out.branch(on(condition), then);
            self.jump(other, context);
        }
    }

    /// Adds the distance that the table holds to the table's address.
    fn switch(&mut self, table: u32, other: u32, context: &Context<'_>) {
        let (index, target) = (reg(context.places[0]), reg(context.places[1]));
        let count = context.tables[table as usize];
        let blocks = &context.tables[table as usize + 1..][..count as usize];
        let label = self.out.label();
        self.imm([&integer::CMP_I8, &integer::CMP_I32], Rm::Reg(index), count as i32);
        self.out.branch(on(Condition::AE), context.block(other));
        let here = Mem::new(Base::Rip, 0);
        self.emit(|e| e.reg_mem(integer::LEA, SCRATCH, here));
        let at = self.out.bytes.len() - 4;
        self.out.bytes.truncate(at);
        self.out.distance(label);
        let entry = Mem::new(Base::Reg(SCRATCH), 0);
        // Neither is the stack pointer.
        let entry = entry.index(index, 2).unwrap_or(entry);
        self.emit(|e| e.reg_rm(integer::MOVSXD, target, Rm::Mem(entry)));
        self.emit(|e| e.reg_rm(integer::ADD, target, Rm::Reg(SCRATCH)));
        self.emit(|e| e.rm(control::JMP_RM, Rm::Reg(target)));
        self.out.bind(label);
        for &block in blocks {
            self.out.difference(context.block(block), label);
        }
    }
}

/// The register of an operand that is in one.
pub(super) fn reg(place: Place) -> R {
    match place {
        Place::Reg(reg) => number(reg),
        // The allocator keeps the constraint, and its checker says so.
        Place::Slot(_) | Place::Made(_) => SCRATCH,
    }
}

/// A place as an operand.
pub(super) fn rm(place: Place, frame: &Frame) -> Rm {
    match place {
        Place::Reg(reg) => Rm::Reg(number(reg)),
        Place::Slot(slot) => Rm::Mem(Mem::new(Base::Reg(FRAME), -(frame.slot(slot) as i32))),
        // No operand is there, says the checker.
        Place::Made(_) => Rm::Reg(SCRATCH),
    }
}
