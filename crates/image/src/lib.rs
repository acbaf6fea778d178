//! The payload of the running executable, found in memory; and images of code, loaded into it.
//!
//! The operating system's loader has mapped a program's payload like all other segments of its
//! file. What is needed to find it are the file's headers, and those are mapped too, at a place the
//! linker or the system tells. [`sox_objfile::payload`] has the protocol and all judgement; here is
//! what makes slices of raw memory, and the room that a stub for ELF reserves.
//!
//! # What is unsafe
//! Slices of mapped memory are made from the file's headers. That is sound as long as the headers
//! are those the loader itself went by, of a file that a linker made: it has mapped what they
//! announce, for as long as the process runs. The one thing that may be missing are pages behind
//! the end of a file that was cut off, and those are asked for before they are touched.

#[cfg(target_os = "linux")]
mod code;
#[cfg(target_os = "linux")]
mod host;
mod system;

#[cfg(target_os = "linux")]
pub use code::{Code, HostFunction, LoadError};
#[cfg(target_os = "linux")]
pub use host::{Outcome, Program};

use sox_objfile::{Part, Refusal, View, locate};

/// Finds and checks the payload of the running executable.
///
/// # Errors
/// Every [`Refusal`]; [`Refusal::Missing`] if this is a stub as it came from the linker.
pub fn payload() -> Result<View<'static>, Refusal> {
    system::keep_reserved_room();
    let base = system::headers();
    // SAFETY: the headers are mapped at `base`, at least so many bytes of them in every format.
    let start = unsafe { bytes(base, system::FIRST_BYTES) };
    let size = system::format::headers_size(start).map_err(|_| Refusal::Headers)?;
    // SAFETY: all headers are mapped together with their beginning.
    let headers = unsafe { bytes(base, size) };
    let parts = system::format::parts(headers).map_err(|_| Refusal::Headers)?;
    locate(&parts, |part, offset, size| memory(base, part, offset, size))
}

/// Bytes of a part of this process's file, if they are all there.
fn memory(base: *const u8, part: &Part, offset: u64, size: u64) -> Option<&'static [u8]> {
    let inside = offset.checked_add(size)? <= part.size;
    let address = usize::try_from(part.address.checked_add(offset)?).ok().filter(|_| inside)?;
    let size = usize::try_from(size).ok()?;
    let start = base.wrapping_add(address);
    // Of a file that was cut off the last page is the first to be missing.
    if size != 0 && !system::is_there(start.wrapping_add(size - 1)) {
        return None;
    }
    // SAFETY: the loader has mapped this part, and its last page exists, hence all of them. It is
    // never unmapped; `locate` asks for all of a part only if nothing writes to it, and else for
    // regions of the payload, which nothing writes to either.
    Some(unsafe { bytes(start, size) })
}

/// # Safety
/// The bytes are mapped for as long as the process runs, readable, and never written.
unsafe fn bytes(start: *const u8, size: usize) -> &'static [u8] {
    // SAFETY: as the caller promises.
    unsafe { std::slice::from_raw_parts(start, size) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_without_payload_has_none() {
        assert_eq!(payload().err(), Some(Refusal::Missing));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn memory_that_is_not_there_is_told_without_touching_it() {
        assert!(system::is_there(system::headers()));
        assert!(!system::is_there(std::ptr::without_provenance(64)));
    }
}
