//! Numbers: methods, the `math…` globals, and the primitives of `std/math`.

use crate::call::{Call, Out};
use crate::row::{ANY, Row, rows};
use sox_runtime::Value;
use sox_semantics::math;

pub(crate) const GLOBALS: &[Row] = rows! {
    "mathSqrt" (1, 1) leaf sqrt as SquareRoot;
    "mathPow" (2, 2) leaf pow;
    "mathFloor" (1, 1) leaf floor as Floor;
    "mathCeil" (1, 1) leaf ceil;
    "mathRound" (1, 1) leaf round;
    "mathSin" (1, 1) leaf sin;
    "mathCos" (1, 1) leaf cos;
    "mathTan" (1, 1) leaf tan;
    "@math_asin" (1, 1) leaf asin;
    "@math_acos" (1, 1) leaf acos;
    "@math_atan" (1, 1) leaf atan;
    "@math_atan2" (2, 2) leaf atan2;
    "@math_exp" (1, 1) leaf exp;
    "@math_log" (1, 1) leaf log;
    "@math_log2" (1, 1) leaf log2;
    "@math_log10" (1, 1) leaf log10;
    "@math_cbrt" (1, 1) leaf cbrt;
    "@math_hypot" (2, 2) leaf hypot;
    "@math_abs" (1, 1) leaf abs;
    "@math_sign" (1, 1) leaf sign;
    "@math_trunc" (1, 1) leaf trunc;
    "@math_max" (1, ANY) leaf max;
    "@math_min" (1, ANY) leaf min;
    "@math_isNaN" (1, 1) leaf is_nan;
    "@math_isInteger" (1, 1) leaf is_integer;
};

pub(crate) const METHODS: &[Row] = rows! {
    "floor" (0, 0) leaf floor;
    "ceil" (0, 0) leaf ceil;
    "round" (0, 0) leaf round;
    "abs" (0, 0) leaf abs;
    "sqrt" (0, 0) leaf sqrt;
    "toFixed" (1, 1) leaf to_fixed;
    "isInteger" (0, 0) leaf is_integer;
    "isNaN" (0, 0) leaf is_nan;
};

/// Natives of one number.
macro_rules! unary { ($($name:ident = $function:expr;)*) => { $(
    fn $name(c: Call<'_>) -> Out<'_> {
        let function: fn(f64) -> f64 = $function;
        Ok(Value::number(function(c.number(0)?)))
    }
)* } }

unary! {
    sqrt = math::sqrt;
    floor = f64::floor;
    ceil = f64::ceil;
    round = sox_semantics::round;
    trunc = f64::trunc;
    abs = f64::abs;
    sign = math::sign;
    sin = math::sin;
    cos = math::cos;
    tan = math::tan;
    asin = math::asin;
    acos = math::acos;
    atan = math::atan;
    exp = math::exp;
    log = math::log;
    log2 = math::log2;
    log10 = math::log10;
    cbrt = math::cbrt;
}

/// Natives of two numbers.
macro_rules! binary { ($($name:ident)*) => { $(
    fn $name(c: Call<'_>) -> Out<'_> {
        Ok(Value::number(math::$name(c.number(0)?, c.number(1)?)))
    }
)* } }

binary! { pow atan2 hypot }

/// The first argument that the test prefers to all before it; NaN if any is NaN.
fn best(c: Call<'_>, better: fn(f64, f64) -> bool) -> Out<'_> {
    let mut best = c.number(0)?;
    for index in 1..c.count() {
        let next = c.number(index)?;
        if better(next, best) || next.is_nan() {
            best = next;
        }
    }
    Ok(Value::number(best))
}

fn max(c: Call<'_>) -> Out<'_> {
    best(c, |next, best| next > best)
}

fn min(c: Call<'_>) -> Out<'_> {
    best(c, |next, best| next < best)
}

fn is_nan(c: Call<'_>) -> Out<'_> {
    Ok(Value::bool(c.number(0)?.is_nan()))
}

fn is_integer(c: Call<'_>) -> Out<'_> {
    // Infinity has no fraction that could be zero: it gives NaN here.
    Ok(Value::bool(c.number(0)?.fract() == 0.0))
}

fn to_fixed(c: Call<'_>) -> Out<'_> {
    let (number, digits) = (c.number(0)?, c.size(1)?);
    if digits > sox_semantics::MAX_FIXED_DIGITS {
        let most = sox_semantics::MAX_FIXED_DIGITS;
        return Err(c.value_error(format_args!("at most {most} decimals can be written")));
    }
    c.new_string(sox_semantics::to_fixed(number, digits))
}
