//! Bytes stored in fewer bytes: DEFLATE (RFC 1951), as raw as it gets. Sizes and checksums stand
//! elsewhere.

use super::Refusal;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use std::borrow::Cow;

/// The best there is; programs are built seldom and started often.
const LEVEL: u8 = 9;

/// The bytes in fewer bytes, or `None` if they are not fewer.
pub(super) fn pack(bytes: &[u8]) -> Option<Vec<u8>> {
    let packed = compress_to_vec(bytes, LEVEL);
    (packed.len() < bytes.len()).then_some(packed)
}

/// The `size` bytes that were stored: as they are, if that takes as many.
pub(super) fn unpack(stored: &[u8], size: u64) -> Result<Cow<'_, [u8]>, Refusal> {
    let size = usize::try_from(size).map_err(|_| Refusal::Altered)?;
    if stored.len() == size {
        return Ok(Cow::Borrowed(stored));
    }
    match decompress_to_vec_with_limit(stored, size) {
        Ok(bytes) if bytes.len() == size => Ok(Cow::Owned(bytes)),
        _ => Err(Refusal::Altered),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back() {
        let text = b"again and ".repeat(1000);
        let packed = pack(&text).expect("it is regular");
        assert!(packed.len() < text.len() / 20);
        assert_eq!(unpack(&packed, text.len() as u64).as_deref(), Ok(&text[..]));
        for size in [0, 1, text.len() as u64 - 1, text.len() as u64 + 1, u64::MAX] {
            assert_eq!(unpack(&packed, size), Err(Refusal::Altered), "{size}");
        }
        assert_eq!(unpack(&packed[..20], text.len() as u64), Err(Refusal::Altered));
        assert_eq!(pack(b"abc"), None);
        assert_eq!(pack(b""), None);
        assert_eq!(unpack(b"abc", 3), Ok(Cow::Borrowed(&b"abc"[..])));
    }
}
