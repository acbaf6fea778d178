//! Strength reduction: cheaper instructions for products and quotients with a number.
//!
//! A product with a power of two is a shift. A quotient by a number is the high half of a product
//! with the number's reciprocal, scaled by a power of two and rounded up so that the result is right
//! for every dividend (Granlund and Montgomery, "Division by Invariant Integers using
//! Multiplication", 1994; the search for the smallest such reciprocal as in Warren, "Hacker's
//! Delight", chapter 10). Powers of two need shifts only: signed ones first add what rounds
//! towards zero. A remainder is the dividend less the product of quotient and divisor.
//!
//! A zero divisor is left alone: the program ends there.

use super::ssa::{Cfg, Def, NONE, Ssa};
use crate::ir::{Class, Cond, Inst, Name, Op, Operand};

/// Reduces the instructions of all blocks.
pub(super) fn run(ssa: &mut Ssa, cfg: &Cfg) {
    for &block in &cfg.order {
        let mut node = ssa.blocks[block as usize].first;
        while node != NONE {
            let next = ssa.nodes[node as usize].next;
            let inst = ssa.nodes[node as usize].inst;
            if matches!(inst.op, Op::Mul | Op::Udiv | Op::Urem | Op::Sdiv | Op::Srem) {
                reduce(ssa, node, inst);
            }
            node = next;
        }
    }
}

fn reduce(ssa: &mut Ssa, node: u32, inst: Inst) {
    let [_, mut a, mut b, _] = inst.operands;
    if inst.op == Op::Mul && ssa.bits(a).is_some() {
        std::mem::swap(&mut a, &mut b);
    }
    let Some(number) = ssa.bits(b) else { return };
    if number == 0 || ssa.bits(a).is_some() {
        return;
    }
    let mut at = At { ssa, node };
    match inst.op {
        Op::Mul if number.is_power_of_two() => {
            at.finish(Op::Shl, a, number.trailing_zeros().into())
        }
        Op::Mul => {}
        Op::Udiv if number.is_power_of_two() => {
            at.finish(Op::Shr, a, number.trailing_zeros().into());
        }
        Op::Urem if number.is_power_of_two() => at.finish(Op::And, a, number - 1),
        Op::Udiv => {
            let quotient = at.unsigned_quotient(a, number);
            at.finish(Op::Add, quotient, 0);
        }
        Op::Urem => {
            let quotient = at.unsigned_quotient(a, number);
            at.remainder(a, quotient, number);
        }
        Op::Sdiv => {
            let quotient = at.signed_quotient(a, number as i64);
            at.finish(Op::Add, quotient, 0);
        }
        _ => {
            let quotient = at.signed_quotient(a, number as i64);
            at.remainder(a, quotient, number);
        }
    }
}

/// Instructions being put in before one, which gets the result.
struct At<'a> {
    ssa: &'a mut Ssa,
    node: u32,
}

impl At<'_> {
    fn push(&mut self, op: Op, cond: Cond, a: Operand, b: Operand) -> Operand {
        let value = Operand::Reg(self.ssa.value(Class::I64, Name(NONE), Def::Inst(NONE)));
        self.ssa.insert_before(self.node, Inst::with_cond(op, cond, &[value, a, b]));
        value
    }

    fn with(&mut self, op: Op, a: Operand, number: u64) -> Operand {
        let number = self.ssa.int(number);
        self.push(op, Cond::Eq, a, number)
    }

    /// Makes the instruction itself something else.
    fn finish(&mut self, op: Op, a: Operand, number: u64) {
        let number = self.ssa.int(number);
        let result = self.ssa.nodes[self.node as usize].inst.operands[0];
        self.ssa.nodes[self.node as usize].inst = Inst::new(op, &[result, a, number]);
    }

    fn remainder(&mut self, a: Operand, quotient: Operand, divisor: u64) {
        let product = match divisor.is_power_of_two() {
            true => self.with(Op::Shl, quotient, divisor.trailing_zeros().into()),
            false => self.with(Op::Mul, quotient, divisor),
        };
        let result = self.ssa.nodes[self.node as usize].inst.operands[0];
        self.ssa.nodes[self.node as usize].inst = Inst::new(Op::Sub, &[result, a, product]);
    }

    /// The quotient by a number that is no power of two.
    fn unsigned_quotient(&mut self, a: Operand, divisor: u64) -> Operand {
        let (factor, shift, wide) = unsigned_reciprocal(divisor);
        let factor = self.ssa.int(factor);
        if !wide {
            let high = self.push(Op::Umulh, Cond::Eq, a, factor);
            return self.with(Op::Shr, high, shift.into());
        }
        if divisor.is_multiple_of(2) {
            // The dividend can be halved first, which makes room for the reciprocal's highest bit.
            let zeros = divisor.trailing_zeros();
            let half = self.with(Op::Shr, a, zeros.into());
            let odd = divisor >> zeros;
            // Of a dividend below 2^(64 - zeros).
            let (factor, shift) = narrow_reciprocal(odd, 64 - zeros);
            let factor = self.ssa.int(factor);
            let high = self.push(Op::Umulh, Cond::Eq, half, factor);
            return self.with(Op::Shr, high, shift.into());
        }
        // The reciprocal has 65 bits: the sum of the dividend and the high half is halved before
        // it overflows.
        let high = self.push(Op::Umulh, Cond::Eq, a, factor);
        let rest = self.push(Op::Sub, Cond::Eq, a, high);
        let rest = self.with(Op::Shr, rest, 1);
        let sum = self.push(Op::Add, Cond::Eq, rest, high);
        self.with(Op::Shr, sum, u64::from(shift) - 1)
    }

    /// The quotient by a number other than zero.
    fn signed_quotient(&mut self, a: Operand, divisor: i64) -> Operand {
        let size = divisor.unsigned_abs();
        if size == 1 << 63 {
            // Only the least number is as large.
            let least = self.ssa.int(size);
            return self.push(Op::Set, Cond::Eq, a, least);
        }
        let quotient = match size {
            1 => a,
            _ if size.is_power_of_two() => {
                // Negative dividends are rounded up: by adding the divisor less one.
                let zeros = size.trailing_zeros();
                let sign = self.with(Op::Sar, a, 63);
                let more = self.with(Op::Shr, sign, u64::from(64 - zeros));
                let sum = self.push(Op::Add, Cond::Eq, a, more);
                self.with(Op::Sar, sum, zeros.into())
            }
            _ => {
                let (factor, shift) = signed_reciprocal(size);
                let number = self.ssa.int(factor as u64);
                let mut high = self.push(Op::Smulh, Cond::Eq, a, number);
                if factor < 0 {
                    // As a number without sign it is larger by 2^64.
                    high = self.push(Op::Add, Cond::Eq, high, a);
                }
                let high = self.with(Op::Sar, high, shift.into());
                let negative = self.with(Op::Shr, a, 63);
                self.push(Op::Add, Cond::Eq, high, negative)
            }
        };
        if divisor > 0 {
            return quotient;
        }
        let zero = self.ssa.int(0);
        self.push(Op::Sub, Cond::Eq, zero, quotient)
    }
}

/// The low 64 bits of the factor of which the high half of the product, shifted to the right, is the
/// quotient by a number that is no power of two; and whether the factor has a 65th bit.
fn unsigned_reciprocal(divisor: u64) -> (u64, u32, bool) {
    // 2^(64 + shift) / divisor, rounded up, is exact enough if it exceeds the quotient by at most
    // 2^shift.
    let d = u128::from(divisor);
    let most = 64 - divisor.leading_zeros();
    for shift in 0..most {
        let power = 1u128 << (64 + shift);
        let factor = power.div_ceil(d);
        if factor * d - power <= 1 << shift && factor >> 64 == 0 {
            return (factor as u64, shift, false);
        }
    }
    // With as many bits as the divisor has it always is, but needs 65.
    let (quotient, rest) = divide_power(64 + most, divisor);
    let factor = quotient + u128::from(rest != 0);
    (factor as u64, most, true)
}

/// The same for dividends of fewer bits, where the factor has at most 64.
fn narrow_reciprocal(divisor: u64, bits: u32) -> (u64, u32) {
    let d = u128::from(divisor);
    for shift in 0..64 {
        let Some(power) = 1u128.checked_shl(64 + shift) else { break };
        let factor = power.div_ceil(d);
        if factor >> 64 == 0 && factor * d - power <= 1 << (64 + shift - bits) {
            return (factor as u64, shift);
        }
    }
    unreachable!("a dividend of fewer than 64 bits always has one")
}

/// 2^power / divisor and the remainder, for powers up to 128.
fn divide_power(power: u32, divisor: u64) -> (u128, u128) {
    let d = u128::from(divisor);
    if power < 128 {
        return ((1 << power) / d, (1 << power) % d);
    }
    // 2^128 - 1 has the same quotient, as the divisor is no power of two.
    (u128::MAX / d, u128::MAX % d + 1)
}

/// The factor, as a signed number, and the shift for a signed dividend and a divisor above 2.
fn signed_reciprocal(divisor: u64) -> (i64, u32) {
    let d = u128::from(divisor);
    // The smallest shift for which the error stays below 1 / divisor for dividends below 2^63.
    for shift in 0..64 {
        let power = 1u128 << (64 + shift);
        let factor = power / d + 1;
        if factor * d - power <= 1 << (shift + 1) {
            return (factor as i64, shift);
        }
    }
    unreachable!("64 bits are always enough")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: [u64; 14] = [
        0,
        1,
        2,
        6,
        7,
        100,
        (1 << 32) - 1,
        (1 << 32) + 7,
        (1 << 63) - 1,
        1 << 63,
        (1 << 63) + 1,
        u64::MAX - 1,
        u64::MAX,
        0x5555_5555_5555_5555,
    ];

    fn umulh(a: u64, b: u64) -> u64 {
        ((u128::from(a) * u128::from(b)) >> 64) as u64
    }

    #[test]
    fn products_with_reciprocals_are_quotients() {
        let divisors = (3..2000).chain(NUMBERS).chain(NUMBERS.map(|n| n / 3));
        for d in divisors.filter(|&d| d > 2 && !d.is_power_of_two()) {
            // Around multiples of the divisor it is tight.
            let around = |n: u64| [n - n % d, (n - n % d).wrapping_sub(1), n];
            for x in NUMBERS.into_iter().flat_map(around) {
                let (factor, shift, wide) = unsigned_reciprocal(d);
                let high = umulh(x, factor);
                let found = match wide {
                    false => high >> shift,
                    true => (((x - high) >> 1) + high) >> (shift - 1),
                };
                assert_eq!(found, x / d, "{x} / {d}");
                let (zeros, odd) = (d.trailing_zeros(), d >> d.trailing_zeros());
                if zeros > 0 {
                    let (factor, shift) = narrow_reciprocal(odd, 64 - zeros);
                    assert_eq!(umulh(x >> zeros, factor) >> shift, x / d, "{x} / {d}");
                }
                if d < 1 << 63 {
                    let (factor, shift) = signed_reciprocal(d);
                    let (x, d) = (x as i64, d as i64);
                    let high = ((i128::from(x) * i128::from(factor)) >> 64) as i64;
                    let high = if factor < 0 { high.wrapping_add(x) } else { high };
                    assert_eq!((high >> shift) + i64::from(x < 0), x / d, "{x} / {d}");
                }
            }
        }
    }
}
