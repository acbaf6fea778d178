//! Selection of float instructions.

use super::condition::of_floats;
use super::inst::Form;
use super::insts::RegRm;
use super::insts::float::*;
use super::select::{
    Out, anywhere, commutative, in_place, in_register, result, two_address, unary,
};
use super::target::Inst;
use crate::codegen::legal::Legal;
use crate::ir::{Class, Op};

pub(super) fn select(legal: &Legal, out: &mut Out) {
    match *legal {
        Legal::FloatConst { d, class, bits } => {
            let inst = Inst(Form::FloatConst(class, bits));
            // All others come through a general register, which takes longer than from memory.
            if bits == 0 { out.push_constant(inst, d) } else { out.push(inst, &[result(d)]) }
        }
        Legal::FloatBinary { op: op @ (Op::Fadd | Op::Fmul), class, d, a, b } => {
            commutative(out, Form::Commutative(binary_row(op, class)), d, a, b);
        }
        Legal::FloatBinary { op, class, d, a, b } => {
            two_address(out, Form::Binary(binary_row(op, class)), d, a, anywhere(b));
        }
        Legal::FloatUnary { op: Op::Fsqrt, class, d, a } => {
            unary(out, Form::Unary(pick(class, &SQRTSS, &SQRTSD)), d, a);
        }
        Legal::FloatUnary { op, class, d, a } => {
            in_place(out, Form::Sign { class, clear: op == Op::Fabs }, d, a);
        }
        Legal::FloatSet { cond, class, d, a, b } => {
            let (exchanged, test) = of_floats(cond);
            let (a, b) = if exchanged { (b, a) } else { (a, b) };
            let operands = [in_register(a), anywhere(b), result(d)];
            out.push(Inst(Form::FloatSet(class, test)), &operands);
        }
        Legal::FloatBranch { cond, class, a, b, then, other } => {
            let (exchanged, test) = of_floats(cond);
            let (a, b) = if exchanged { (b, a) } else { (a, b) };
            let form = Form::FloatBranch { class, test, then, other };
            out.push(Inst(form), &[in_register(a), anywhere(b)]);
        }
        Legal::FromInt { class, d, a } => {
            unary(out, Form::Unary(pick(class, &CVTSI2SS, &CVTSI2SD)), d, a);
        }
        Legal::ToInt { class, d, a } => {
            out.push(Inst(Form::ToInt(class)), &[in_register(a), result(d)]);
        }
        Legal::ConvertTo { class, d, a } => {
            unary(out, Form::Unary(pick(class, &CVTSD2SS, &CVTSS2SD)), d, a);
        }
        Legal::ToFloatBits { class, d, a } => {
            unary(out, Form::Unary(pick(class, &MOVD_TO, &MOVQ_TO)), d, a);
        }
        Legal::FromFloatBits { class, d, a } => {
            let row = if class == Class::F32 { &MOVD_FROM } else { &MOVQ_FROM };
            out.push(Inst(Form::FromFloatBits(row)), &[in_register(a), result(d)]);
        }
        // All others are selected before these.
        _ => {}
    }
}

fn pick(class: Class, single: &'static RegRm, double: &'static RegRm) -> &'static RegRm {
    if class == Class::F32 { single } else { double }
}

pub(super) fn binary_row(op: Op, class: Class) -> &'static RegRm {
    match op {
        Op::Fadd => pick(class, &ADDSS, &ADDSD),
        Op::Fsub => pick(class, &SUBSS, &SUBSD),
        Op::Fmul => pick(class, &MULSS, &MULSD),
        _ => pick(class, &DIVSS, &DIVSD),
    }
}
