//! Writing float instructions.

use super::conventions::SCRATCH;
use super::inst::{FloatTest, Form};
use super::insts::{float, integer};
use super::misfit::Misfit;
use super::operand::{Cond, R, V};
use super::write::{Writer, v, x};
use crate::ir::{Class, Op};
use crate::regalloc::Place;

/// Emits one of two rows, by the class.
macro_rules! emit_by_class {
    ($writer:ident, $class:expr, $single:ident, $double:ident, $values:expr) => {
        if $class == Class::F32 {
            $writer.emit(float::$single, $values)
        } else {
            $writer.emit(float::$double, $values)
        }
    };
}

/// The move of a float that an instruction can hold.
pub(super) fn float_immediate(d: V, class: Class, bits: u64) -> Result<u32, Misfit> {
    match class {
        Class::F32 => float::FMOV_I_S.encode((d, f32::from_bits(bits as u32).into())),
        _ => float::FMOV_I_D.encode((d, f64::from_bits(bits))),
    }
}

impl Writer<'_> {
    /// Writes a float instruction; whether it is one.
    pub(super) fn float_form(&mut self, form: &Form, p: &[Place]) -> bool {
        match *form {
            Form::FloatBinary(op, class) => {
                self.float_binary(op, class, (v(p[2]), v(p[0]), v(p[1])));
            }
            Form::FloatUnary(op, class) => self.float_unary(op, class, (v(p[1]), v(p[0]))),
            Form::FloatSet(class, test) => {
                self.compare_floats(class, p);
                self.float_set(test, x(p[2]));
            }
            Form::FromInt(class) => {
                emit_by_class!(self, class, SCVTF_S, SCVTF_D, (v(p[1]), x(p[0])));
            }
            // What does not fit becomes the nearest number that does, and NaN becomes 0.
            Form::ToInt(class) => {
                emit_by_class!(self, class, FCVTZS_S, FCVTZS_D, (x(p[1]), v(p[0])));
            }
            Form::ConvertTo(class) => {
                emit_by_class!(self, class, FCVT_SD, FCVT_DS, (v(p[1]), v(p[0])));
            }
            Form::ToFloatBits(class) => {
                emit_by_class!(self, class, FMOV_SW, FMOV_DX, (v(p[1]), x(p[0])));
            }
            Form::FromFloatBits(class) => {
                emit_by_class!(self, class, FMOV_WS, FMOV_XD, (x(p[1]), v(p[0])));
            }
            _ => return false,
        }
        true
    }

    /// Few floats can be immediates; others come through a general register.
    pub(super) fn float_constant(&mut self, d: V, class: Class, bits: u64) {
        if bits == 0 {
            return self.emit(float::MOVI_ZERO_D, (d,));
        }
        let immediate = float_immediate(d, class, bits);
        if immediate.is_ok() {
            return self.word(immediate);
        }
        self.constant(SCRATCH, bits as i64);
        emit_by_class!(self, class, FMOV_SW, FMOV_DX, (d, SCRATCH));
    }

    fn float_binary(&mut self, op: Op, class: Class, values: (V, V, V)) {
        match op {
            Op::Fadd => emit_by_class!(self, class, FADD_S, FADD_D, values),
            Op::Fsub => emit_by_class!(self, class, FSUB_S, FSUB_D, values),
            Op::Fmul => emit_by_class!(self, class, FMUL_S, FMUL_D, values),
            _ => emit_by_class!(self, class, FDIV_S, FDIV_D, values),
        }
    }

    fn float_unary(&mut self, op: Op, class: Class, values: (V, V)) {
        match op {
            Op::Fsqrt => emit_by_class!(self, class, FSQRT_S, FSQRT_D, values),
            Op::Fneg => emit_by_class!(self, class, FNEG_S, FNEG_D, values),
            Op::Fabs => emit_by_class!(self, class, FABS_S, FABS_D, values),
            Op::Ffloor => emit_by_class!(self, class, FRINTM_S, FRINTM_D, values),
            Op::Fceil => emit_by_class!(self, class, FRINTP_S, FRINTP_D, values),
            Op::Ftrunc => emit_by_class!(self, class, FRINTZ_S, FRINTZ_D, values),
            _ => emit_by_class!(self, class, FRINTN_S, FRINTN_D, values),
        }
    }

    pub(super) fn compare_floats(&mut self, class: Class, p: &[Place]) {
        emit_by_class!(self, class, FCMP_S, FCMP_D, (v(p[0]), v(p[1])));
    }

    fn float_set(&mut self, test: FloatTest, d: R) {
        match test {
            FloatTest::One(cond) => self.emit(integer::CSET, (d, cond)),
            FloatTest::Either(first, second) => {
                self.emit(integer::CSET, (d, first));
                // One if the second holds, else what it is.
                let holds_not = second.inverted().unwrap_or(Cond::Al);
                self.emit(integer::CSINC, (d, d, R::ZR, holds_not));
            }
        }
    }
}
