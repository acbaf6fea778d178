//! What an instruction is when something is known of its operands.
//!
//! Numbers are computed as the evaluator does. Where one operand is a number that changes nothing, or
//! both operands are the same, the result is an operand or a number. Everything is exact for every
//! operand, overflow and shift counts above 63 included; floats are only touched when all operands
//! are numbers, as no law of theirs holds for NaN, infinities and -0.0 alike.

use super::ssa::{Def, Ssa};
use crate::eval::arith;
use crate::ir::{CondKind, Inst, Kind, Op, Operand, Reg};

/// What came of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Simple {
    /// Nothing, or it was changed in place.
    Stays,
    /// Its result is this value.
    Value(Reg),
}

/// Whether the order of two operands is the same.
pub(super) fn commutes(op: Op) -> bool {
    use Op::{Add, And, Mul, Or, Smulh, Umulh, Xor};
    matches!(op, Add | Mul | And | Or | Xor | Smulh | Umulh)
}

/// Whether the result depends on nothing but the operands, and nothing else happens. A division does
/// not count unless its divisor is a number other than zero.
pub(super) fn is_pure(ssa: &Ssa, inst: &Inst) -> bool {
    use Kind::{Any, Def, DefAny, DefBits, DefF32, DefF64, DefFloat, Val};
    match inst.op {
        Op::Sdiv | Op::Srem | Op::Udiv | Op::Urem => {
            ssa.bits(inst.operands[2]).is_some_and(|divisor| divisor != 0)
        }
        Op::Addr | Op::Set | Op::Fset | Op::FloatToInt | Op::FloatToUint => true,
        Op::Mov | Op::Const | Op::Select => true,
        op => {
            matches!(
                op.info().kinds,
                [Def, Val, Val]
                    | [Def, Val]
                    | [DefFloat | DefF32 | DefF64 | DefBits, ..]
                    | [DefAny, Val, Any, Any]
            ) && !matches!(op, Op::IntToStr)
        }
    }
}

/// Simplifies an instruction whose operands are as they will be.
pub(super) fn simplify(ssa: &mut Ssa, node: u32) -> Simple {
    let inst = ssa.nodes[node as usize].inst;
    if let Some(value) = fold(ssa, &inst) {
        return Simple::Value(value);
    }
    if matches!(inst.op.info().kinds, [Kind::Def, Kind::Val, Kind::Val]) {
        return binary(ssa, node, inst);
    }
    let [_, a, b, c] = inst.operands;
    match inst.op {
        Op::Select => match ssa.bits(a) {
            Some(0) => value(c),
            Some(_) => value(b),
            None if b == c => value(b),
            None => Simple::Stays,
        },
        Op::Neg | Op::Not | Op::Bswap => match ssa.def(a).map(|at| ssa.nodes[at as usize].inst) {
            Some(inner) if inner.op == inst.op => value(inner.operands[1]),
            _ => Simple::Stays,
        },
        Op::Sext8 | Op::Sext16 | Op::Sext32 | Op::Zext8 | Op::Zext16 | Op::Zext32 => {
            extension(ssa, &inst)
        }
        Op::Br => {
            compare_with_zero(ssa, node, 0);
            Simple::Stays
        }
        _ => Simple::Stays,
    }
}

fn value(operand: Operand) -> Simple {
    operand.reg().map_or(Simple::Stays, Simple::Value)
}

/// The result of an instruction all of whose operands are numbers.
fn fold(ssa: &mut Ssa, inst: &Inst) -> Option<Reg> {
    let kinds = inst.op.info().kinds;
    let def = inst.operands[0].reg().filter(|_| kinds.first().is_some_and(|kind| kind.is_def()))?;
    if !is_pure(ssa, inst) || matches!(inst.op, Op::Addr | Op::Const) {
        return None;
    }
    let mut numbers = [0; 3];
    for (number, &operand) in numbers.iter_mut().zip(&inst.operands[1..kinds.len()]) {
        *number = ssa.bits(operand)?;
    }
    let class = ssa.values[def.0 as usize].class;
    let from = ssa.class(inst.operands[1]);
    let bits = arith::evaluate(inst.op, inst.cond, (class, from), numbers).ok()??;
    Some(ssa.constant(class, bits))
}

/// An operation on two integers, at most one of them a number.
fn binary(ssa: &mut Ssa, node: u32, mut inst: Inst) -> Simple {
    let [_, mut a, mut b, _] = inst.operands;
    let conditional = inst.op.info().cond == CondKind::Int;
    if ssa.bits(a).is_some() && (commutes(inst.op) || conditional) {
        // Numbers stand on the right.
        std::mem::swap(&mut a, &mut b);
        inst.cond = inst.cond.swapped();
        (inst.operands[1], inst.operands[2]) = (a, b);
        ssa.nodes[node as usize].inst = inst;
    }
    if a == b {
        match inst.op {
            Op::Sub | Op::Xor => return value(ssa.int(0)),
            Op::And | Op::Or => return value(a),
            Op::Set => return value(ssa.int(inst.cond.holds(0, 0).into())),
            _ => {}
        }
    }
    if inst.op == Op::Sub && ssa.bits(a) == Some(0) {
        ssa.nodes[node as usize].inst = Inst::new(Op::Neg, &[inst.operands[0], b]);
        return Simple::Stays;
    }
    let Some(number) = ssa.bits(b) else { return Simple::Stays };
    match (inst.op, number) {
        (Op::Add | Op::Sub | Op::Or | Op::Xor, 0) => value(a),
        (Op::Shl | Op::Shr | Op::Sar | Op::Rotl | Op::Rotr, count) if count & 63 == 0 => value(a),
        (Op::Mul | Op::Sdiv | Op::Udiv, 1) | (Op::And, u64::MAX) => value(a),
        (Op::Mul | Op::And | Op::Umulh | Op::Smulh, 0) | (Op::Urem | Op::Srem, 1) => {
            value(ssa.int(0))
        }
        (Op::Srem, u64::MAX) => value(ssa.int(0)),
        (Op::Or, u64::MAX) => value(b),
        (Op::Sub, _) => {
            inst.op = Op::Add;
            inst.operands[2] = ssa.int(number.wrapping_neg());
            ssa.nodes[node as usize].inst = inst;
            reassociate(ssa, node)
        }
        (Op::Add | Op::And | Op::Or | Op::Xor | Op::Mul, _) => reassociate(ssa, node),
        (Op::Set, _) => compare_with_zero(ssa, node, 1),
        _ => Simple::Stays,
    }
}

/// `(x op 3) op 4` is `x op 7`, or what the operation makes of 3 and 4.
fn reassociate(ssa: &mut Ssa, node: u32) -> Simple {
    let mut inst = ssa.nodes[node as usize].inst;
    let Some(inner) = ssa.def(inst.operands[1]) else { return Simple::Stays };
    let inner = ssa.nodes[inner as usize].inst;
    if inner.op != inst.op {
        return Simple::Stays;
    }
    let (Some(x), Some(y)) = (ssa.bits(inner.operands[2]), ssa.bits(inst.operands[2])) else {
        return Simple::Stays;
    };
    let Ok(Some(both)) = arith::int_binary(inst.op, x, y) else { return Simple::Stays };
    inst.operands[1] = inner.operands[1];
    inst.operands[2] = ssa.int(both);
    ssa.nodes[node as usize].inst = inst;
    let unchanged = matches!((inst.op, both), (Op::Add | Op::Or | Op::Xor, 0) | (Op::Mul, 1))
        || (inst.op, both) == (Op::And, u64::MAX);
    if unchanged { value(inst.operands[1]) } else { Simple::Stays }
}

/// `set…` or a branch that compares the result of a `set…` with zero compares by itself.
fn compare_with_zero(ssa: &mut Ssa, node: u32, first: usize) -> Simple {
    use crate::ir::Cond;
    let mut inst = ssa.nodes[node as usize].inst;
    let (a, b) = (inst.operands[first], inst.operands[first + 1]);
    if ssa.bits(a).is_some() && ssa.bits(b).is_none() {
        (inst.operands[first], inst.operands[first + 1]) = (b, a);
        inst.cond = inst.cond.swapped();
        ssa.nodes[node as usize].inst = inst;
    }
    let Some(inner) = ssa.def(inst.operands[first]) else { return Simple::Stays };
    let inner = ssa.nodes[inner as usize].inst;
    let same = match (inst.cond, ssa.bits(inst.operands[first + 1])) {
        (Cond::Ne | Cond::Gtu | Cond::Gt, Some(0)) | (Cond::Eq, Some(1)) => true,
        (Cond::Eq | Cond::Leu | Cond::Le, Some(0)) | (Cond::Ne, Some(1)) => false,
        _ => return Simple::Stays,
    };
    let op = match (inner.op, inst.op) {
        (Op::Set, op) => op,
        (Op::Fset, Op::Br) => Op::Fbr,
        (Op::Fset, _) => Op::Fset,
        _ => return Simple::Stays,
    };
    if same && op != Op::Br && op != Op::Fbr {
        return value(inst.operands[first]);
    }
    inst.op = op;
    inst.cond = if same { inner.cond } else { inner.cond.inverse() };
    (inst.operands[first], inst.operands[first + 1]) = (inner.operands[1], inner.operands[2]);
    ssa.nodes[node as usize].inst = inst;
    Simple::Stays
}

/// How many low bits of a value may be other than zero.
fn width(ssa: &Ssa, operand: Operand) -> u32 {
    let Some(reg) = operand.reg() else { return 64 };
    let node = match ssa.values[reg.0 as usize].def {
        Def::Const(bits) => return 64 - bits.leading_zeros(),
        Def::Inst(node) => &ssa.nodes[node as usize].inst,
        _ => return 64,
    };
    match node.op {
        Op::Set | Op::Fset => 1,
        Op::Load8u | Op::Zext8 => 8,
        Op::Load16u | Op::Zext16 => 16,
        Op::Load32u | Op::Zext32 => 32,
        Op::And => ssa.bits(node.operands[2]).map_or(64, |mask| 64 - mask.leading_zeros()),
        Op::Shr => ssa.bits(node.operands[2]).map_or(64, |count| 64 - (count & 63) as u32),
        _ => 64,
    }
}

/// An extension of what is small enough is nothing.
fn extension(ssa: &Ssa, inst: &Inst) -> Simple {
    let from = match inst.op {
        Op::Sext8 | Op::Zext8 => 8,
        Op::Sext16 | Op::Zext16 => 16,
        _ => 32,
    };
    let signed = matches!(inst.op, Op::Sext8 | Op::Sext16 | Op::Sext32);
    let same = match ssa.def(inst.operands[1]).map(|at| ssa.nodes[at as usize].inst.op) {
        Some(Op::Load8s) => inst.op == Op::Sext8,
        Some(Op::Load16s) => inst.op == Op::Sext16,
        Some(Op::Load32s) => inst.op == Op::Sext32,
        Some(op) => op == inst.op,
        None => false,
    };
    let bits = width(ssa, inst.operands[1]);
    if same || bits < from || (bits == from && !signed) {
        value(inst.operands[1])
    } else {
        Simple::Stays
    }
}

/// Whether a branch is always taken, or never, if that is known.
pub(super) fn decide(ssa: &Ssa, inst: &Inst) -> Option<bool> {
    let [first, second, third, _] = inst.operands;
    match inst.op {
        Op::Br if first == second => Some(inst.cond.holds(0, 0)),
        Op::Br => Some(inst.cond.holds(ssa.bits(first)? as i64, ssa.bits(second)? as i64)),
        Op::Fbr => {
            let class = ssa.class(first);
            let (a, b) = (ssa.bits(first)?, ssa.bits(second)?);
            Some(inst.cond.holds_float(arith::float_of(class, a), arith::float_of(class, b)))
        }
        Op::AddOverflow | Op::SubOverflow | Op::MulOverflow => {
            Some(arith::overflows(inst.op, ssa.bits(second)?, ssa.bits(third)?))
        }
        _ => None,
    }
}
