//! ELF64: Linux executables and relocatable objects.

mod file;
mod inject;
mod object;
pub mod raw;
mod read;
mod reloc;

pub use file::ElfFile;
pub use inject::{inject, note_section};
pub use object::relocatable;
pub use read::{defined_symbols, read_relocatable};
pub use reloc::relocation_number;

use crate::payload::{Part, Protection};
use crate::{Error, Machine};
use raw::{FileHeader, PF_R, PF_W, PF_X, PT_LOAD, ProgramHeader};

/// How many bytes from the first on hold all headers that [`parts`] needs, told by the first
/// [`FileHeader::SIZE`] bytes.
///
/// # Errors
///
/// If these are not the beginning of an ELF file we know.
pub fn headers_size(start: &[u8]) -> Result<usize, Error> {
    let header = file::read_header(start)?;
    let table = usize::from(header.program_header_count) * ProgramHeader::SIZE;
    usize::try_from(header.program_headers)
        .ok()
        .and_then(|offset| offset.checked_add(table))
        .map(|end| end.max(FileHeader::SIZE))
        .ok_or(Error::TooLarge)
}

pub(crate) fn machine(start: &[u8]) -> Result<Machine, Error> {
    Ok(match file::read_header(start)?.machine {
        raw::EM_X86_64 => Machine::X64,
        _ => Machine::Arm64,
    })
}

/// The segments that are loaded, from a file or from the headers of a running program (where they
/// begin at `__ehdr_start`).
///
/// # Errors
///
/// If the program headers do not lie in `headers`, or are not loaded themselves.
pub fn parts(headers: &[u8]) -> Result<Vec<Part>, Error> {
    let header = file::read_header(headers)?;
    let segments = file::read_segments(headers, &header)?;
    let loaded = || segments.iter().filter(|segment| segment.kind == PT_LOAD);
    let start = loaded()
        .find(|segment| segment.offset == 0)
        .ok_or(Error::Malformed("the headers are not loaded"))?
        .address;
    let part = |segment: &ProgramHeader| {
        Some(Part {
            address: segment.address.checked_sub(start)?,
            file_offset: segment.offset,
            size: segment.file_size,
            protection: protection(segment.flags)?,
        })
    };
    Ok(loaded().filter_map(part).collect())
}

fn protection(flags: u32) -> Option<Protection> {
    match flags & (PF_R | PF_W | PF_X) {
        PF_R => Some(Protection::Read),
        flags if flags == PF_R | PF_X => Some(Protection::ReadExecute),
        flags if flags == PF_R | PF_W => Some(Protection::ReadWrite),
        _ => None,
    }
}
