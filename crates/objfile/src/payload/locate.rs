//! Finding the payload among the pieces that a file's headers announce.

use super::{END_MARK, MAGIC, Protection, Refusal, View};
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
/// `memory` gives bytes of a part, from an offset within it on, or `None` if they are not all there
/// (the file was cut off behind its headers). Of parts that can be written or executed it is asked
/// for regions of the payload alone: what else is in them belongs to the running program.
///
/// # Errors
///
/// Every [`Refusal`].
pub fn locate<'a>(
    parts: &[Part],
    memory: impl Fn(&Part, u64, u64) -> Option<&'a [u8]>,
) -> Result<View<'a>, Refusal> {
    let mut found = None;
    for part in parts.iter().filter(|part| part.protection == Protection::Read) {
        let bytes = memory(part, 0, part.size).ok_or(Refusal::Truncated)?;
        if (bytes.starts_with(&MAGIC) || bytes.ends_with(&END_MARK))
            && found.replace((part, bytes)).is_some()
        {
            return Err(Refusal::AttachedTwice);
        }
    }
    let (payload, bytes) = found.ok_or(Refusal::Missing)?;
    let region = |address: u64, size: u64, protection: Protection| {
        let inside = |part: &&Part| {
            part.protection == protection
                && (part.address..part.address.saturating_add(part.size)).contains(&address)
        };
        let part = parts.iter().find(inside)?;
        memory(part, address - part.address, size)
    };
    View::open(payload.address, bytes, region)
}

/// Finds and checks the payload of a file that is not running.
///
/// # Errors
///
/// Every [`Refusal`].
pub fn find_in_file(file: &[u8]) -> Result<View<'_>, Refusal> {
    let parts = crate::parts(file).map_err(|_| Refusal::Headers)?;
    locate(&parts, |part, offset, size| {
        let end = offset.checked_add(size).filter(|&end| end <= part.size)?;
        file.get(range(part.file_offset, end)?)?.get(range(offset, size)?)
    })
}
