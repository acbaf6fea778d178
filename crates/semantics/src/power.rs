//! Powers with whole exponents, correctly rounded.
//!
//! `libm::pow` is right to less than one unit in the last place, which shows where the exact result is
//! known: 5^42 came out one unit below the nearest double. Here the power is computed by squaring with
//! 128 bits of mantissa, in whole numbers, so that every target gives the same. Powers of up to 128
//! bits are exact, and so are all that lie in the middle of two doubles, as these have 54 bits. Others
//! are cut off: with an exponent of n by less than 2n units of 128 bits. So for the exponents taken here
//! the result is the nearest double, unless the power is nearer to the middle of two than 2^-40 of their
//! distance.

use std::num::FpCategory;

/// The largest exponent, of either sign, that is taken.
const MOST: f64 = (1u64 << 31) as f64;

/// Bits of a double's mantissa, the hidden one included.
const MANTISSA: u32 = f64::MANTISSA_DIGITS;

/// Exponents of the smallest and the largest normal double.
const EXPONENTS: (i64, i64) = (-1022, 1023);

/// `x` to the power `y`; nothing if `y` is no whole number, or too large, or `x` is zero, infinite or NaN.
pub(crate) fn power(x: f64, y: f64) -> Option<f64> {
    let finite = matches!(x.classify(), FpCategory::Normal | FpCategory::Subnormal);
    if !finite || y.abs() > MOST || y != y.trunc() {
        return None;
    }
    if y == 2.0 {
        return Some(x * x);
    }
    let count = y.abs() as u64;
    let power = Scaled::of(x.abs()).power(count);
    let power = if y < 0.0 { power.reciprocal() } else { power };
    let negative = x < 0.0 && count % 2 == 1;
    Some(if negative { -power.round() } else { power.round() })
}

/// A positive number: `mantissa`, whose highest bit is set, times 2^`exponent`; if it is not `exact`, the
/// number is a little larger than that.
#[derive(Clone, Copy)]
struct Scaled {
    mantissa: u128,
    exponent: i64,
    exact: bool,
}

impl Scaled {
    const ONE: Scaled = Scaled { mantissa: 1 << 127, exponent: -127, exact: true };

    /// The number that a positive double is.
    fn of(x: f64) -> Scaled {
        let bits = x.to_bits();
        let (biased, fraction) = (bits >> (MANTISSA - 1), bits & ((1 << (MANTISSA - 1)) - 1));
        let hidden = u64::from(biased != 0) << (MANTISSA - 1);
        let mantissa = u128::from(fraction | hidden);
        let shift = mantissa.leading_zeros();
        let exponent = biased.max(1) as i64 - 1023 - i64::from(MANTISSA - 1) - i64::from(shift);
        Scaled { mantissa: mantissa << shift, exponent, exact: true }
    }

    fn power(self, count: u64) -> Scaled {
        let Some(highest) = count.checked_ilog2() else { return Scaled::ONE };
        let mut result = self;
        for bit in (0..highest).rev() {
            result = result.times(result);
            if count >> bit & 1 == 1 {
                result = result.times(self);
            }
        }
        result
    }

    fn times(self, other: Scaled) -> Scaled {
        let (high, low) = product(self.mantissa, other.mantissa);
        // The product of two mantissas has 255 or 256 bits.
        let shift = high.leading_zeros();
        let mantissa = if shift == 0 { high } else { high << 1 | low >> 127 };
        Scaled {
            mantissa,
            exponent: self.exponent + other.exponent + 128 - i64::from(shift),
            exact: self.exact && other.exact && low << shift == 0,
        }
    }

    fn reciprocal(self) -> Scaled {
        const ONE: u128 = Scaled::ONE.mantissa;
        if self.mantissa == ONE {
            return Scaled { exponent: -254 - self.exponent, ..self };
        }
        // 64 bits of 2^191 divided by the mantissa. Divided by its upper half alone it is too large, by at most 2
        // (Knuth, The Art of Computer Programming, section 4.3.1, theorem B).
        let mut quotient = ONE / (self.mantissa >> 64);
        while product(self.mantissa, quotient) > (1 << 63, 0) {
            quotient -= 1;
        }
        Scaled { mantissa: quotient << 64, exponent: -255 - self.exponent, exact: false }
    }

    /// The nearest double; of two, the even one.
    fn round(self) -> f64 {
        let leading = self.exponent + 127;
        if leading > EXPONENTS.1 {
            return f64::INFINITY;
        }
        // Subnormal numbers have fewer bits.
        let missing = (EXPONENTS.0 - leading).max(0);
        let drop = i64::from(u128::BITS - MANTISSA) + missing;
        if drop > 128 {
            return 0.0;
        }
        let kept = self.mantissa.checked_shr(drop as u32).unwrap_or(0) as u64;
        let rest = self.mantissa << (128 - drop);
        let half = 1 << 127;
        let up = rest > half || rest == half && (!self.exact || kept % 2 == 1);
        // The hidden bit, and a carry out of the mantissa, count as one more in the exponent.
        let biased = (leading.max(EXPONENTS.0) - EXPONENTS.0) as u64;
        f64::from_bits((biased << (MANTISSA - 1)) + kept + u64::from(up))
    }
}

/// The high and the low half of a product.
fn product(a: u128, b: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (a1, a0, b1, b0) = (a >> 64, a & LOW, b >> 64, b & LOW);
    let (low, cross, other, high) = (a0 * b0, a1 * b0, a0 * b1, a1 * b1);
    let middle = (low >> 64) + (cross & LOW) + (other & LOW);
    (high + (cross >> 64) + (other >> 64) + (middle >> 64), middle << 64 | low & LOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digits of a product with a small number, the lowest digit first.
    fn times(digits: &mut Vec<u32>, by: &[u32]) {
        let mut product = vec![0; digits.len() + by.len()];
        for (at, a) in digits.iter().enumerate() {
            let mut carry = 0;
            for (place, b) in product[at..].iter_mut().zip(by.iter().chain(std::iter::repeat(&0))) {
                let sum = *place + a * b + carry;
                (*place, carry) = (sum % 10, sum / 10);
            }
        }
        while product.last() == Some(&0) {
            product.pop();
        }
        *digits = product;
    }

    /// What Rust reads from all digits of the exact power: the nearest double.
    fn exact(x: f64, count: u32) -> f64 {
        let text = format!("{x:.1074}");
        let (whole, fraction) = text.split_once('.').unwrap();
        let fraction = fraction.trim_end_matches('0');
        let by: Vec<u32> = format!("{whole}{fraction}")
            .bytes()
            .rev()
            .map(|digit| u32::from(digit - b'0'))
            .collect();
        let mut digits = vec![1];
        for _ in 0..count {
            times(&mut digits, &by);
        }
        let digits: String = digits.iter().rev().map(u32::to_string).collect();
        format!("{digits}e-{}", fraction.len() * count as usize).parse().unwrap()
    }

    #[track_caller]
    fn check(x: f64, y: f64, expected: f64) {
        assert_eq!(power(x, y).map(f64::to_bits), Some(expected.to_bits()), "{x} to the power {y}");
    }

    #[test]
    fn powers_are_the_nearest_doubles() {
        assert_eq!(power(5.0, 42.0), Some(227373675443232059478759765625.0));
        for base in 2..=40u32 {
            let mut digits = vec![1];
            let by: Vec<u32> =
                base.to_string().bytes().rev().map(|d| u32::from(d - b'0')).collect();
            for count in 0..=330u32 {
                let text: String = digits.iter().rev().map(u32::to_string).collect();
                let expected: f64 = text.parse().unwrap();
                check(base.into(), count.into(), expected);
                let sign = if count % 2 == 1 { -1.0 } else { 1.0 };
                check(-f64::from(base), count.into(), sign * expected);
                times(&mut digits, &by);
            }
        }
    }

    #[test]
    fn powers_of_fractions_are_the_nearest_doubles() {
        let bases =
            [0.1, 0.5, 0.75, 1.5, 1.0000000000000002, 0.9999999999999999, 3.3, 1e-5, 12345.678];
        for base in bases {
            for count in [1, 2, 3, 4, 5, 7, 10, 17, 30] {
                check(base, count.into(), exact(base, count));
            }
        }
    }

    /// 1/5^n is 2^n/10^n, 1/2^n is 5^n/10^n, 1/20^n is 5^n/100^n.
    #[test]
    fn reciprocals_are_the_nearest_doubles() {
        for (base, twin, tens) in
            [(5.0, 2, 1), (2.0, 5, 1), (20.0, 5, 2), (10.0, 1, 1), (25.0, 4, 2)]
        {
            let mut digits = vec![1];
            for count in 0..=360 {
                let text: String = digits.iter().rev().map(u32::to_string).collect();
                let expected = format!("{text}e-{}", tens * count).parse().unwrap();
                check(base, -f64::from(count), expected);
                times(&mut digits, &[twin]);
            }
        }
        check(2.0, -1074.0, 5e-324);
        check(2.0, -1075.0, 0.0);
    }

    #[test]
    fn the_ends_of_the_range() {
        check(2.0, 1023.0, 2f64.powi(1023));
        check(2.0, 1024.0, f64::INFINITY);
        check(-2.0, 1025.0, f64::NEG_INFINITY);
        check(f64::MAX, 1.0, f64::MAX);
        check(f64::MAX, -1.0, 1.0 / f64::MAX);
        check(f64::MIN_POSITIVE, 1.0, f64::MIN_POSITIVE);
        check(5e-324, 1.0, 5e-324);
        check(5e-324, -1.0, f64::INFINITY);
        check(-5e-324, 3.0, -0.0);
        check(3.0, 2147483648.0, f64::INFINITY);
        check(3.0, -2147483648.0, 0.0);
        for (x, y) in [(0.0, 2.0), (f64::NAN, 2.0), (f64::INFINITY, -1.0), (2.0, 0.5), (2.0, 1e10)]
        {
            assert_eq!(power(x, y), None, "{x} to the power {y}");
        }
        assert_eq!(power(2.0, f64::NAN), None);
    }

    /// Single powers and reciprocals are what multiplication and division give.
    #[test]
    fn squares_and_reciprocals_of_random_numbers() {
        let mut state = 1u64;
        for _ in 0..100_000 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let x = f64::from_bits(state ^ state >> 29);
            if x.is_finite() && x != 0.0 {
                check(x, 1.0, x);
                check(x, 2.0, x * x);
                check(x, -1.0, 1.0 / x);
            }
        }
    }
}
