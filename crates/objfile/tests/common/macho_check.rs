//! A judge of Mach-O programs, written from `<mach-o/loader.h>`, `cs_blobs.h` and the rules that
//! dyld and the kernel enforce; it shares no code with what it judges. It accepts the files of
//! other linkers (see `macho.rs`) and must reject a list of mutations.

use sha2::{Digest, Sha256};

/// What the judge found besides faults.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Segments: name, place in the file, bytes from the file, address, protection.
    pub(crate) segments: Vec<(String, u64, u64, u64, u32)>,
    /// Where the load command of each segment is.
    pub(crate) segment_commands: Vec<usize>,
    /// Place and length of the signature.
    pub(crate) signature: Option<(usize, usize)>,
    /// Place of the CodeDirectory.
    pub(crate) directory: usize,
    /// Place of the first page's hash.
    pub(crate) hashes: usize,
    /// The identifier in the signature.
    pub(crate) identifier: String,
    /// The CodeDirectory's flags.
    pub(crate) flags: u32,
    /// Ranges in `__LINKEDIT` that load commands refer to.
    ranges: Vec<(u64, u64)>,
    entry: Option<u64>,
    page: u64,
}

type Verdict<T> = Result<T, String>;

fn le32(bytes: &[u8], at: usize) -> Verdict<u32> {
    let field = bytes.get(at..at + 4).ok_or(format!("nothing at {at:#x}"))?;
    Ok(u32::from_le_bytes(field.try_into().expect("four bytes")))
}

fn le64(bytes: &[u8], at: usize) -> Verdict<u64> {
    Ok(u64::from(le32(bytes, at)?) | u64::from(le32(bytes, at + 4)?) << 32)
}

fn be32(bytes: &[u8], at: usize) -> Verdict<u32> {
    Ok(le32(bytes, at)?.swap_bytes())
}

fn be64(bytes: &[u8], at: usize) -> Verdict<u64> {
    Ok(le64(bytes, at)?.swap_bytes())
}

macro_rules! rule {
    ($holds:expr, $($text:tt)*) => {
        if !$holds { return Err(format!($($text)*)); }
    };
}

/// Judges structure and signature.
pub(crate) fn check_signed(file: &[u8]) -> Verdict<Facts> {
    let mut facts = check_structure(file)?;
    rule!(facts.signature.is_some(), "there is no signature");
    check_signature(file, &mut facts)?;
    Ok(facts)
}

/// Judges everything but the signature.
pub(crate) fn check_structure(file: &[u8]) -> Verdict<Facts> {
    rule!(le32(file, 0)? == 0xfeed_facf, "magic");
    let page = match le32(file, 4)? {
        0x0100_000c => 0x4000,
        0x0100_0007 => 0x1000,
        cpu => return Err(format!("processor {cpu:#x}")),
    };
    rule!(le32(file, 12)? == 2, "not a program");
    let (count, size) = (le32(file, 16)?, le32(file, 20)? as usize);
    let mut facts = Facts { page, ..Facts::default() };
    let (mut at, end) = (32, 32 + size);
    for _ in 0..count {
        let (kind, length) = (le32(file, at)?, le32(file, at + 4)? as usize);
        rule!(length >= 8 && length % 8 == 0 && at + length <= end, "command at {at:#x}: size");
        command(file, kind, at, length, end, &mut facts)?;
        at += length;
    }
    rule!(at == end, "sizeofcmds");
    check_segments(file, &facts)?;
    check_linkedit(&facts)?;
    let text = facts.segments.iter().find(|segment| segment.0 == "__TEXT");
    let text = text.ok_or("there is no __TEXT")?;
    rule!(text.1 == 0 && text.4 == 5, "__TEXT is not mapped R-X from the beginning");
    let entry = facts.entry.ok_or("there is no entry point")?;
    rule!(entry >= end as u64 && entry < text.2, "the entry point is not in __TEXT");
    Ok(facts)
}

fn command(
    file: &[u8],
    kind: u32,
    at: usize,
    length: usize,
    headers: usize,
    facts: &mut Facts,
) -> Verdict<()> {
    let mut range = |offset: usize, size: u64| -> Verdict<()> {
        let start = u64::from(le32(file, at + offset)?);
        if size != 0 {
            facts.ranges.push((start, size));
        }
        Ok(())
    };
    let field = |offset: usize| le32(file, at + offset).map(u64::from);
    match kind {
        0x19 => segment(file, at, length, headers, facts)?,
        0x2 => {
            range(8, field(12)? * 16)?;
            range(16, field(20)?)?;
        }
        0xb => range(56, field(60)? * 4)?,
        0x22 | 0x8000_0022 => {
            for offset in [8, 16, 24, 32, 40] {
                range(offset, field(offset + 4)?)?;
            }
        }
        0x1d => {
            rule!(facts.signature.is_none(), "two signatures");
            facts.signature = Some((field(8)? as usize, field(12)? as usize));
            facts.ranges.push((field(8)?, field(12)?));
        }
        0x1e | 0x26 | 0x29 | 0x2b | 0x2e | 0x8000_0033 | 0x8000_0034 => range(8, field(12)?)?,
        0x8000_0028 => facts.entry = Some(le64(file, at + 8)?),
        _ => {}
    }
    Ok(())
}

fn segment(
    file: &[u8],
    at: usize,
    length: usize,
    headers: usize,
    facts: &mut Facts,
) -> Verdict<()> {
    let name = name_at(file, at + 8);
    let field = |offset: usize| le64(file, at + offset);
    let (address, memory, offset, size) = (field(24)?, field(32)?, field(40)?, field(48)?);
    let (most, first) = (le32(file, at + 56)?, le32(file, at + 60)?);
    rule!(first & !most == 0, "{name}: initprot exceeds maxprot");
    rule!(first & 6 != 6 && most & 6 != 6, "{name}: writable and executable");
    let sections = le32(file, at + 64)? as usize;
    rule!(length == 72 + 80 * sections, "{name}: size of the command");
    for section in (0..sections).map(|index| at + 72 + 80 * index) {
        rule!(name_at(file, section + 16) == name, "a section of {name} is in another segment");
        let (start, bytes) = (le64(file, section + 32)?, le64(file, section + 40)?);
        let inside = start >= address && start + bytes <= address + memory;
        rule!(inside, "a section is outside of {name}");
        let place = u64::from(le32(file, section + 48)?);
        if place != 0 {
            rule!(place == offset + (start - address), "a section's place and address differ");
            rule!(place >= headers as u64, "a section lies on the headers");
            rule!(place + bytes <= offset + size, "a section is beyond the bytes of {name}");
        }
    }
    facts.segments.push((name.clone(), offset, size, address, first));
    facts.segment_commands.push(at);
    // Its size need not be whole pages: zig's are not.
    rule!(address % facts.page == 0, "{name}: begins within a page of memory");
    rule!(size <= memory, "more bytes in the file than in memory");
    rule!(size == 0 || offset % facts.page == 0, "a segment begins within a page of the file");
    Ok(())
}

fn name_at(file: &[u8], at: usize) -> String {
    let field = file.get(at..at + 16).unwrap_or_default();
    let name = field.split(|&byte| byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(name).into_owned()
}

fn check_segments(file: &[u8], facts: &Facts) -> Verdict<()> {
    let (mut place, mut memory) = (0, 0);
    for (index, (name, offset, size, address, protection)) in facts.segments.iter().enumerate() {
        let length = le64(file, facts.segment_commands[index] + 32)?;
        rule!(*address >= memory, "{name}: overlaps in memory");
        memory = address.checked_add(length).ok_or("an address overflows")?;
        let end = offset.checked_add(*size).ok_or("an offset overflows")?;
        rule!(end <= file.len() as u64, "{name}: beyond the end of the file");
        rule!(*size == 0 || *offset >= place, "{name}: overlaps in the file");
        place = place.max(end);
        let expected = match name.as_str() {
            "__PAGEZERO" => 0,
            "__LINKEDIT" | "__SOX" => 1,
            "__SOX_CODE" => 5,
            "__SOX_DATA" => 3,
            _ => continue,
        };
        rule!(*protection == expected, "{name}: protection {protection}");
    }
    Ok(())
}

fn check_linkedit(facts: &Facts) -> Verdict<()> {
    let last = facts.segments.last().ok_or("no segments")?;
    rule!(last.0 == "__LINKEDIT", "__LINKEDIT is not the last segment");
    let (start, end) = (last.1, last.1 + last.2);
    let mut ranges = facts.ranges.clone();
    ranges.sort_unstable();
    let mut before = start;
    for (offset, size) in ranges {
        rule!(offset >= before, "data in __LINKEDIT at {offset:#x} overlaps or is outside");
        before = offset + size;
        rule!(before <= end, "data in __LINKEDIT at {offset:#x} goes beyond it");
    }
    Ok(())
}

fn check_signature(file: &[u8], facts: &mut Facts) -> Verdict<()> {
    let (start, size) = facts.signature.ok_or("there is no signature")?;
    let linkedit = facts.segments.last().ok_or("no segments")?;
    rule!(start % 16 == 0, "the signature is not aligned");
    rule!(start + size == file.len(), "the signature is not at the end of the file");
    rule!(linkedit.1 + linkedit.2 == file.len() as u64, "__LINKEDIT does not end with it");
    let blob = &file[start..];
    rule!(be32(blob, 0)? == 0xfade_0cc0, "superblob");
    let length = be32(blob, 4)? as usize;
    rule!(length <= size && size - length < 16 * 1024, "the superblob's length");
    let count = be32(blob, 8)? as usize;
    let mut end = 12 + 8 * count;
    let mut requirements = None;
    for index in 0..count {
        let (slot, offset) = (be32(blob, 12 + 8 * index)?, be32(blob, 16 + 8 * index)? as usize);
        let (magic, bytes) = (be32(blob, offset)?, be32(blob, offset + 4)? as usize);
        rule!(offset >= end && offset + bytes <= length, "blob {slot:#x} overlaps");
        end = offset + bytes;
        match slot {
            0 => {
                rule!(magic == 0xfade_0c02, "CodeDirectory's magic");
                facts.directory = start + offset;
            }
            2 => {
                rule!(magic == 0xfade_0c01 && bytes == 12, "requirements");
                requirements = Some(Sha256::digest(&blob[offset..offset + bytes]));
            }
            0x1_0000 => rule!(magic == 0xfade_0b01 && bytes == 8, "CMS wrapper is not empty"),
            _ => return Err(format!("slot {slot:#x}")),
        }
    }
    rule!(facts.directory != 0, "there is no CodeDirectory");
    check_directory(file, start, facts, requirements.as_ref().map(|hash| &hash[..]))
}

fn check_directory(
    file: &[u8],
    limit: usize,
    facts: &mut Facts,
    requirements: Option<&[u8]>,
) -> Verdict<()> {
    let length = be32(file, facts.directory + 4)? as usize;
    let directory = file.get(facts.directory..facts.directory + length).ok_or("cut off")?;
    let field = |at| be32(directory, at);
    facts.flags = field(12)?;
    rule!(field(8)? >= 0x2_0400, "version without an executable segment");
    rule!(facts.flags & 2 != 0, "not ad hoc");
    let [hashes, identifier, special, slots, code_limit] =
        [field(16)?, field(20)?, field(24)?, field(28)?, field(32)?].map(|value| value as usize);
    facts.hashes = facts.directory + hashes;
    let kinds = directory.get(36..40).ok_or("cut off")?;
    rule!(kinds[..3] == [32, 2, 0], "hash size, hash type or platform");
    rule!(kinds[3] == 12 || kinds[3] == 14, "page size");
    rule!([40, 44, 48, 52].map(field) == [Ok(0), Ok(0), Ok(0), Ok(0)], "spare fields");
    rule!(be64(directory, 56)? == 0, "codeLimit64 without need");
    let text = facts.segments.iter().find(|segment| segment.0 == "__TEXT").ok_or("no __TEXT")?;
    rule!((be64(directory, 64)?, be64(directory, 72)?) == (text.1, text.2), "exec segment");
    rule!(be64(directory, 80)? & 1 == 1, "not marked as a main program");
    rule!(code_limit == limit, "codeLimit is not where the signature begins");
    let page = 1 << kinds[3];
    rule!(slots == limit.div_ceil(page), "number of page hashes");
    rule!(identifier >= 88 && hashes >= identifier + 32 * special, "layout");
    rule!(hashes + 32 * slots <= length, "hashes beyond the directory");
    let name = &directory[identifier..hashes - 32 * special];
    let end = name.iter().position(|&byte| byte == 0).ok_or("identifier without end")?;
    rule!(end > 0, "the identifier is empty");
    facts.identifier = String::from_utf8_lossy(&name[..end]).into_owned();
    if let Some(expected) = requirements {
        rule!(special >= 2, "requirements without a slot");
        rule!(&directory[hashes - 64..hashes - 32] == expected, "requirements' hash");
        rule!(directory[hashes - 32..hashes].iter().all(|&byte| byte == 0), "Info.plist's hash");
    }
    for (index, content) in file[..limit].chunks(page).enumerate() {
        let hash = &directory[hashes + 32 * index..][..32];
        rule!(hash == &Sha256::digest(content)[..], "hash of page {index}");
    }
    Ok(())
}
