//! 32-bit operations. Operands are taken modulo 2^32; results are signed, those of `shr` unsigned.

use crate::call::{Call, Out};
use crate::row::{Row, rows};
use sox_runtime::{Fault, Value};

pub(crate) const GLOBALS: &[Row] = rows! {
    "@bit_band" (2, 2) leaf band;
    "@bit_bor" (2, 2) leaf bor;
    "@bit_bxor" (2, 2) leaf bxor;
    "@bit_bnot" (1, 1) leaf bnot;
    "@bit_shl" (2, 2) leaf shl;
    "@bit_shr" (2, 2) leaf shr;
    "@bit_sar" (2, 2) leaf sar;
};

fn int(c: Call<'_>, index: usize) -> Result<i32, Fault> {
    c.number(index).map(sox_semantics::to_int32)
}

fn give<'h>(result: i32) -> Out<'h> {
    Ok(Value::number(f64::from(result)))
}

fn band(c: Call<'_>) -> Out<'_> {
    give(int(c, 0)? & int(c, 1)?)
}

fn bor(c: Call<'_>) -> Out<'_> {
    give(int(c, 0)? | int(c, 1)?)
}

fn bxor(c: Call<'_>) -> Out<'_> {
    give(int(c, 0)? ^ int(c, 1)?)
}

fn bnot(c: Call<'_>) -> Out<'_> {
    give(!int(c, 0)?)
}

/// How far to shift: `None` if everything is shifted out.
fn distance(c: Call<'_>) -> Result<Option<u32>, Fault> {
    let distance = c.whole(1)?;
    if distance < 0.0 {
        return Err(c.value_error("the distance must not be below 0"));
    }
    Ok((distance < 32.0).then_some(distance as u32))
}

fn shl(c: Call<'_>) -> Out<'_> {
    let x = int(c, 0)?;
    give(distance(c)?.map_or(0, |by| x << by))
}

/// Shifts zeros in from the left.
fn shr(c: Call<'_>) -> Out<'_> {
    let x = sox_semantics::to_uint32(c.number(0)?);
    Ok(Value::number(f64::from(distance(c)?.map_or(0, |by| x >> by))))
}

/// Shifts copies of the sign in from the left.
fn sar(c: Call<'_>) -> Out<'_> {
    let x = int(c, 0)?;
    give(x >> distance(c)?.unwrap_or(31))
}
