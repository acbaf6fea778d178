//! Numbers read from text: literals of the language, and `num(s)`.
//!
//! One grammar serves both: `digits`, `digits.digits`, either with an exponent `e[+-]digits`,
//! `0x` hexadecimal, `0b` binary; `_` may stand between two digits.

/// What is wrong with a number literal. Offsets are bytes from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiteralError {
    /// Digits must stand here: after a point, an exponent's `e`, `0x` or `0b`, or at the start.
    MissingDigits(usize),
    /// A `_` that does not stand between two digits.
    Separator(usize),
    /// A character that cannot be part of the number.
    Character(usize),
}

/// The value of a number literal: the nearest double (infinity beyond the largest).
///
/// ```
/// use sox_semantics::{LiteralError, parse_literal};
/// assert_eq!(parse_literal("1_000.5e-1"), Ok(100.05));
/// assert_eq!(parse_literal("0xFF"), Ok(255.0));
/// assert_eq!(parse_literal("1."), Err(LiteralError::MissingDigits(2)));
/// ```
///
/// # Errors
/// What is wrong, and where.
pub fn parse_literal(text: &str) -> Result<f64, LiteralError> {
    match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => radix(text, 16, 4),
        [b'0', b'b' | b'B', ..] => radix(text, 2, 1),
        _ => decimal(text),
    }
}

/// The number a text says, or `None`: a literal with an optional sign, with space around it
/// allowed. The words `inf` and `nan` are no numbers.
///
/// ```
/// use sox_semantics::text_to_number;
/// assert_eq!(text_to_number(" -2.5 "), Some(-2.5));
/// assert_eq!(text_to_number("0x10"), Some(16.0));
/// assert_eq!(text_to_number("12abc"), None);
/// assert_eq!(text_to_number("inf"), None);
/// ```
pub fn text_to_number(text: &str) -> Option<f64> {
    let text = text.trim();
    match text.strip_prefix('-') {
        Some(rest) => parse_literal(rest).ok().map(|x| -x),
        None => parse_literal(text.strip_prefix('+').unwrap_or(text)).ok(),
    }
}

/// Steps over digits of the radix with separators from `at` on; gives the offset after them.
fn digits(text: &[u8], mut at: usize, radix: u32) -> Result<usize, LiteralError> {
    let is_digit = |at: usize| text.get(at).is_some_and(|&b| char::from(b).is_digit(radix));
    if !is_digit(at) {
        return Err(match text.get(at) {
            Some(b'_') => LiteralError::Separator(at),
            _ => LiteralError::MissingDigits(at),
        });
    }
    loop {
        if is_digit(at) {
            at += 1;
        } else if text.get(at) == Some(&b'_') {
            if !is_digit(at + 1) {
                return Err(LiteralError::Separator(at));
            }
            at += 1;
        } else {
            return Ok(at);
        }
    }
}

fn decimal(text: &str) -> Result<f64, LiteralError> {
    let bytes = text.as_bytes();
    let mut at = digits(bytes, 0, 10)?;
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at + 1, 10)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = digits(bytes, at + 1 + sign, 10)?;
    }
    if at < bytes.len() {
        return Err(LiteralError::Character(at));
    }
    let parsed = if text.contains('_') { text.replace('_', "").parse() } else { text.parse() };
    Ok(parsed.expect("the grammar is a part of what the standard library reads"))
}

/// A literal in a radix of 2^`bits`, rounded to the nearest double, ties to even.
fn radix(text: &str, radix: u32, bits: i32) -> Result<f64, LiteralError> {
    let end = digits(text.as_bytes(), 2, radix)?;
    if end < text.len() {
        return Err(LiteralError::Character(end));
    }
    let (mut value, mut dropped, mut sticky) = (0u128, 0i32, false);
    for digit in text[2..].chars().filter_map(|c| c.to_digit(radix)) {
        if value >> 120 == 0 {
            value = value << bits | u128::from(digit);
        } else {
            // Far below the last bit that counts: only whether anything was there matters.
            dropped = dropped.saturating_add(bits);
            sticky |= digit != 0;
        }
    }
    let rounded = (value | u128::from(sticky)) as f64;
    Ok(if dropped == 0 { rounded } else { libm::scalbn(rounded, dropped) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for (text, value) in [
            ("0", 0.0),
            ("007", 7.0),
            ("1.5", 1.5),
            ("1e9", 1e9),
            ("1E-3", 1e-3),
            ("2.5e+7", 2.5e7),
            ("1_000", 1000.0),
            ("1.2_5", 1.25),
            ("1e1_0", 1e10),
            ("0xdead_BEEF", 3_735_928_559.0),
            ("0b1010_0101", 165.0),
            ("1e999", f64::INFINITY),
            ("4.9e-324", 5e-324),
        ] {
            assert_eq!(parse_literal(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn faults() {
        use LiteralError::*;
        for (text, error) in [
            ("", MissingDigits(0)),
            (".5", MissingDigits(0)),
            ("1.", MissingDigits(2)),
            ("1.e5", MissingDigits(2)),
            ("1e", MissingDigits(2)),
            ("1e+", MissingDigits(3)),
            ("0x", MissingDigits(2)),
            ("0b2", MissingDigits(2)),
            ("0b12", Character(3)),
            ("1__0", Separator(1)),
            ("1_", Separator(1)),
            ("0x_1", Separator(2)),
            ("1._5", Separator(2)),
            ("12a", Character(2)),
            ("1.5.2", Character(3)),
        ] {
            assert_eq!(parse_literal(text), Err(error), "{text}");
        }
    }

    #[test]
    fn long_hexadecimal_rounds_to_even() {
        assert_eq!(parse_literal("0x20000000000001"), Ok(9_007_199_254_740_992.0));
        assert_eq!(parse_literal("0x20000000000003"), Ok(9_007_199_254_740_996.0));
        assert_eq!(parse_literal(&format!("0x1{}", "0".repeat(64))), Ok(2f64.powi(256)));
        // Just above a tie, by one bit far behind.
        let tie = format!("0x20000000000001{}1", "0".repeat(60));
        assert_eq!(parse_literal(&tie), Ok(9_007_199_254_740_994.0 * 2f64.powi(244)));
        assert_eq!(parse_literal(&format!("0x{}", "f".repeat(400))), Ok(f64::INFINITY));
    }

    #[test]
    fn texts() {
        assert_eq!(text_to_number("+7"), Some(7.0));
        assert_eq!(text_to_number("\t1e3\n"), Some(1000.0));
        assert_eq!(text_to_number("-0").map(f64::to_bits), Some((-0.0f64).to_bits()));
        assert_eq!(text_to_number("-0b11"), Some(-3.0));
        for text in ["", " ", "-", "- 1", "--1", "+-1", "1 2", "nan", "infinity", "1,5", "１"] {
            assert_eq!(text_to_number(text), None, "{text}");
        }
    }
}
