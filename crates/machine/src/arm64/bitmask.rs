//! Immediates of bitwise instructions.
//!
//! The problem. 13 bits stand for 5,334 of the 2^64 patterns: an element of 2, 4, 8, 16, 32 or 64
//! bits holds one run of ones, rotated anyhow, and is repeated through the register. The bits `N`
//! and the upper ones of `imms` tell the element's size, the lower ones the run's length less one, and
//! `immr` by how much the run is rotated to the right. (Arm manual, `DecodeBitMasks`.)

/// `N:immr:imms` of a pattern of 64 bits; nothing if it is not of that form.
pub(super) fn encode(pattern: u64) -> Option<u32> {
    if pattern == 0 || pattern == u64::MAX {
        return None;
    }
    // The smallest element whose repetition gives the pattern.
    let repeats = |size: u32| pattern == pattern.rotate_right(size);
    let size = [2, 4, 8, 16, 32].into_iter().find(|&size| repeats(size)).unwrap_or(64);
    let element = pattern & (u64::MAX >> (64 - size));
    let ones = element.count_ones();
    // The run begins above the highest zero if it wraps around, else at its lowest one.
    let wraps = element & 1 == 1 && element >> (size - 1) == 1;
    let start = match wraps {
        true => size - (element << (64 - size)).leading_ones(),
        false => element.trailing_zeros(),
    };
    let immr = (size - start) % size;
    if rotated_run(ones, immr, size) != element {
        return None;
    }
    let n = u32::from(size == 64);
    let imms = !(2 * size - 1) & 0x3f | (ones - 1);
    Some(n << 12 | immr << 6 | imms)
}

/// The pattern that `N:immr:imms` stand for. Bits that do not count must be zero, so that each
/// pattern has one encoding.
pub(super) fn decode(bits: u32) -> Option<u64> {
    let (n, immr, imms) = (bits >> 12 & 1, bits >> 6 & 0x3f, bits & 0x3f);
    let size = 1 << (n << 6 | !imms & 0x3f).checked_ilog2()?;
    let ones = (imms & (size - 1)) + 1;
    if size == 1 || ones == size || immr >= size {
        return None;
    }
    let mut pattern = rotated_run(ones, immr, size);
    let mut filled = size;
    while filled < 64 {
        pattern |= pattern << filled;
        filled *= 2;
    }
    Some(pattern)
}

/// So many ones, rotated to the right within an element of that size.
fn rotated_run(ones: u32, right: u32, size: u32) -> u64 {
    let run = (1u64 << ones) - 1;
    match right {
        0 => run,
        _ => (run >> right | run << (size - right)) & (u64::MAX >> (64 - size)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_is_that_of_its_pattern() {
        let mut patterns = Vec::new();
        for bits in 0..1 << 13 {
            if let Some(pattern) = decode(bits) {
                assert_eq!(encode(pattern), Some(bits), "{pattern:#x}");
                patterns.push(pattern);
            }
        }
        patterns.sort_unstable();
        patterns.dedup();
        // Sizes times lengths times rotations: 2·1 + 4·3 + … + 64·63.
        assert_eq!(patterns.len(), 5334);
    }

    #[test]
    fn other_patterns_have_none() {
        for pattern in [0, u64::MAX, 5, 0x1234, 0xff00_ff01, 1 << 63 | 2, 0x8000_0000_0000_0005] {
            assert_eq!(encode(pattern), None, "{pattern:#x}");
        }
    }
}
