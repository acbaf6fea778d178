//! Looking at eight bytes at once.
//!
//! Half of a text are names and the spaces before them, each a few bytes long: a loop over their bytes
//! ends after a number of turns that no processor foresees, and each wrong guess costs as much as the
//! turns. So eight bytes are taken as one number, and where a run of them ends is computed. In such a
//! number each byte is a lane: no sum of what is added here leaves its lane, and the upper bit of a lane
//! says whether something is true of its byte.

/// Bytes looked at together.
pub(super) const LANES: usize = 8;

/// A byte in all lanes.
const fn all(byte: u8) -> u64 {
    u64::from_le_bytes([byte; LANES])
}

const UPPER_BITS: u64 = all(0x80);

/// The upper bit of each lane whose byte, which is below 128, is one of `first..=last`.
const fn in_range(lanes: u64, first: u8, last: u8) -> u64 {
    (lanes + all(0x80 - first)) & !(lanes + all(0x7f - last)) & UPPER_BITS
}

/// How many lanes there are before the first one with its upper bit set.
const fn lanes_before(upper_bits: u64) -> usize {
    upper_bits.trailing_zeros() as usize / 8
}

/// The next eight bytes as a number, the first one in the lowest bits.
#[inline]
pub(super) fn lanes(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk::<LANES>().map(|&chunk| u64::from_le_bytes(chunk))
}

/// How many bytes of names the lanes begin with.
#[inline]
pub(super) const fn word_bytes(lanes: u64) -> usize {
    let low = lanes & !UPPER_BITS;
    // A bit more turns capitals into small letters, and no other byte into one.
    let letters = in_range(low | all(0x20), b'a', b'z');
    let others = in_range(low, b'0', b'9') | in_range(low, b'_', b'_');
    lanes_before((!(letters | others) | lanes) & UPPER_BITS)
}

/// How many digits the lanes begin with.
#[inline]
pub(super) const fn digits(lanes: u64) -> usize {
    let digits = in_range(lanes & !UPPER_BITS, b'0', b'9');
    lanes_before((!digits | lanes) & UPPER_BITS)
}

/// How many bytes the lanes begin with that stand for themselves in a string, line ends not counted.
#[inline]
pub(super) const fn plain_bytes(lanes: u64) -> usize {
    let low = lanes & !UPPER_BITS;
    let ends = in_range(low, b'"', b'"') | in_range(low, b'\n', b'\n');
    let special = in_range(low, b'$', b'$') | in_range(low, b'\\', b'\\');
    lanes_before((ends | special) & !lanes)
}

/// How many spaces the lanes begin with.
#[inline]
pub(super) const fn spaces(lanes: u64) -> usize {
    (lanes ^ all(b' ')).trailing_zeros() as usize / 8
}

/// Where the spaces from `at` on end.
#[inline]
pub(super) fn after_spaces(bytes: &[u8], mut at: usize) -> usize {
    while let Some(lanes) = lanes(bytes, at) {
        let count = spaces(lanes);
        at += count;
        if count < LANES {
            return at;
        }
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|&&byte| byte == b' ').count()
}

/// Where the line that `at` is on ends.
#[inline]
pub(super) fn line_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(lanes) = lanes(bytes, at) {
        let count = lanes_before(in_range(lanes & !UPPER_BITS, b'\n', b'\n') & !lanes);
        at += count;
        if count < LANES {
            return at;
        }
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|&&byte| byte != b'\n').count()
}

/// The first bytes alone, at most seven.
#[inline]
pub(super) const fn first(lanes: u64, count: usize) -> u64 {
    lanes & ((1 << (8 * count)) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every byte in every lane, before and after bytes that belong to the run and that do not.
    #[test]
    fn runs_end_at_the_first_byte_that_is_not_of_their_kind() {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        for byte in 0..=u8::MAX {
            for lane in 0..LANES {
                for (before, after) in [(b'a', b'Z'), (b'9', b' '), (b'_', 0xff), (b' ', b'x')] {
                    let mut bytes = [after; LANES];
                    bytes[..lane].fill(before);
                    bytes[lane] = byte;
                    let lanes = lanes(&bytes, 0).expect("eight bytes");
                    let words = bytes.iter().take_while(|byte| is_word(byte)).count();
                    assert_eq!(word_bytes(lanes), words, "{bytes:?}");
                    let number = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
                    assert_eq!(digits(lanes), number, "{bytes:?}");
                    let plain = bytes.iter().take_while(|byte| !b"\"\n$\\".contains(byte)).count();
                    assert_eq!(plain_bytes(lanes), plain, "{bytes:?}");
                    let blank = bytes.iter().take_while(|&&byte| byte == b' ').count();
                    assert_eq!(spaces(lanes), blank, "{bytes:?}");
                }
            }
        }
        for length in 0..40 {
            // 0x8a is a newline but for its upper bit.
            let mut line = [b'x', 0x8a, b' ', 0xff].repeat(10);
            line[length] = b'\n';
            assert_eq!((line_end(&line, 0), line_end(&line[..length], 0)), (length, length));
        }
        assert_eq!(
            first(u64::from_le_bytes(*b"abcdefgh"), 3),
            u64::from_le_bytes(*b"abc\0\0\0\0\0")
        );
        assert_eq!((lanes(b"1234567", 0), lanes(b"12345678", 1)), (None, None));
    }
}
