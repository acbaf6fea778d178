//! What both syntaxes share: escapes in quoted text, and numbers.

use std::fmt::Write;

/// Writes bytes between quotes, so that [`unescape`] gives them back. Text that is UTF-8 stays readable.
pub(crate) fn quote(out: &mut String, bytes: &[u8]) {
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_ascii() || character.is_control() {
                let mut utf8 = [0; 4];
                character.encode_utf8(&mut utf8).bytes().for_each(|byte| quote_byte(out, byte));
            } else {
                out.push(character);
            }
        }
        chunk.invalid().iter().for_each(|&byte| quote_byte(out, byte));
    }
    out.push('"');
}

/// Writes bytes between quotes in ASCII.
pub(crate) fn quote_ascii(out: &mut String, bytes: &[u8]) {
    out.push('"');
    bytes.iter().for_each(|&byte| quote_byte(out, byte));
    out.push('"');
}

fn quote_byte(out: &mut String, byte: u8) {
    match byte {
        b'\n' => out.push_str("\\n"),
        b'\r' => out.push_str("\\r"),
        b'\t' => out.push_str("\\t"),
        b'"' => out.push_str("\\\""),
        b'\\' => out.push_str("\\\\"),
        b' '..=b'~' => out.push(byte as char),
        _ => write!(out, "\\x{byte:02x}").expect("writing to a string"),
    }
}

/// A part of data as it is printed.
pub(crate) enum Run<'a> {
    /// So many zeros.
    Zeros(usize),
    /// Bytes, at least one.
    Bytes(&'a [u8]),
}

/// Splits data at runs of zeros that are shorter to write as such.
pub(crate) fn runs(mut bytes: &[u8]) -> impl Iterator<Item = Run<'_>> {
    const LONG: usize = 16;
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
        if zeros >= LONG {
            bytes = &bytes[zeros..];
            return Some(Run::Zeros(zeros));
        }
        // The length of the present run of zeros, and where it began.
        let (mut zeros, mut end) = (0, bytes.len());
        for (at, &byte) in bytes.iter().enumerate() {
            zeros = if byte == 0 { zeros + 1 } else { 0 };
            if zeros == LONG {
                end = at + 1 - LONG;
                break;
            }
        }
        let (run, rest) = bytes.split_at(end);
        bytes = rest;
        Some(Run::Bytes(run))
    })
}

/// A piece of quoted text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A byte as it stands.
    Raw(u8),
    /// `\n` and the like, `\xHH`.
    Byte(u8),
    /// `\x{H...}`.
    CodePoint(char),
}

/// Undoes escapes in bytes; a code point becomes UTF-8. The error is the offset of a bad escape.
pub(crate) fn unescape(raw: &[u8], out: &mut Vec<u8>) -> Result<(), usize> {
    pieces(raw, |piece| match piece {
        Piece::Raw(byte) | Piece::Byte(byte) => out.push(byte),
        Piece::CodePoint(character) => {
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    })
}

/// Takes quoted text apart. Escapes are `\n \r \t \0 \\ \" \' \e \s \b \f \v \d`, `\xHH`,
/// `\x{H...}`. The error is the offset of a bad one.
pub(crate) fn pieces(raw: &[u8], mut piece: impl FnMut(Piece)) -> Result<(), usize> {
    let mut at = 0;
    while at < raw.len() {
        let byte = raw[at];
        at += 1;
        if byte != b'\\' {
            piece(Piece::Raw(byte));
            continue;
        }
        let escape = *raw.get(at).ok_or(at - 1)?;
        at += 1;
        let (value, length) = match escape {
            b'n' => (Piece::Byte(b'\n'), 0),
            b'r' => (Piece::Byte(b'\r'), 0),
            b't' => (Piece::Byte(b'\t'), 0),
            b'0' => (Piece::Byte(0), 0),
            b'e' => (Piece::Byte(27), 0),
            b's' => (Piece::Byte(b' '), 0),
            b'b' => (Piece::Byte(8), 0),
            b'f' => (Piece::Byte(12), 0),
            b'v' => (Piece::Byte(11), 0),
            b'd' => (Piece::Byte(127), 0),
            b'\\' | b'"' | b'\'' => (Piece::Byte(escape), 0),
            b'x' => hex_escape(&raw[at..]).ok_or(at - 2)?,
            _ => return Err(at - 2),
        };
        piece(value);
        at += length;
    }
    Ok(())
}

/// What follows `\x`, and how many bytes it takes.
fn hex_escape(rest: &[u8]) -> Option<(Piece, usize)> {
    if rest.first() == Some(&b'{') {
        let end = rest.iter().take(10).position(|&byte| byte == b'}')?;
        let value = u32::try_from(digits(&rest[1..end], 16)?).ok()?;
        return Some((Piece::CodePoint(char::from_u32(value)?), end + 1));
    }
    let value = digits(rest.get(..2)?, 16)?;
    Some((Piece::Byte(value as u8), 2))
}

/// A finite float in a form that both syntaxes read: with a point, and with an exponent if it is
/// very large or small.
pub(crate) fn float_text(text: String) -> String {
    match text.split_once('e') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0e{exponent}"),
        _ => text,
    }
}

/// The value of digits in a base, as far as 128 bits hold it; underscores may stand between digits.
/// `None` if a digit does not belong to the base or there is none.
pub(crate) fn digits(text: &[u8], base: u32) -> Option<u128> {
    let mut value: u128 = 0;
    let mut any = false;
    for &byte in text {
        if byte == b'_' && any {
            continue;
        }
        let digit = (byte as char).to_digit(base)?;
        value = value.saturating_mul(base.into()).saturating_add(digit.into());
        any = true;
    }
    any.then_some(value)
}

/// The number as 64 bits if it lies within -2^63 .. 2^64-1.
pub(crate) fn fit(negative: bool, magnitude: u128) -> Option<i64> {
    if negative {
        (magnitude <= 1 << 63).then(|| (magnitude as u64).wrapping_neg() as i64)
    } else {
        u64::try_from(magnitude).ok().map(|value| value as i64)
    }
}

/// Bytes of a mark that some editors put before UTF-8 text.
pub(crate) fn byte_order_mark(text: &[u8]) -> usize {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    if text.starts_with(MARK) { MARK.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_bytes_come_back() {
        let all: Vec<u8> = (0..=255).chain("é€😀\u{85}".bytes()).collect();
        let mut text = String::new();
        quote(&mut text, &all);
        let mut back = Vec::new();
        unescape(&text.as_bytes()[1..text.len() - 1], &mut back).unwrap();
        assert_eq!(back, all);
        let mut ascii = String::new();
        quote_ascii(&mut ascii, &all);
        back.clear();
        unescape(&ascii.as_bytes()[1..ascii.len() - 1], &mut back).unwrap();
        assert!(ascii.is_ascii() && back == all);
    }

    #[test]
    fn bad_escapes_are_found() {
        for (text, at) in [("a\\q", 1), ("\\x4", 0), ("\\x{110000}", 0), ("b\\", 1), ("\\x{}", 0)] {
            let found = unescape(text.as_bytes(), &mut Vec::new());
            assert_eq!(found, Err(at), "{text}");
        }
    }

    #[test]
    fn numbers_fit_64_bits_or_not() {
        assert_eq!(fit(true, 1 << 63), Some(i64::MIN));
        assert_eq!(fit(true, (1 << 63) + 1), None);
        assert_eq!(fit(false, u64::MAX.into()), Some(-1));
        assert_eq!(fit(false, 1 << 64), None);
        assert_eq!(digits(b"1_000", 10), Some(1000));
        assert_eq!(digits(b"_1", 10), None);
        assert_eq!(digits(&[b'9'; 80], 10), Some(u128::MAX));
        assert_eq!(float_text("1e21".into()), "1.0e21");
    }
}
