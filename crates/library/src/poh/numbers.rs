//! Numbers, chance and time.

use super::{needs, number, runtime_error};
use crate::call::{Call, Out};
use crate::row::{Row, rows};
use sox_runtime::Value;

pub(crate) const GLOBALS: &[Row] = rows! {
    "poh.absolute" (1, 1) leaf absolute;
    "poh.round" (1, 1) leaf round;
    "poh.round_down" (1, 1) leaf round_down as Floor;
    "poh.round_up" (1, 1) leaf round_up;
    "poh.power" (2, 2) leaf power;
    "poh.random" (2, 2) leaf random;
    "poh.now" (0, 0) leaf now;
    "poh.times" (1, 1) leaf times;
};

fn absolute(c: Call<'_>) -> Out<'_> {
    Ok(Value::number(number(c, 0, "absolute value of")?.abs()))
}

/// To the nearest whole number, halves away from zero.
fn round(c: Call<'_>) -> Out<'_> {
    Ok(Value::number(sox_semantics::round(number(c, 0, "round")?)))
}

fn round_down(c: Call<'_>) -> Out<'_> {
    Ok(Value::number(number(c, 0, "round down")?.floor()))
}

fn round_up(c: Call<'_>) -> Out<'_> {
    Ok(Value::number(number(c, 0, "round up")?.ceil()))
}

fn power(c: Call<'_>) -> Out<'_> {
    let phrase = "to the power of";
    let (base, exponent) = (number(c, 0, phrase)?, number(c, 1, phrase)?);
    Ok(Value::number(sox_semantics::math::pow(base, exponent)))
}

/// A whole number between two others, both included.
fn random(c: Call<'_>) -> Out<'_> {
    let phrase = "random number from";
    let (low, high) = (number(c, 0, phrase)?, number(c, 1, phrase)?);
    if low > high {
        return Err(runtime_error("random number from: the first number is above the second."));
    }
    crate::random::int(c)
}

/// Seconds since the beginning of 1970.
fn now(c: Call<'_>) -> Out<'_> {
    crate::time::now(c)
}

/// How often `Repeat` repeats.
fn times(c: Call<'_>) -> Out<'_> {
    match c.get(0).as_number() {
        Some(_) => Ok(c.get(0)),
        None => Err(needs("Repeat", "a number before times", c.get(0))),
    }
}
