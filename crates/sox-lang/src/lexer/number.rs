//! Number literals.

use super::{Lexer, is_word_byte, scan};
use crate::codes;
use crate::token::TokenKind;

/// The end of a number of a few digits and nothing else, as nearly all numbers are.
#[inline]
pub(super) fn small_end(bytes: &[u8], start: usize) -> Option<usize> {
    let count = scan::digits(scan::lanes(bytes, start)?);
    let next = *bytes.get(start + count)?;
    (count < scan::LANES && !is_word_byte(next) && next != b'.').then_some(start + count)
}

impl Lexer<'_> {
    /// A number. Its form is checked here; [`parse_number`] gives its value.
    pub(super) fn number(&mut self) {
        let start = self.at;
        let well_formed = match (self.peek(0), self.peek(1)) {
            (b'0', b'x' | b'X') => self.digits_after_prefix(|byte| byte.is_ascii_hexdigit()),
            (b'0', b'b' | b'B') => self.digits_after_prefix(|byte| matches!(byte, b'0' | b'1')),
            _ => self.decimal(),
        };
        // `12abc` and `0b12` are one mistake, not a number and a name.
        let end = self.at;
        self.skip_word_bytes();
        if well_formed && self.at == end && self.bytes[end - 1] != b'_' {
            self.push(TokenKind::Number, start, self.line);
            return;
        }
        let text = &self.text[start..self.at];
        let span = self.span_from(start);
        self.reports
            .error(&codes::BAD_NUMBER, span, format!("Invalid number '{text}'."))
            .help
            .push("numbers look like 12, 1.5, 1e9, 0xff, 0b101 or 1_000_000".into());
        self.push(TokenKind::Error, start, self.line);
    }

    fn digits_after_prefix(&mut self, is_digit: fn(u8) -> bool) -> bool {
        self.at += 2;
        is_digit(self.peek(0)) && {
            self.skip_digits(is_digit);
            true
        }
    }

    fn skip_digits(&mut self, is_digit: fn(u8) -> bool) {
        while is_digit(self.peek(0)) || self.peek(0) == b'_' {
            self.at += 1;
        }
    }

    /// Digits, perhaps a fraction with digits, perhaps an exponent with digits.
    fn decimal(&mut self) -> bool {
        let is_digit: fn(u8) -> bool = |byte| byte.is_ascii_digit();
        self.skip_digits(is_digit);
        if self.peek(0) == b'.' && is_digit(self.peek(1)) {
            self.at += 1;
            self.skip_digits(is_digit);
        }
        if matches!(self.peek(0), b'e' | b'E') {
            self.at += if matches!(self.peek(1), b'+' | b'-') { 2 } else { 1 };
            if !is_digit(self.peek(0)) {
                return false;
            }
            self.skip_digits(is_digit);
        }
        true
    }
}

/// The value of a well-formed number.
///
/// Decimal numbers round to the nearest double, as the standard library does it; hexadecimal and
/// binary ones too, as long as they fit 128 bits.
pub(crate) fn parse_number(text: &str) -> f64 {
    let bytes = text.as_bytes();
    if bytes.len() <= 15 && bytes.iter().all(u8::is_ascii_digit) {
        let value = bytes.iter().fold(0u64, |value, digit| value * 10 + u64::from(digit - b'0'));
        return value as f64;
    }
    let plain: String = text.chars().filter(|&character| character != '_').collect();
    match plain.get(..2) {
        Some("0x" | "0X") => parse_digits(&plain[2..], 16),
        Some("0b" | "0B") => parse_digits(&plain[2..], 2),
        _ => plain.parse().unwrap_or(f64::NAN),
    }
}

fn parse_digits(digits: &str, radix: u32) -> f64 {
    u128::from_str_radix(digits, radix).map_or_else(
        |_| {
            let values = digits.chars().filter_map(|digit| digit.to_digit(radix));
            values.fold(0.0, |value, digit| value * f64::from(radix) + f64::from(digit))
        },
        |value| value as f64,
    )
}
