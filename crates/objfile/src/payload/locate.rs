//! Finding the payload among the pieces that a file's headers announce.

use super::{END_MARK, MAGIC, Mapping, Protection, Refusal, View};
use crate::record::range;

/// A piece of the file that is mapped when it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it is mapped: bytes from the file's headers, as they are mapped.
    pub address: u64,
    /// Where it stands in the file.
    pub file_offset: u64,
    /// Bytes that come from the file.
    pub size: u64,
    /// Rights.
    pub protection: Protection,
}

/// Finds and checks the payload.
///
/// `memory` gives the bytes of a part, or `None` if they are not all there (the file was cut off
/// behind its headers).
///
/// # Errors
///
/// Every [`Refusal`].
pub fn locate<'a>(
    parts: &[Part],
    memory: impl Fn(&Part) -> Option<&'a [u8]>,
) -> Result<View<'a>, Refusal> {
    let mut mappings = Vec::new();
    for part in parts {
        let bytes = memory(part).ok_or(Refusal::Truncated)?;
        mappings.push(Mapping { address: part.address, protection: part.protection, bytes });
    }
    let mut payloads = mappings.iter().filter(|mapping| is_payload(mapping));
    let payload = payloads.next().ok_or(Refusal::Missing)?;
    if payloads.next().is_some() {
        return Err(Refusal::AttachedTwice);
    }
    View::open(*payload, &mappings)
}

fn is_payload(mapping: &Mapping<'_>) -> bool {
    mapping.protection == Protection::Read
        && (mapping.bytes.starts_with(&MAGIC) || mapping.bytes.ends_with(&END_MARK))
}

/// Finds and checks the payload of a file that is not running.
///
/// # Errors
///
/// Every [`Refusal`].
pub fn find_in_file(file: &[u8]) -> Result<View<'_>, Refusal> {
    let parts = crate::parts(file).map_err(|_| Refusal::Headers)?;
    locate(&parts, |part| file.get(range(part.file_offset, part.size)?))
}
