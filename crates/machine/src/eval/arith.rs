//! Arithmetic: what each operation gives, with a result for every operand. Also used for folding.

use crate::ir::{Class, Cond, Op};

/// A zero divisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZeroDivisor;

/// The result of an operation that neither reads memory nor calls; nothing if the operation is
/// none. The operands are those after the result; `class` is that of the result and `from` that of
/// the first operand.
///
/// # Errors
/// A division by zero.
pub fn evaluate(
    op: Op,
    cond: Cond,
    (class, from): (Class, Class),
    [a, b, c]: [u64; 3],
) -> Result<Option<u64>, ZeroDivisor> {
    Ok(Some(match op {
        Op::Mov | Op::Const if class == Class::F32 => a & 0xffff_ffff,
        Op::Mov | Op::Const => a,
        Op::Select => {
            if a != 0 {
                b
            } else {
                c
            }
        }
        Op::Set => cond.holds(a as i64, b as i64).into(),
        Op::Fset => cond.holds_float(float_of(from, a), float_of(from, b)).into(),
        Op::IntToFloat | Op::UintToFloat => from_int(class, a, op == Op::IntToFloat),
        Op::FloatToInt | Op::FloatToUint => to_int(from, a, op == Op::FloatToInt),
        Op::Fpromote | Op::Fdemote => float_bits(class, float_of(from, a)),
        Op::Bitcast if class == Class::F32 || from == Class::F32 => a & 0xffff_ffff,
        Op::Bitcast => a,
        _ => {
            let rest = || int_unary(op, a).or_else(|| float_unary(op, class, a));
            let rest = || rest().or_else(|| float_binary(op, class, a, b));
            return Ok(int_binary(op, a, b)?.or_else(rest));
        }
    }))
}

/// The result of an integer operation of two operands; nothing if the operation is none.
///
/// # Errors
/// A division by zero.
pub fn int_binary(op: Op, a: u64, b: u64) -> Result<Option<u64>, ZeroDivisor> {
    let (sa, sb) = (a as i64, b as i64);
    let division = matches!(op, Op::Sdiv | Op::Srem | Op::Udiv | Op::Urem);
    if division && b == 0 {
        return Err(ZeroDivisor);
    }
    Ok(Some(match op {
        Op::Add | Op::AddOverflow => a.wrapping_add(b),
        Op::Sub | Op::SubOverflow => a.wrapping_sub(b),
        Op::Mul | Op::MulOverflow => a.wrapping_mul(b),
        Op::Sdiv => sa.wrapping_div(sb) as u64,
        Op::Srem => sa.wrapping_rem(sb) as u64,
        Op::Udiv => a / b,
        Op::Urem => a % b,
        Op::Smulh => ((i128::from(sa) * i128::from(sb)) >> 64) as u64,
        Op::Umulh => ((u128::from(a) * u128::from(b)) >> 64) as u64,
        Op::And => a & b,
        Op::Or => a | b,
        Op::Xor => a ^ b,
        Op::Shl => a << (b & 63),
        Op::Shr => a >> (b & 63),
        Op::Sar => (sa >> (b & 63)) as u64,
        Op::Rotl => a.rotate_left((b & 63) as u32),
        Op::Rotr => a.rotate_right((b & 63) as u32),
        _ => return Ok(None),
    }))
}

/// Whether the signed result of an operation with an overflow label does not fit.
pub fn overflows(op: Op, a: u64, b: u64) -> bool {
    let (a, b) = (a as i64, b as i64);
    match op {
        Op::AddOverflow => a.checked_add(b),
        Op::SubOverflow => a.checked_sub(b),
        _ => a.checked_mul(b),
    }
    .is_none()
}

/// The result of an integer operation of one operand; nothing if the operation is none.
pub fn int_unary(op: Op, a: u64) -> Option<u64> {
    Some(match op {
        Op::Neg => a.wrapping_neg(),
        Op::Not => !a,
        Op::Clz => a.leading_zeros().into(),
        Op::Ctz => a.trailing_zeros().into(),
        Op::Popcnt => a.count_ones().into(),
        Op::Bswap => a.swap_bytes(),
        Op::Sext8 => a as i8 as u64,
        Op::Sext16 => a as i16 as u64,
        Op::Sext32 => a as i32 as u64,
        Op::Zext8 => a as u8 as u64,
        Op::Zext16 => a as u16 as u64,
        Op::Zext32 => a as u32 as u64,
        _ => return None,
    })
}

/// The number in a register of a class; an `i64` holds the bits of an `f64`.
pub fn float_of(class: Class, bits: u64) -> f64 {
    match class {
        Class::F32 => f32::from_bits(bits as u32).into(),
        Class::F64 | Class::I64 => f64::from_bits(bits),
    }
}

/// The bits of a number in a register of a class. All NaNs become the one with only the quiet bit.
pub fn float_bits(class: Class, value: f64) -> u64 {
    match class {
        Class::F32 if value.is_nan() => 0x7fc0_0000,
        Class::F32 => (value as f32).to_bits().into(),
        _ if value.is_nan() => 0x7ff8_0000_0000_0000,
        _ => value.to_bits(),
    }
}

/// The result of a float operation of two operands of a class; nothing if the operation is none.
///
/// In single precision the operation is done in double precision and rounded again, which gives the
/// same: 53 bits are more than twice 24 bits plus two (Figueroa, "When is double rounding
/// innocuous?", 1995).
pub fn float_binary(op: Op, class: Class, a: u64, b: u64) -> Option<u64> {
    let (a, b) = (float_of(class, a), float_of(class, b));
    let value = match op {
        Op::Fadd => a + b,
        Op::Fsub => a - b,
        Op::Fmul => a * b,
        Op::Fdiv => a / b,
        _ => return None,
    };
    Some(float_bits(class, value))
}

/// The result of a float operation of one operand of a class; nothing if the operation is none.
pub fn float_unary(op: Op, class: Class, bits: u64) -> Option<u64> {
    let sign = if class == Class::F32 { 1 << 31 } else { 1 << 63 };
    let a = float_of(class, bits);
    let value = match op {
        Op::Fneg => return Some(bits ^ sign),
        Op::Fabs => return Some(bits & !sign),
        Op::Fsqrt => a.sqrt(),
        Op::Ffloor => a.floor(),
        Op::Fceil => a.ceil(),
        Op::Ftrunc => a.trunc(),
        Op::Fround => a.round_ties_even(),
        _ => return None,
    };
    Some(float_bits(class, value))
}

/// The float of a class that is nearest to an integer.
pub fn from_int(class: Class, value: u64, signed: bool) -> u64 {
    match (class, signed) {
        (Class::F32, true) => (value as i64 as f32).to_bits().into(),
        (Class::F32, false) => (value as f32).to_bits().into(),
        (_, true) => (value as i64 as f64).to_bits(),
        (_, false) => (value as f64).to_bits(),
    }
}

/// A float rounded towards zero; the nearest integer if it does not fit, 0 for NaN.
pub fn to_int(class: Class, bits: u64, signed: bool) -> u64 {
    let value = float_of(class, bits);
    if signed { value as i64 as u64 } else { value as u64 }
}

/// A float as text: the shortest decimal that reads back as the same number of its class, with a
/// point, and with an exponent if it is below 1e-5 or from 1e16 on.
pub fn float_text(class: Class, bits: u64) -> String {
    match class {
        Class::F32 => format!("{:?}", f32::from_bits(bits as u32)),
        _ => format!("{:?}", f64::from_bits(bits)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operand_has_a_result() {
        let min = i64::MIN as u64;
        assert_eq!(int_binary(Op::Sdiv, min, u64::MAX), Ok(Some(min)));
        assert_eq!(int_binary(Op::Srem, min, u64::MAX), Ok(Some(0)));
        assert_eq!(int_binary(Op::Urem, 1, 0), Err(ZeroDivisor));
        assert_eq!(int_binary(Op::Srem, -7i64 as u64, 2), Ok(Some(-1i64 as u64)));
        assert_eq!(int_binary(Op::Shl, 1, 65), Ok(Some(2)));
        assert_eq!(int_binary(Op::Smulh, min, min), Ok(Some(1 << 62)));
        assert_eq!((int_unary(Op::Clz, 0), int_unary(Op::Ctz, 0)), (Some(64), Some(64)));
        let bits = f64::to_bits;
        assert_eq!(to_int(Class::F64, bits(1e300), true), i64::MAX as u64);
        assert_eq!(to_int(Class::F64, bits(-1.5), false), 0);
        assert_eq!(to_int(Class::F64, bits(f64::NAN), true), 0);
        assert_eq!(float_unary(Op::Fround, Class::F64, bits(2.5)), Some(bits(2.0)));
        assert_eq!(float_unary(Op::Fneg, Class::F32, 0), Some(0x8000_0000));
        assert!(overflows(Op::MulOverflow, min, u64::MAX) && !overflows(Op::SubOverflow, 0, 1));
    }

    #[test]
    fn single_precision_is_rounded_once() {
        // 2^24 + 1 is half-way between floats; the sum with a tiny bit more is above.
        let (a, b) = (16_777_216.0f32, 1.000_000_1f32);
        let sum = float_binary(Op::Fadd, Class::F32, a.to_bits().into(), b.to_bits().into());
        assert_eq!(sum, Some((a + b).to_bits().into()));
        assert_eq!(from_int(Class::F32, 16_777_217, true), u64::from(16_777_216f32.to_bits()));
    }
}
