//! The last section: who vouches for all the bytes before it. Whether that is true is for others to
//! find out; no cryptography lives here.

use super::cursor::Cursor;
use super::{Problem, ReadError, kind};

/// A signature, as it stands in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The Ed25519 key that is said to have signed.
    pub key: [u8; 32],
    /// What it is said to have signed with.
    pub signature: [u8; 64],
    /// How many bytes of the file it covers, from the first one on.
    pub covers: usize,
}

/// Puts a signature of all its bytes behind a file.
pub fn append_signature(file: &mut Vec<u8>, key: &[u8; 32], signature: &[u8; 64]) {
    file.push(kind::SIGNATURE);
    file.extend_from_slice(&96_u32.to_le_bytes());
    file.extend_from_slice(key);
    file.extend_from_slice(signature);
}

/// Reads the section; `covers` is where it begins.
pub(super) fn read(from: &mut Cursor<'_>, covers: usize) -> Result<Signature, ReadError> {
    let at = *from;
    let wrong = |_| at.error("signature", Problem::Cut { needed: 96, left: at.rest().len() });
    let key = from.bytes("key of a signature", 32)?.try_into().map_err(wrong)?;
    let signature = from.bytes("signature", 64)?.try_into().map_err(wrong)?;
    Ok(Signature { key, signature, covers })
}
