//! Mach-O 64: programs for macOS.

mod file;
mod inject;
pub mod raw;
mod signature;

pub use file::{Command, MachoFile};
pub use inject::inject;
pub use signature::sign;

use crate::payload::{Part, Protection};
use crate::record::fixed_name;
use crate::{Error, Machine};
use raw::{FileHeader, Section, Segment, VM_PROT_EXECUTE, VM_PROT_READ, VM_PROT_WRITE};

/// What the names of a payload's segments begin with.
const SEGMENT_PREFIX: &[u8] = b"__SOX";

/// How many bytes from the first on hold all headers that [`parts`] needs, told by the first
/// [`FileHeader::SIZE`] bytes.
///
/// # Errors
///
/// If these are not the beginning of a Mach-O file we know.
pub fn headers_size(start: &[u8]) -> Result<usize, Error> {
    let header = file::read_header(start)?;
    usize::try_from(header.commands_size)
        .ok()
        .and_then(|size| size.checked_add(FileHeader::SIZE))
        .ok_or(Error::TooLarge)
}

pub(crate) fn machine(start: &[u8]) -> Result<Machine, Error> {
    Ok(match file::read_header(start)?.cpu {
        raw::CPU_X86_64 => Machine::X64,
        _ => Machine::Arm64,
    })
}

/// The sections of `__SOX` segments, from a file or from the headers of a running program (where
/// they begin at `_mh_execute_header`).
///
/// # Errors
///
/// If the load commands do not lie in `headers`, or are malformed.
pub fn parts(headers: &[u8]) -> Result<Vec<Part>, Error> {
    let header = file::read_header(headers)?;
    let commands = file::read_commands(headers, &header)?;
    let segments = || {
        commands.iter().filter_map(|command| match command {
            Command::Segment(segment, sections) => Some((segment, sections)),
            _ => None,
        })
    };
    let start = segments()
        .find(|(segment, _)| fixed_name(&segment.name) == b"__TEXT")
        .ok_or(Error::Malformed("there is no __TEXT segment"))?
        .0
        .address;
    let part = |segment: &Segment, section: &Section| {
        Some(Part {
            address: section.address.checked_sub(start)?,
            file_offset: section.offset.into(),
            size: section.size,
            protection: protection(segment.protection)?,
        })
    };
    Ok(segments()
        .filter(|(segment, _)| fixed_name(&segment.name).starts_with(SEGMENT_PREFIX))
        .flat_map(|(segment, sections)| sections.iter().filter_map(|each| part(segment, each)))
        .collect())
}

fn protection(bits: u32) -> Option<Protection> {
    match bits {
        VM_PROT_READ => Some(Protection::Read),
        bits if bits == VM_PROT_READ | VM_PROT_EXECUTE => Some(Protection::ReadExecute),
        bits if bits == VM_PROT_READ | VM_PROT_WRITE => Some(Protection::ReadWrite),
        _ => None,
    }
}
