//! PE32+: programs for Windows.

mod checksum;
mod file;
mod inject;
pub mod raw;
mod resources;

pub use file::PeFile;
pub use inject::{PeOptions, Subsystem, inject};
pub use resources::{Icon, VersionInfo};

use crate::payload::{Part, Protection};
use crate::{Error, Machine};
use raw::{SCN_EXECUTE, SCN_READ, SCN_WRITE, Section};

/// How many bytes from the first on hold all headers that [`parts`] needs, told by the first
/// bytes: up to the end of the optional header, which the first page holds.
///
/// # Errors
///
/// If these are not the beginning of a PE image we know.
pub fn headers_size(start: &[u8]) -> Result<usize, Error> {
    let headers = file::read_headers(start)?;
    usize::try_from(headers.optional.headers_size).map_err(|_| Error::TooLarge)
}

pub(crate) fn machine(start: &[u8]) -> Result<Machine, Error> {
    Ok(match file::read_headers(start)?.header.machine {
        raw::MACHINE_X64 => Machine::X64,
        _ => Machine::Arm64,
    })
}

/// The sections, from a file or from the headers of a running program (where they begin at its
/// module's handle).
///
/// # Errors
///
/// If the section headers do not lie in `headers`.
pub fn parts(headers: &[u8]) -> Result<Vec<Part>, Error> {
    let headers = file::read_headers(headers)?;
    debug_assert_eq!(usize::from(headers.header.section_count), headers.sections.len());
    Ok(headers.sections.iter().filter_map(part).collect())
}

fn part(section: &Section) -> Option<Part> {
    Some(Part {
        address: section.address.into(),
        file_offset: section.offset.into(),
        // What is in the file is padded; what is only in memory is zero.
        size: section.memory_size.min(section.file_size).into(),
        protection: protection(section.characteristics)?,
    })
}

fn protection(characteristics: u32) -> Option<Protection> {
    match characteristics & (SCN_READ | SCN_WRITE | SCN_EXECUTE) {
        SCN_READ => Some(Protection::Read),
        bits if bits == SCN_READ | SCN_EXECUTE => Some(Protection::ReadExecute),
        bits if bits == SCN_READ | SCN_WRITE => Some(Protection::ReadWrite),
        _ => None,
    }
}
