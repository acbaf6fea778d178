//! Putting a payload into an ELF stub.
//!
//! A program header table cannot grow: the file's first bytes follow it at fixed addresses, and a
//! table moved elsewhere confuses tools. So the stub has room reserved: notes of its own, each with
//! a program header `PT_NOTE`, which no system looks at. For each group of the payload one of them
//! becomes a `PT_LOAD`. Its section header becomes an ordinary section at the same place: `strip`
//! and `objcopy` lay a file out anew by its *sections* and drop what none covers.
//!
//! The content goes to the end of the file; its address is beyond all others, congruent to its
//! place modulo the page size, as the loader demands.

use super::ElfFile;
use super::raw::*;
use crate::Error;
use crate::payload::{Group, Payload, Plan, Protection, REGION_ALIGN};
use crate::record::{align_up, pad_to};

/// The note section that is turned into the segment of a group.
pub fn note_section(protection: Protection) -> &'static str {
    match protection {
        Protection::Read => ".note.sox",
        Protection::ReadExecute => ".note.sox.code",
        Protection::ReadWrite => ".note.sox.data",
    }
}

/// Puts `payload` into `stub`; see [`crate::inject`].
///
/// # Errors
///
/// If the stub is no ELF executable with the notes needed, or has a payload.
pub fn inject(stub: &[u8], payload: &Payload) -> Result<Vec<u8>, Error> {
    let mut file = ElfFile::read(stub)?;
    crate::refuse_second_payload(stub)?;
    let plan = Plan::new(payload)?;
    let mut addresses = Vec::new();
    let mut offset = align_up(file.content.len() as u64, REGION_ALIGN)?;
    let mut end = end_of_segments(&file);
    for group in &plan.groups {
        let page = file.page_size();
        let address = align_up(end, page)?.checked_add(offset % page).ok_or(Error::TooLarge)?;
        end = address.checked_add(group.size).ok_or(Error::TooLarge)?;
        add_segment(&mut file, group, offset, address)?;
        addresses.push(address);
        offset = align_up(offset + group.size, REGION_ALIGN)?;
    }
    for group in plan.encode(&addresses)? {
        pad_to(&mut file.content, REGION_ALIGN)?;
        file.content.extend(group);
    }
    file.write()
}

fn end_of_segments(file: &ElfFile) -> u64 {
    // `read` has checked that they are in order and do not overflow.
    let loaded = file.segments.iter().filter(|segment| segment.kind == PT_LOAD);
    loaded.map(|segment| segment.address + segment.memory_size).max().unwrap_or(0)
}

/// Turns the group's note into a segment and its section.
fn add_segment(file: &mut ElfFile, group: &Group, offset: u64, address: u64) -> Result<(), Error> {
    let name = note_section(group.protection);
    let missing = Error::NoReservedNote(name);
    let section = file
        .sections
        .iter()
        .position(|section| {
            section.kind == SHT_NOTE && file.section_name(section) == name.as_bytes()
        })
        .ok_or_else(|| missing.clone())?;
    let note = file.sections[section];
    // It must be the note's own: one merged with others still has a meaning.
    let segment = file
        .segments
        .iter()
        .position(|segment| {
            segment.kind == PT_NOTE
                && (segment.offset, segment.file_size) == (note.offset, note.size)
        })
        .ok_or(missing)?;
    let (segment_flags, section_flags) = match group.protection {
        Protection::Read => (PF_R, SHF_ALLOC),
        Protection::ReadExecute => (PF_R | PF_X, SHF_ALLOC | SHF_EXECINSTR),
        Protection::ReadWrite => (PF_R | PF_W, SHF_ALLOC | SHF_WRITE),
    };
    file.segments.remove(segment);
    // Loaded segments stand in the order of their addresses.
    let place = file.segments.iter().rposition(|segment| segment.kind == PT_LOAD);
    let place = place.ok_or(Error::Malformed("nothing is loaded"))? + 1;
    let loaded = ProgramHeader {
        kind: PT_LOAD,
        flags: segment_flags,
        offset,
        address,
        physical_address: address,
        // Equal sizes: kernels that zero a partial page after the last segment leave it alone.
        file_size: group.size,
        memory_size: group.size,
        align: file.page_size(),
    };
    file.segments.insert(place, loaded);
    file.sections[section] = SectionHeader {
        name: note.name,
        kind: SHT_PROGBITS,
        flags: section_flags,
        address,
        offset,
        size: group.size,
        align: REGION_ALIGN,
        ..SectionHeader::default()
    };
    Ok(())
}
