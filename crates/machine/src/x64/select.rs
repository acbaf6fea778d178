//! Selection: what each legal instruction becomes.

use super::condition::Condition;
use super::conventions::{ACCUMULATOR, COUNT, DATA};
use super::inst::{BaseForm, Comparison, Form, ImmRows, MemForm};
use super::insts::integer::*;
use super::insts::{RegRm, RmImm, RmOnly, RmReg, float};
use super::select_float;
use super::target::Inst;
use crate::codegen::legal::{Address, Base, Legal, Value, Width};
use crate::codegen::machine::Machine;
use crate::codegen::target::Common;
use crate::ir::{Class, Op};
use crate::regalloc::{Constraint, Operand, RegSet, VReg};
use Constraint::{Any, Fixed, Near, Register};

pub(super) type Out = Machine<Inst>;

pub(super) const COPY: Inst = Inst(Form::Common(Common::Move));

pub(super) fn in_register(vreg: VReg) -> Operand {
    Operand::read(vreg, Register)
}

/// Read from a register or from its slot.
pub(super) fn anywhere(vreg: VReg) -> Operand {
    Operand::read(vreg, Any)
}

pub(super) fn result(vreg: VReg) -> Operand {
    Operand::written(vreg, Register)
}

/// Written to the register of an operand, if that is free then.
pub(super) fn near(vreg: VReg) -> Operand {
    Operand::written(vreg, Near)
}

/// `d = op(a, b)` in the register of `a`.
pub(super) fn two_address(out: &mut Out, form: Form, d: VReg, a: VReg, b: Operand) {
    out.push_sharing(Inst(form), &[in_register(a), b], 0, d, COPY);
}

/// `d = op(a, b)` in the register of whichever is read for the last time.
pub(super) fn commutative(out: &mut Out, form: Form, d: VReg, a: VReg, b: VReg) {
    out.push(Inst(form), &[in_register(a), anywhere(b), near(d)]);
}

/// `d = op(a)` in the register of `a`.
pub(super) fn in_place(out: &mut Out, form: Form, d: VReg, a: VReg) {
    out.push_sharing(Inst(form), &[in_register(a)], 0, d, COPY);
}

/// `d = op(a)`.
pub(super) fn unary(out: &mut Out, form: Form, d: VReg, a: VReg) {
    out.push(Inst(form), &[anywhere(a), result(d)]);
}

pub(super) fn select(legal: &Legal, out: &mut Out) {
    match *legal {
        Legal::Const { d, value } => out.push_constant(Inst(Form::Const(value)), d),
        Legal::SymbolAddress { d, symbol, addend } => {
            out.push_constant(Inst(Form::SymbolAddress(symbol, addend)), d);
        }
        Legal::ObjectAddress { d, object, aligned } => {
            let inst = Inst(Form::ObjectAddress(object));
            // Aligning changes flags.
            if aligned { out.push(inst, &[result(d)]) } else { out.push_constant(inst, d) }
        }
        Legal::Binary { op, d, a, b } => binary(out, op, d, a, b),
        Legal::HighProduct { op, d, a, b } => {
            let row = if op == Op::Smulh { &IMUL_WIDE } else { &MUL };
            let operands = [
                Operand::read(a, Fixed(ACCUMULATOR)),
                anywhere(b),
                Operand::written(d, Fixed(DATA)),
            ];
            let clobbers: RegSet = [ACCUMULATOR, DATA].into_iter().collect();
            out.push_clobbering(Inst(Form::HighProduct(row)), &operands, clobbers);
        }
        Legal::Divide { op, d, a, b, minus_one } => divide(out, op, d, a, b, minus_one),
        Legal::Unary { op, d, a } => bits(out, op, d, a),
        Legal::Set { cond, d, a, b } => {
            let (comparison, mut operands, count) = compare(a, b);
            operands[count] = result(d);
            let form = Form::Set(comparison, Condition::of_integers(cond));
            out.push(Inst(form), &operands[..=count]);
        }
        Legal::Select { class, d, test, a, b } => {
            // A move from memory reads 8 bytes, which a slot has.
            let reads = [in_register(test), in_register(b), anywhere(a)];
            out.push_sharing(Inst(Form::Select(class)), &reads, 1, d, COPY);
        }
        Legal::SelectIf { cond, class, d, a, b, then, other } => {
            let (comparison, compared, count) = compare(a, b);
            let mut reads =
                [in_register(other), in_register(other), in_register(other), anywhere(then)];
            reads[..count].copy_from_slice(&compared[..count]);
            reads[count + 1] = anywhere(then);
            let form = Form::SelectIf(comparison, Condition::of_integers(cond), class);
            out.push_sharing(Inst(form), &reads[..count + 2], count as u8, d, COPY);
        }
        _ => select_memory(legal, out),
    }
}

/// What accesses memory.
fn select_memory(legal: &Legal, out: &mut Out) {
    match *legal {
        Legal::BinaryMemory { op, d, a, address } => {
            let (mem, mut operands, count) = memory(address);
            operands[count] = in_register(a);
            let form = Form::BinaryMemory(memory_row(op), mem);
            out.push_sharing(Inst(form), &operands[..=count], count as u8, d, COPY);
        }
        Legal::Load { width, d, address } => {
            let (mem, mut operands, count) = memory(address);
            operands[count] = result(d);
            out.push(Inst(Form::Load(load_row(width), mem)), &operands[..=count]);
        }
        Legal::Store { width, address, value } => {
            let (mem, mut operands, count) = memory(address);
            match value {
                Value::Reg(a) => {
                    operands[count] = in_register(a);
                    out.push(Inst(Form::Store(store_row(width), mem)), &operands[..=count]);
                }
                Value::Imm(value) => {
                    let form = Form::StoreImm(store_imm_row(width), mem, value);
                    out.push(Inst(form), &operands[..count]);
                }
            }
        }
        Legal::CompareMemory { width, address, b } => {
            let (mem, mut operands, count) = memory(address);
            match b {
                Value::Reg(b) => {
                    operands[count] = in_register(b);
                    out.push(Inst(Form::CompareMemory(mem)), &operands[..=count]);
                }
                Value::Imm(value) => {
                    let [small, large] = compare_imm_rows(width);
                    let row = if i8::try_from(value).is_ok() { small } else { large };
                    out.push(Inst(Form::CompareMemoryImm(row, mem, value)), &operands[..count]);
                }
            }
        }
        _ => control(legal, out),
    }
}

/// What may go elsewhere, or moves the stack pointer.
fn control(legal: &Legal, out: &mut Out) {
    match *legal {
        Legal::FailIf { cond, a, b, failure } => {
            let (comparison, operands, count) = compare(a, b);
            let form = Form::FailIf(comparison, Condition::of_integers(cond), failure);
            out.push(Inst(form), &operands[..count]);
        }
        Legal::AdjustStack { bytes } => out.push(Inst(Form::AdjustStack(bytes)), &[]),
        Legal::Push { a } => out.push(Inst(Form::Push), &[in_register(a)]),
        Legal::Pop { d } => out.push(Inst(Form::Pop), &[result(d)]),
        Legal::Jump { to } => out.push(Inst(Form::Jump(to)), &[]),
        Legal::Branch { cond, a, b, then, other } => {
            let (comparison, operands, count) = compare(a, b);
            let condition = Condition::of_integers(cond);
            let form = Form::Branch { comparison, condition, then, other };
            out.push(Inst(form), &operands[..count]);
        }
        Legal::OverflowBranch { then, other } => {
            set_flags(out);
            let condition = Condition::O;
            out.push(Inst(Form::FlagsBranch { condition, then, other }), &[]);
        }
        Legal::FlagsBranch { cond, then, other } => {
            let condition = Condition::of_integers(cond);
            out.push(Inst(Form::FlagsBranch { condition, then, other }), &[]);
        }
        Legal::Switch { a, table, other } => {
            let scratch = out.temp(crate::ir::Class::I64);
            let operands = [in_register(a), Operand::scratch(scratch)];
            out.push(Inst(Form::Switch { table, other }), &operands);
        }
        Legal::Trap => out.push(Inst(Form::Trap), &[]),
        _ => select_float::select(legal, out),
    }
}

fn binary(out: &mut Out, op: Op, d: VReg, a: VReg, b: Value) {
    match b {
        Value::Reg(b) => match shift_row(op) {
            Some((row, _)) => {
                two_address(out, Form::Shift(row), d, a, Operand::read(b, Fixed(COUNT)));
            }
            None => match op {
                Op::Add => commutative(out, Form::Add { flags: false }, d, a, b),
                Op::Mul => commutative(out, Form::Commutative(&IMUL), d, a, b),
                Op::And => commutative(out, Form::Commutative(&AND), d, a, b),
                Op::Or => commutative(out, Form::Commutative(&OR), d, a, b),
                Op::Sub => two_address(out, Form::Binary(&SUB), d, a, anywhere(b)),
                _ => commutative(out, Form::Commutative(&XOR), d, a, b),
            },
        },
        Value::Imm(value) => match (op, shift_row(op)) {
            (Op::Mul, _) => unary(out, Form::MulImm { value, flags: false }, d, a),
            (Op::Add, _) => add(out, d, a, value),
            // The one number without an opposite is subtracted.
            (Op::Sub, _) if value != i32::MIN => add(out, d, a, -value),
            (Op::Shl, _) if (1..=3).contains(&value) => {
                out.push(Inst(Form::ShiftLeft(value as u8)), &[in_register(a), near(d)]);
            }
            (_, Some((_, row))) => in_place(out, Form::ShiftImm(row, value), d, a),
            _ => in_place(out, Form::BinaryImm(imm_rows(op), value), d, a),
        },
    }
}

fn add(out: &mut Out, d: VReg, a: VReg, value: i32) {
    out.push(Inst(Form::AddImm { value, flags: false }), &[in_register(a), near(d)]);
}

/// Makes the last instruction one that sets the overflow flag.
fn set_flags(out: &mut Out) {
    // The other forms set it anyway.
    if let Some(Inst(
        Form::Add { flags } | Form::AddImm { flags, .. } | Form::MulImm { flags, .. },
    )) = out.insts.last_mut()
    {
        *flags = true;
    }
}

fn memory_row(op: Op) -> &'static RegRm {
    match op {
        Op::Add => &ADD,
        Op::Sub => &SUB,
        Op::Mul => &IMUL,
        Op::And => &AND,
        Op::Or => &OR,
        Op::Xor => &XOR,
        _ => select_float::binary_row(op, Class::F64),
    }
}

fn imm_rows(op: Op) -> ImmRows {
    match op {
        Op::Sub => [&SUB_I8, &SUB_I32],
        Op::And => [&AND_I8, &AND_I32],
        Op::Or => [&OR_I8, &OR_I32],
        _ => [&XOR_I8, &XOR_I32],
    }
}

/// The rows of a shift by a register and by a number.
fn shift_row(op: Op) -> Option<(&'static RmOnly, &'static RmImm)> {
    Some(match op {
        Op::Shl => (&SHL, &SHL_I8),
        Op::Shr => (&SHR, &SHR_I8),
        Op::Sar => (&SAR, &SAR_I8),
        Op::Rotl => (&ROL, &ROL_I8),
        Op::Rotr => (&ROR, &ROR_I8),
        _ => return None,
    })
}

/// The dividend is in rdx:rax, the quotient comes in rax and the remainder in rdx.
fn divide(out: &mut Out, op: Op, d: VReg, a: VReg, b: VReg, minus_one: bool) {
    let signed = matches!(op, Op::Sdiv | Op::Srem);
    let remainder = matches!(op, Op::Srem | Op::Urem);
    let form = Form::Divide { signed, remainder, minus_one: minus_one && signed };
    // The upper half is written before the divisor is read.
    let early = |vreg| Operand { constraint: Fixed(DATA), ..Operand::scratch(vreg) };
    let upper = out.temp(crate::ir::Class::I64);
    let dividend = Operand::read(a, Fixed(ACCUMULATOR));
    if remainder {
        let operands = [dividend, in_register(b), early(upper)];
        let clobbers = [ACCUMULATOR].into_iter().collect();
        out.push_clobbering(Inst(form), &operands, clobbers);
        out.push_move(COPY, d, upper);
    } else {
        let quotient = Operand::written(d, Fixed(ACCUMULATOR));
        out.push(Inst(form), &[dividend, in_register(b), early(upper), quotient]);
    }
}

fn bits(out: &mut Out, op: Op, d: VReg, a: VReg) {
    match op {
        Op::Neg => in_place(out, Form::InPlace(&NEG), d, a),
        Op::Not => in_place(out, Form::InPlace(&NOT), d, a),
        Op::Bswap => in_place(out, Form::Bswap, d, a),
        Op::Clz => unary(out, Form::Scan(&BSR), d, a),
        Op::Ctz => unary(out, Form::Scan(&BSF), d, a),
        Op::Sext8 => unary(out, Form::Unary(&MOVSX8), d, a),
        Op::Sext16 => unary(out, Form::Unary(&MOVSX16), d, a),
        Op::Sext32 => unary(out, Form::Unary(&MOVSXD), d, a),
        Op::Zext8 => unary(out, Form::Unary(&MOVZX8), d, a),
        Op::Zext16 => unary(out, Form::Unary(&MOVZX16), d, a),
        _ => unary(out, Form::Unary(&MOV32), d, a),
    }
}

/// The operands of a comparison, with room for one more.
fn compare(a: VReg, b: Value) -> (Comparison, [Operand; 3], usize) {
    let mut operands = [in_register(a); 3];
    match b {
        Value::Reg(b) => {
            operands[1] = anywhere(b);
            (Comparison::Registers, operands, 2)
        }
        Value::Imm(value) => (Comparison::Imm(value), operands, 1),
    }
}

/// An address and its operands, with room for one more.
fn memory(address: Address) -> (MemForm, [Operand; 3], usize) {
    let mut operands = [Operand::read(VReg(0), Register); 3];
    let mut count = 0;
    let mut add = |vreg| {
        operands[count] = in_register(vreg);
        count += 1;
    };
    let base = match address.base {
        Base::Reg(reg) => {
            add(reg);
            BaseForm::Operand
        }
        Base::Symbol(symbol) => BaseForm::Symbol(symbol),
        Base::Incoming => BaseForm::Incoming,
        Base::Outgoing => BaseForm::Outgoing,
    };
    if let Some((index, _)) = address.index {
        add(index);
    }
    let scale = address.index.map_or(0, |(_, scale)| scale);
    let index = address.index.is_some();
    (MemForm { base, index, scale, offset: address.offset }, operands, count)
}

fn compare_imm_rows(width: Width) -> ImmRows {
    match width {
        // All numbers of 8 bits are small.
        Width::W8 { .. } => [&CMP8_I8; 2],
        Width::W32 { .. } => [&CMP32_I8, &CMP32_I32],
        // Lowering compares no others.
        _ => [&CMP_I8, &CMP_I32],
    }
}

fn load_row(width: Width) -> &'static RegRm {
    match width {
        Width::W8 { signed: false } => &MOVZX8,
        Width::W8 { signed: true } => &MOVSX8,
        Width::W16 { signed: false } => &MOVZX16,
        Width::W16 { signed: true } => &MOVSX16,
        Width::W32 { signed: false } => &MOV32,
        Width::W32 { signed: true } => &MOVSXD,
        Width::W64 => &MOV,
        Width::F32 => &float::MOVSS,
        Width::F64 => &float::MOVSD,
    }
}

fn store_row(width: Width) -> &'static RmReg {
    match width {
        Width::W8 { .. } => &STORE8,
        Width::W16 { .. } => &STORE16,
        Width::W32 { .. } => &STORE32,
        Width::W64 => &STORE,
        Width::F32 => &float::STORE_SS,
        Width::F64 => &float::STORE_SD,
    }
}

fn store_imm_row(width: Width) -> &'static RmImm {
    match width {
        Width::W8 { .. } => &STORE8_I8,
        Width::W16 { .. } => &STORE16_I16,
        Width::W32 { .. } => &STORE32_I32,
        // Floats are never immediates.
        Width::W64 | Width::F32 | Width::F64 => &MOV_I32,
    }
}
