//! The printed form of a number.
//!
//! The shortest decimal digits that read back to the same double, laid out as ECMAScript lays out
//! numbers (Number::toString, radix 10): plain for 1e-6 ≤ |x| < 1e21, with an exponent beyond.

/// Bytes of the longest printed form, `-0.0000012345678901234567`, and some.
const LONGEST: usize = 32;

/// The printed form of a number, without memory of its own.
///
/// ```
/// use sox_semantics::NumberText;
/// assert_eq!(NumberText::new(0.1).as_str(), "0.1");
/// ```
pub struct NumberText {
    bytes: [u8; LONGEST],
    length: usize,
}

impl NumberText {
    /// The printed form of `x`.
    pub fn new(x: f64) -> NumberText {
        let mut text = NumberText { bytes: [0; LONGEST], length: 0 };
        text.write(x);
        text
    }

    /// The text, which is ASCII.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).expect("digits are ASCII")
    }

    fn write(&mut self, x: f64) {
        if x.is_nan() {
            return self.push(b"nan");
        }
        if x.is_sign_negative() {
            self.push(b"-");
        }
        let magnitude = x.abs();
        if magnitude.is_infinite() {
            return self.push(b"inf");
        }
        // Whole numbers below 2^53 are their own shortest digits.
        if magnitude < 9_007_199_254_740_992.0 {
            let whole = magnitude as u64;
            if whole as f64 == magnitude {
                return self.integer(whole);
            }
        }
        let mut buffer = zmij::Buffer::new();
        let mut digits = [0u8; 24];
        let (count, point) = split(buffer.format_finite(magnitude), &mut digits);
        self.lay_out(&digits[..count], point);
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    fn zeros(&mut self, count: i32) {
        (0..count).for_each(|_| self.push(b"0"));
    }

    /// Appends an integer below 2^53.
    fn integer(&mut self, mut value: u64) {
        let mut buffer = [0u8; 20];
        let mut at = buffer.len();
        loop {
            at -= 1;
            buffer[at] = b'0' + (value % 10) as u8;
            value /= 10;
            if value == 0 {
                break;
            }
        }
        self.push(&buffer[at..]);
    }

    /// Appends `0.digits × 10^point` in ECMAScript's layout.
    fn lay_out(&mut self, digits: &[u8], point: i32) {
        let count = digits.len() as i32;
        if count <= point && point <= 21 {
            self.push(digits);
            self.zeros(point - count);
        } else if 0 < point && point <= 21 {
            self.push(&digits[..point as usize]);
            self.push(b".");
            self.push(&digits[point as usize..]);
        } else if -6 < point && point <= 0 {
            self.push(b"0.");
            self.zeros(-point);
            self.push(digits);
        } else {
            self.push(&digits[..1]);
            if count > 1 {
                self.push(b".");
                self.push(&digits[1..]);
            }
            self.push(if point > 0 { b"e+" } else { b"e-" });
            self.integer(u64::from((point - 1).unsigned_abs()));
        }
    }
}

/// Appends the printed form.
///
/// ```
/// let mut text = String::from("x = ");
/// sox_semantics::write_number(&mut text, 0.1);
/// assert_eq!(text, "x = 0.1");
/// ```
pub fn write_number(out: &mut String, x: f64) {
    out.push_str(NumberText::new(x).as_str());
}

/// The printed form.
///
/// ```
/// use sox_semantics::number_to_text;
/// assert_eq!(number_to_text(100.0), "100");
/// assert_eq!(number_to_text(1e21), "1e+21");
/// assert_eq!(number_to_text(2.5e-7), "2.5e-7");
/// assert_eq!(number_to_text(-0.0), "-0");
/// ```
pub fn number_to_text(x: f64) -> String {
    NumberText::new(x).as_str().to_owned()
}

/// Takes a decimal such as `12.5`, `0.001` or `1.5e-7` apart into its significant digits, without
/// zeros at either end, and the position of the point relative to their start. Gives the number of
/// digits and that position.
fn split(decimal: &str, digits: &mut [u8; 24]) -> (usize, i32) {
    let (mantissa, exponent) = match decimal.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().expect("an exponent")),
        None => (decimal, 0),
    };
    let (mut count, mut point, mut after_point) = (0, exponent, false);
    for byte in mantissa.bytes() {
        if byte == b'.' {
            after_point = true;
            continue;
        }
        let leading_zero = byte == b'0' && count == 0;
        if leading_zero && after_point {
            point -= 1;
        } else if !leading_zero {
            digits[count] = byte;
            count += 1;
            point += i32::from(!after_point);
        }
    }
    while count > 1 && digits[count - 1] == b'0' {
        count -= 1;
    }
    (count, point)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn layout() {
        for (x, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (3.0, "3"),
            (-17.0, "-17"),
            (0.1, "0.1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1.0 / 3.0, "0.3333333333333333"),
            (100.5, "100.5"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (9_007_199_254_740_992.0, "9007199254740992"),
            (2_251_799_813_685_248.5, "2251799813685248.5"),
            (1e20, "100000000000000000000"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (999_999_999_999_999_900_000.0, "999999999999999900000"),
            (1e21, "1e+21"),
            (-1.5e300, "-1.5e+300"),
            (1e-6, "0.000001"),
            (0.000_001_5, "0.0000015"),
            (1e-7, "1e-7"),
            (1.25e-10, "1.25e-10"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
        ] {
            assert_eq!(number_to_text(x), text);
        }
    }

    #[test]
    fn powers_of_ten_read_back() {
        for exponent in -323..=308 {
            let x: f64 = format!("1e{exponent}").parse().unwrap();
            assert_eq!(number_to_text(x).parse::<f64>().unwrap(), x, "1e{exponent}");
        }
    }

    proptest! {
        #[test]
        fn reads_back(bits in any::<u64>()) {
            let x = f64::from_bits(bits);
            prop_assume!(x.is_finite());
            let text = number_to_text(x);
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), x.to_bits());
            prop_assert_eq!(crate::text_to_number(&text).unwrap().to_bits(), x.to_bits());
        }

        #[test]
        fn is_no_longer_than_the_standard_library(x in -1e9f64..1e9) {
            let plain = x.to_string();
            prop_assert!(number_to_text(x).len() <= plain.len());
        }
    }
}
