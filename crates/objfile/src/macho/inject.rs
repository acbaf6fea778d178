//! Putting a payload into a Mach-O stub.
//!
//! `__LINKEDIT` must stay the last segment, so the new segments take its place, in the file and in
//! memory, and it moves behind them, with every file offset that leads into it. Nothing else
//! moves: addresses in code and data, section numbers of symbols, and segment numbers in relocation
//! opcodes count segments before it. (A chained-fixups table then knows one segment less than the
//! file has; dyld takes the missing ones for segments without fixups, which they are.) The load
//! commands grow into the header padding.

use super::file::{Command, MachoFile, pages};
use super::raw::*;
use super::{SEGMENT_PREFIX, sign, signature};
use crate::Error;
use crate::payload::{Group, Payload, Plan, Protection};
use crate::record::{align_up, fixed_name, to_u32};
use sha2::{Digest, Sha256};

/// The name of the segment and of its section, per group.
fn names(protection: Protection) -> ([u8; 16], [u8; 16]) {
    match protection {
        Protection::Read => (*b"__SOX\0\0\0\0\0\0\0\0\0\0\0", *b"__program\0\0\0\0\0\0\0"),
        Protection::ReadExecute => (*b"__SOX_CODE\0\0\0\0\0\0", *b"__code\0\0\0\0\0\0\0\0\0\0"),
        Protection::ReadWrite => (*b"__SOX_DATA\0\0\0\0\0\0", *b"__data\0\0\0\0\0\0\0\0\0\0"),
    }
}

/// Puts `payload` into `stub` and signs the result; see [`crate::inject`].
///
/// # Errors
///
/// If the stub is no Mach-O program with enough header padding, or has a payload.
pub fn inject(stub: &[u8], payload: &Payload, identifier: &str) -> Result<Vec<u8>, Error> {
    let mut file = MachoFile::read(stub)?;
    crate::refuse_second_payload(stub)?;
    if file.segments().any(|segment| fixed_name(&segment.name).starts_with(SEGMENT_PREFIX)) {
        return Err(Error::AlreadyAttached);
    }
    signature::remove(&mut file)?;
    let plan = Plan::new(payload)?;
    let page = file.page_size();
    let before = *file.linkedit()?;
    let mut distance = 0;
    let mut addresses = Vec::new();
    for group in &plan.groups {
        let address = before.address.checked_add(distance).ok_or(Error::TooLarge)?;
        let offset = before.offset + distance;
        let command = segment(group, address, offset, page)?;
        let place = file.segment_index("__LINKEDIT");
        let place = place.ok_or(Error::Malformed("there is no __LINKEDIT segment"))?;
        file.commands.insert(place, command);
        addresses.push(address);
        distance = distance.checked_add(pages(group.size, page)?).ok_or(Error::TooLarge)?;
    }
    for command in &mut file.commands {
        command.move_linkedit(distance)?;
    }
    let linkedit = file.linkedit()?;
    linkedit.offset += distance;
    linkedit.address = linkedit.address.checked_add(distance).ok_or(Error::TooLarge)?;

    let tail = file.content.split_off(before.offset as usize);
    for group in plan.encode(&addresses)? {
        file.content.extend(group);
        let end = align_up(file.content.len() as u64, page)?;
        file.content.resize(end as usize, 0);
    }
    file.content.extend(tail);
    new_identity(&mut file, &file_hash(stub, payload));
    sign(&file.write()?, identifier)
}

fn segment(group: &Group, address: u64, offset: u64, page: u64) -> Result<Command, Error> {
    let (segment_name, section_name) = names(group.protection);
    let (protection, attributes) = match group.protection {
        Protection::Read => (VM_PROT_READ, 0),
        // S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS
        Protection::ReadExecute => (VM_PROT_READ | VM_PROT_EXECUTE, 0x8000_0400),
        Protection::ReadWrite => (VM_PROT_READ | VM_PROT_WRITE, 0),
    };
    let size = pages(group.size, page)?;
    let section = Section {
        name: section_name,
        segment: segment_name,
        address,
        size: group.size,
        offset: to_u32(offset)?,
        align: 6,
        flags: attributes,
        ..Section::default()
    };
    let segment = Segment {
        kind: LC_SEGMENT_64,
        size: (Segment::SIZE + Section::SIZE) as u32,
        name: segment_name,
        address,
        memory_size: size,
        offset,
        file_size: size,
        max_protection: protection,
        protection,
        section_count: 1,
        flags: 0,
    };
    Ok(Command::Segment(segment, vec![section]))
}

/// What the file is made from.
fn file_hash(stub: &[u8], payload: &Payload) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(Sha256::digest(stub));
    hash.update(payload.content_hash());
    hash.finalize().into()
}

/// Gives the program a UUID of its own: crash reports and network privacy go by it, so programs
/// must not share the stub's. Marked as version 8 of RFC 9562, "custom".
fn new_identity(file: &mut MachoFile, hash: &[u8; 32]) {
    for command in &mut file.commands {
        let Command::Other { bytes, .. } = command else { continue };
        if bytes.starts_with(&LC_UUID.to_le_bytes())
            && let Some(uuid) = bytes.get_mut(8..24)
        {
            uuid.copy_from_slice(&hash[..16]);
            uuid[6] = uuid[6] & 0x0f | 0x80;
            uuid[8] = uuid[8] & 0x3f | 0x80;
        }
    }
}
