//! Arithmetic beyond what the processor does alone, and conversions to integers.

use std::cmp::Ordering;

/// Integers up to here are exact in a double.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// `a % b` as C's `fmod` gives it: exact, with the sign of the dividend; NaN when `b` is zero or
/// `a` is infinite.
///
/// ```
/// use sox_semantics::remainder;
/// assert_eq!(remainder(7.0, 3.0), 1.0);
/// assert_eq!(remainder(-7.5, 2.0), -1.5);
/// assert!(remainder(1.0, 0.0).is_nan());
/// ```
#[inline]
pub fn remainder(a: f64, b: f64) -> f64 {
    // Most remainders in programs are of whole numbers, where integer division is much faster.
    // A negative zero must stay one, so only positively signed dividends go this way.
    if a.is_sign_positive() && b > 0.0 && a <= MAX_EXACT && b <= MAX_EXACT {
        let (i, j) = (a as u64, b as u64);
        if i as f64 == a && j as f64 == b {
            return (i % j) as f64;
        }
    }
    a % b
}

/// The nearest whole number, halves away from zero.
///
/// ```
/// assert_eq!(sox_semantics::round(2.5), 3.0);
/// assert_eq!(sox_semantics::round(-2.5), -3.0);
/// ```
#[inline]
pub fn round(x: f64) -> f64 {
    x.round()
}

/// The number modulo 2^32 after dropping its fraction; NaN and infinities give 0.
///
/// ```
/// assert_eq!(sox_semantics::to_uint32(-1.0), 4_294_967_295);
/// assert_eq!(sox_semantics::to_uint32(4_294_967_296.0 + 5.0), 5);
/// ```
#[inline]
pub fn to_uint32(x: f64) -> u32 {
    if x.abs() < 9.2e18 {
        // The low 32 bits of the two's complement are the value modulo 2^32.
        return x as i64 as u32;
    }
    if !x.is_finite() {
        return 0;
    }
    let modulo = x.trunc() % 4_294_967_296.0;
    modulo as i64 as u32
}

/// [`to_uint32`] read as a signed number: the operand of the 32-bit operations.
///
/// ```
/// assert_eq!(sox_semantics::to_int32(4_294_967_295.0), -1);
/// ```
#[inline]
pub fn to_int32(x: f64) -> i32 {
    to_uint32(x) as i32
}

/// The exit status a number stands for: truncated, modulo 256; 70 for what is not a finite number.
///
/// ```
/// use sox_semantics::exit_status;
/// assert_eq!(exit_status(3.9), 3);
/// assert_eq!(exit_status(-1.0), 255);
/// assert_eq!(exit_status(f64::NAN), 70);
/// ```
pub fn exit_status(x: f64) -> u8 {
    if !x.is_finite() {
        return 70;
    }
    x.trunc().rem_euclid(256.0) as u8
}

/// A total order for sorting: by value, the two zeros equal, NaN after everything.
///
/// ```
/// use std::cmp::Ordering;
/// assert_eq!(sox_semantics::sort_order(f64::NAN, f64::INFINITY), Ordering::Greater);
/// assert_eq!(sox_semantics::sort_order(-0.0, 0.0), Ordering::Equal);
/// ```
#[inline]
pub fn sort_order(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn remainder_keeps_the_sign_of_the_dividend() {
        assert_eq!(remainder(-4.0, 2.0).to_bits(), (-0.0f64).to_bits());
        assert_eq!(remainder(4.0, -2.0).to_bits(), 0.0f64.to_bits());
        assert_eq!(remainder(-0.0, 3.0).to_bits(), (-0.0f64).to_bits());
        assert_eq!(remainder(5.0, f64::INFINITY), 5.0);
        assert!(remainder(f64::INFINITY, 5.0).is_nan());
    }

    #[test]
    fn large_numbers_wrap() {
        assert_eq!(to_uint32(1e300), (1e300 % 4_294_967_296.0) as u32);
        assert_eq!(to_uint32(-1e19), (4_294_967_296.0 - 1e19 % 4_294_967_296.0) as u32);
        assert_eq!(to_int32(2_147_483_648.0), i32::MIN);
        assert_eq!(to_int32(-2_147_483_649.0), i32::MAX);
        assert_eq!(to_int32(f64::NAN), 0);
        assert_eq!(exit_status(256.0), 0);
        assert_eq!(exit_status(f64::INFINITY), 70);
        assert_eq!(exit_status(1e300), 0);
    }

    proptest! {
        #[test]
        fn remainder_is_fmod(a in any::<u64>(), b in any::<u64>()) {
            let (a, b) = (f64::from_bits(a), f64::from_bits(b));
            let (got, want) = (remainder(a, b), libm::fmod(a, b));
            prop_assert!(got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan());
        }

        #[test]
        fn remainder_of_whole_numbers_is_fmod(a in -1000i64..1 << 54, b in -1000i64..1 << 54) {
            let (a, b) = (a as f64, b as f64);
            let (got, want) = (remainder(a, b), libm::fmod(a, b));
            prop_assert!(got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan());
        }
    }
}
