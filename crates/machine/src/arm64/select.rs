//! Selection: what each legal instruction becomes.

use super::inst::{FloatTest, Form, Three};
use super::insts::{immediate, integer};
use super::operand::{Cond, V};
use super::target::Inst;
use super::write::Constant;
use super::write_float::float_immediate;
use crate::codegen::legal::{Address, Base, Legal, Value, Width};
use crate::codegen::machine::Machine;
use crate::ir::{self, Op};
use crate::regalloc::{Constraint, Operand, VReg};

/// A constant of at most so many instructions takes less time than a store and a load.
const CHEAP: usize = 2;

/// Whether a number can be the second operand of an operation: a form of it has such an immediate.
pub(super) fn takes(op: Op, value: i64) -> bool {
    match op {
        Op::Add | Op::Sub | Op::Cmp => {
            let value = value.unsigned_abs();
            value < 1 << 12 || (value < 1 << 24 && value.trailing_zeros() >= 12)
        }
        Op::And | Op::Or | Op::Xor => super::bitmask::encode(value as u64).is_some(),
        Op::Shl | Op::Shr | Op::Sar | Op::Rotl | Op::Rotr => (0..64).contains(&value),
        // The zero register is stored.
        Op::Store | Op::Store8 | Op::Store16 | Op::Store32 => value == 0,
        _ => false,
    }
}

/// An instruction with its operands, all in registers, of which the last one is written if there is
/// a result.
fn push(out: &mut Machine<Inst>, form: Form, reads: &[VReg], result: Option<VReg>) {
    let mut operands = [Operand::read(VReg(0), Constraint::Register); 5];
    for (place, &vreg) in operands.iter_mut().zip(reads) {
        place.vreg = vreg;
    }
    let mut count = reads.len();
    if let Some(d) = result {
        operands[count] = Operand::written(d, Constraint::Register);
        count += 1;
    }
    out.push(Inst(form), &operands[..count]);
}

/// A constant, which is made again rather than kept in memory if it is cheap.
fn push_constant(out: &mut Machine<Inst>, form: Form, d: VReg, cheap: bool) {
    match cheap {
        true => out.push_constant(Inst(form), d),
        false => push(out, form, &[], Some(d)),
    }
}

/// The same with a comparison's operands before.
fn push_comparing(out: &mut Machine<Inst>, form: Form, a: VReg, b: Value, result: Option<VReg>) {
    match b {
        Value::Reg(b) => push(out, form, &[a, b], result),
        Value::Imm(_) => push(out, form, &[a], result),
    }
}

/// The same with the registers of an address before, and another one.
fn push_accessing(
    out: &mut Machine<Inst>,
    form: Form,
    address: Address,
    value: Option<VReg>,
    result: Option<VReg>,
) {
    let base = if let Base::Reg(base) = address.base { Some(base) } else { None };
    let index = address.index.map(|(index, _)| index);
    let mut reads = [VReg(0); 3];
    let mut count = 0;
    for reg in [base, index, value].into_iter().flatten() {
        reads[count] = reg;
        count += 1;
    }
    push(out, form, &reads[..count], result);
}

pub(super) fn select(legal: &Legal, out: &mut Machine<Inst>) {
    match *legal {
        Legal::Const { d, value } => {
            let cheap = Constant::of(value).words() <= CHEAP;
            push_constant(out, Form::Const(value), d, cheap);
        }
        Legal::FloatConst { d, class, bits } => {
            let cheap = bits == 0 || float_immediate(V(0), class, bits).is_ok();
            push_constant(out, Form::FloatConst(class, bits), d, cheap);
        }
        Legal::SymbolAddress { d, symbol, addend } => {
            push_constant(out, Form::SymbolAddress(symbol, addend), d, true);
        }
        Legal::ObjectAddress { d, object, .. } => {
            push_constant(out, Form::ObjectAddress(object), d, true);
        }
        Legal::Binary { op, d, a, b } => binary(out, op, d, a, b),
        Legal::HighProduct { op, d, a, b } => {
            let row = if op == Op::Smulh { &integer::SMULH } else { &integer::UMULH };
            push(out, Form::Three(row), &[a, b], Some(d));
        }
        Legal::Divide { op, d, a, b, .. } => {
            let signed = matches!(op, Op::Sdiv | Op::Srem);
            let row: &Three = if signed { &integer::SDIV } else { &integer::UDIV };
            let remainder = matches!(op, Op::Srem | Op::Urem);
            let form = if remainder { Form::Remainder(row) } else { Form::Three(row) };
            push(out, form, &[a, b], Some(d));
        }
        Legal::Unary { op, d, a } => push(out, unary(op), &[a], Some(d)),
        Legal::Set { cond, d, a, b } => {
            push_comparing(out, Form::Set(b, of_integers(cond)), a, b, Some(d));
        }
        Legal::FloatSet { cond, class, d, a, b } => {
            push(out, Form::FloatSet(class, of_floats(cond)), &[a, b], Some(d));
        }
        Legal::MultiplyAdd { d, a, b, c, subtract } => {
            let row = if subtract { &integer::MSUB } else { &integer::MADD };
            push(out, Form::MultiplyAdd(row), &[a, b, c], Some(d));
        }
        Legal::SelectIf { cond, class, d, a, b, then, other } => {
            let form = Form::SelectIf(b, of_integers(cond), class);
            match b {
                Value::Reg(b) => push(out, form, &[a, b, then, other], Some(d)),
                Value::Imm(_) => push(out, form, &[a, then, other], Some(d)),
            }
        }
        Legal::Select { class, d, test, a, b } => {
            push(out, Form::Select(class), &[test, a, b], Some(d));
        }
        Legal::FloatBinary { op, class, d, a, b } => {
            push(out, Form::FloatBinary(op, class), &[a, b], Some(d));
        }
        Legal::FloatUnary { op, class, d, a } => {
            push(out, Form::FloatUnary(op, class), &[a], Some(d));
        }
        Legal::FromInt { class, d, a } => push(out, Form::FromInt(class), &[a], Some(d)),
        Legal::ToInt { class, d, a } => push(out, Form::ToInt(class), &[a], Some(d)),
        Legal::ConvertTo { class, d, a } => push(out, Form::ConvertTo(class), &[a], Some(d)),
        Legal::ToFloatBits { class, d, a } => push(out, Form::ToFloatBits(class), &[a], Some(d)),
        Legal::FromFloatBits { class, d, a } => {
            push(out, Form::FromFloatBits(class), &[a], Some(d));
        }
        Legal::Load { width, d, address } => {
            push_accessing(out, Form::Load(width, address), address, None, Some(d));
        }
        Legal::Store { width, address, value } => store(out, width, address, value),
        _ => control(legal, out),
    }
}

/// What has no result and may go elsewhere.
fn control(legal: &Legal, out: &mut Machine<Inst>) {
    match *legal {
        Legal::FailIf { cond, a, b, failure } => {
            push_comparing(out, Form::FailIf(b, of_integers(cond), failure), a, b, None);
        }
        Legal::AdjustStack { bytes } => push(out, Form::AdjustStack(bytes), &[], None),
        Legal::Push { a } => push(out, Form::Push, &[a], None),
        Legal::Pop { d } => push(out, Form::Pop, &[], Some(d)),
        Legal::Jump { to } => push(out, Form::Jump(to), &[], None),
        Legal::Branch { cond, a, b, then, other } => {
            let form = Form::Branch { with: b, cond: of_integers(cond), then, other };
            push_comparing(out, form, a, b, None);
        }
        Legal::FloatBranch { cond, class, a, b, then, other } => {
            let form = Form::FloatBranch { class, test: of_floats(cond), then, other };
            push(out, form, &[a, b], None);
        }
        Legal::OverflowBranch { then, other } => {
            let cond = set_flags(out);
            push(out, Form::FlagsBranch { cond, then, other }, &[], None);
        }
        Legal::Switch { a, table, other } => {
            push(out, Form::Switch { table, other }, &[a], None);
        }
        // All others are selected before these.
        _ => push(out, Form::Trap, &[], None),
    }
}

/// Makes the last instruction one that sets flags, and tells which condition means overflow.
fn set_flags(out: &mut Machine<Inst>) -> Cond {
    let Some(Inst(form)) = out.insts.last_mut() else { return Cond::Vs };
    match form {
        Form::AddImm { flags, .. } => *flags = true,
        Form::Three(row) if row.bits == integer::ADD.bits => *form = Form::Three(&integer::ADDS),
        Form::Three(row) if row.bits == integer::SUB.bits => *form = Form::Three(&integer::SUBS),
        _ => {
            *form = Form::MulFlags;
            return Cond::Ne;
        }
    }
    Cond::Vs
}

fn binary(out: &mut Machine<Inst>, op: Op, d: VReg, a: VReg, b: Value) {
    let form = match (op, b) {
        (Op::Add, Value::Imm(value)) => Form::AddImm { value, flags: false },
        (Op::Sub, Value::Imm(value)) => Form::AddImm { value: -value, flags: false },
        (Op::And, Value::Imm(value)) => Form::Pattern(&immediate::AND_I, value),
        (Op::Or, Value::Imm(value)) => Form::Pattern(&immediate::ORR_I, value),
        (Op::Xor, Value::Imm(value)) => Form::Pattern(&immediate::EOR_I, value),
        (Op::Rotl, Value::Imm(count)) => Form::ShiftImm(Op::Rotr, -count & 63),
        (_, Value::Imm(count)) => Form::ShiftImm(op, count),
        (Op::Rotl, _) => Form::Rotl,
        (Op::Add, _) => Form::Three(&integer::ADD),
        (Op::Sub, _) => Form::Three(&integer::SUB),
        (Op::Mul, _) => Form::Three(&integer::MUL),
        (Op::And, _) => Form::Three(&integer::AND),
        (Op::Or, _) => Form::Three(&integer::ORR),
        (Op::Shl, _) => Form::Three(&integer::LSL),
        (Op::Shr, _) => Form::Three(&integer::LSR),
        (Op::Sar, _) => Form::Three(&integer::ASR),
        (Op::Rotr, _) => Form::Three(&integer::ROR),
        _ => Form::Three(&integer::EOR),
    };
    push_comparing(out, form, a, b, Some(d));
}

fn unary(op: Op) -> Form {
    match op {
        Op::Neg => Form::Neg,
        Op::Not => Form::Not,
        Op::Clz => Form::Two(&integer::CLZ),
        Op::Ctz => Form::Ctz,
        Op::Bswap => Form::Two(&integer::REV),
        Op::Sext8 => Form::Wider(&immediate::SXTB),
        Op::Sext16 => Form::Wider(&immediate::SXTH),
        Op::Sext32 => Form::Wider(&immediate::SXTW),
        Op::Zext8 => Form::Two32(&immediate::UXTB),
        Op::Zext16 => Form::Two32(&immediate::UXTH),
        _ => Form::Zext32,
    }
}

fn store(out: &mut Machine<Inst>, width: Width, address: Address, value: Value) {
    match value {
        Value::Reg(value) => {
            push_accessing(out, Form::Store(width, address), address, Some(value), None);
        }
        Value::Imm(_) => push_accessing(out, Form::StoreZero(width, address), address, None, None),
    }
}

fn of_integers(cond: ir::Cond) -> Cond {
    match cond {
        ir::Cond::Ne => Cond::Ne,
        ir::Cond::Lt => Cond::Lt,
        ir::Cond::Le => Cond::Le,
        ir::Cond::Gt => Cond::Gt,
        ir::Cond::Ge => Cond::Ge,
        ir::Cond::Ltu => Cond::Lo,
        ir::Cond::Leu => Cond::Ls,
        ir::Cond::Gtu => Cond::Hi,
        ir::Cond::Geu => Cond::Hs,
        // Float conditions never get here: the verifier tells them from these.
        _ => Cond::Eq,
    }
}

/// What to test after `fcmp`: less sets N, equal Z and C, greater C, unordered C and V (Arm manual,
/// `FPCompare`).
fn of_floats(cond: ir::Cond) -> FloatTest {
    use FloatTest::{Either, One};
    match cond {
        ir::Cond::Oeq => One(Cond::Eq),
        ir::Cond::Une => One(Cond::Ne),
        ir::Cond::Olt => One(Cond::Mi),
        ir::Cond::Ole => One(Cond::Ls),
        ir::Cond::Ogt => One(Cond::Gt),
        ir::Cond::Oge => One(Cond::Ge),
        ir::Cond::Ult => One(Cond::Lt),
        ir::Cond::Ule => One(Cond::Le),
        ir::Cond::Ugt => One(Cond::Hi),
        ir::Cond::Uge => One(Cond::Pl),
        ir::Cond::Ord => One(Cond::Vc),
        ir::Cond::One => Either(Cond::Mi, Cond::Gt),
        ir::Cond::Ueq => Either(Cond::Eq, Cond::Vs),
        // The rest is `uno`: integer conditions never get here.
        _ => One(Cond::Vs),
    }
}
