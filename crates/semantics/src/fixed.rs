//! Numbers with a given number of decimals.

/// Most decimals [`to_fixed`] writes.
pub const MAX_FIXED_DIGITS: usize = 100;

/// The exact value rounded to `digits` decimals (at most [`MAX_FIXED_DIGITS`]), halves away from
/// zero, always in plain notation.
///
/// ```
/// use sox_semantics::to_fixed;
/// assert_eq!(to_fixed(3.14159, 2), "3.14");
/// assert_eq!(to_fixed(2.5, 0), "3");
/// assert_eq!(to_fixed(1.005, 2), "1.00"); // the double is a little below 1.005
/// ```
pub fn to_fixed(x: f64, digits: usize) -> String {
    let digits = digits.min(MAX_FIXED_DIGITS);
    if !x.is_finite() {
        return crate::number_to_text(x);
    }
    if fraction_bits(x) != digits as i64 + 1 {
        // Not a tie, and the standard library rounds the exact value correctly.
        return format!("{x:.digits$}");
    }
    // A double with n binary decimals has exactly n decimals, the last of them a 5: a tie.
    let exact = format!("{x:.*}", digits + 1);
    round_up(exact[..exact.len() - 1].trim_end_matches('.'))
}

/// The number of binary digits after the point.
fn fraction_bits(x: f64) -> i64 {
    let bits = x.to_bits();
    let biased = (bits >> 52 & 0x7ff) as i64;
    let mantissa = bits & ((1 << 52) - 1);
    let (mantissa, exponent) =
        if biased == 0 { (mantissa, -1074) } else { (mantissa | 1 << 52, biased - 1075) };
    if mantissa == 0 { 0 } else { -(exponent + i64::from(mantissa.trailing_zeros())) }
}

/// A decimal with one added at its last digit, away from zero.
fn round_up(decimal: &str) -> String {
    let mut bytes = decimal.as_bytes().to_vec();
    for at in (0..bytes.len()).rev() {
        match bytes[at] {
            b'9' => bytes[at] = b'0',
            b'0'..=b'8' => {
                bytes[at] += 1;
                return String::from_utf8(bytes).expect("digits are ASCII");
            }
            _ => {}
        }
    }
    let first_digit = usize::from(bytes.first() == Some(&b'-'));
    bytes.insert(first_digit, b'1');
    String::from_utf8(bytes).expect("digits are ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!(to_fixed(0.5, 0), "1");
        assert_eq!(to_fixed(-0.5, 0), "-1");
        assert_eq!(to_fixed(1.5, 0), "2");
        assert_eq!(to_fixed(9.5, 0), "10");
        assert_eq!(to_fixed(-99.5, 0), "-100");
        assert_eq!(to_fixed(0.125, 2), "0.13");
        assert_eq!(to_fixed(0.375, 2), "0.38");
        assert_eq!(to_fixed(9.995_117_187_5, 9), "9.995117188");
    }

    #[test]
    fn plain_notation() {
        assert_eq!(to_fixed(2.0, 3), "2.000");
        assert_eq!(to_fixed(1e21, 1), "1000000000000000000000.0");
        assert_eq!(to_fixed(-1.239, 1), "-1.2");
        assert_eq!(to_fixed(0.0, 2), "0.00");
        assert_eq!(to_fixed(5e-324, 3), "0.000");
        assert_eq!(to_fixed(f64::NAN, 3), "nan");
    }

    proptest! {
        #[test]
        fn is_near(x in -1e6f64..1e6, digits in 0usize..12) {
            let back: f64 = to_fixed(x, digits).parse().unwrap();
            prop_assert!((back - x).abs() <= 0.5 * 10f64.powi(-(digits as i32)) + 1e-9);
        }
    }
}
