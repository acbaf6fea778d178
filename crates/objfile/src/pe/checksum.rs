//! The checksum in the optional header.
//!
//! Windows demands it of drivers alone, but scanners distrust a wrong one. It is the sum of the
//! file's 16-bit words with the carry added at the low end, plus the file's length; the checksum's
//! own field counts as zero.

/// The checksum of a file whose own field is zero.
pub(super) fn checksum(file: &[u8]) -> u32 {
    let mut sum = 0u64;
    for word in file.chunks(2) {
        let high = word.get(1).copied().unwrap_or(0);
        sum += u64::from(u16::from_le_bytes([word[0], high]));
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    // The length's field is 32 bits; a PE file has no more.
    (sum as u32).wrapping_add(file.len() as u32)
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn words_are_added_with_their_carry() {
        assert_eq!(checksum(&[]), 0);
        assert_eq!(checksum(&[1, 2, 3]), 0x0201 + 3 + 3);
        assert_eq!(checksum(&[0xff, 0xff, 2, 0]), 2 + 4);
    }
}
