//! The layout model: header, tables and content of an ELF64 file.

use super::raw::*;
use crate::Error;
use crate::record::{fixed_name, overwrite, range, slice};

/// An ELF64 file taken apart. The tables may be edited in place (their sizes stay) and content
/// appended; [`ElfFile::write`] puts it together again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElfFile {
    /// The file header.
    pub header: FileHeader,
    /// The program headers.
    pub segments: Vec<ProgramHeader>,
    /// The section headers.
    pub sections: Vec<SectionHeader>,
    /// The whole file; what stands in it of header and tables is replaced on writing.
    pub content: Vec<u8>,
}

impl ElfFile {
    /// Reads an executable for x86-64 or ARM64 and checks what later steps rely on: tables and
    /// contents lie inside the file, segments are in order and apart, none is writable and
    /// executable.
    ///
    /// # Errors
    ///
    /// For anything else, saying what.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let header = read_header(bytes)?;
        if ![ET_EXEC, ET_DYN].contains(&header.kind) {
            return Err(Error::Unsupported(format!("ELF type {}", header.kind)));
        }
        let segments = read_segments(bytes, &header)?;
        let sections = read_sections(bytes, &header)?;
        let file = ElfFile { header, segments, sections, content: bytes.to_vec() };
        file.check_segments()?;
        file.check_sections()?;
        Ok(file)
    }

    /// Puts the file together. Reading what was written gives an equal value.
    ///
    /// # Errors
    ///
    /// If a table was made longer than its room.
    pub fn write(&self) -> Result<Vec<u8>, Error> {
        let mut out = self.content.clone();
        let mut put = |offset, bytes: &[u8]| overwrite(&mut out, offset, bytes, "header table");
        let mut bytes = Vec::new();
        self.header.put(&mut bytes);
        put(0, &bytes)?;
        bytes.clear();
        self.segments.iter().for_each(|segment| segment.put(&mut bytes));
        put(self.header.program_headers, &bytes)?;
        bytes.clear();
        self.sections.iter().for_each(|section| section.put(&mut bytes));
        put(self.header.section_headers, &bytes)?;
        Ok(out)
    }

    /// A section's name; empty if it leads out of the section of names.
    pub fn section_name(&self, section: &SectionHeader) -> &[u8] {
        let names = self.sections.get(usize::from(self.header.section_names));
        names
            .and_then(|names| self.content.get(range(names.offset, names.size)?))
            .and_then(|names| names.get(section.name as usize..))
            .map(fixed_name)
            .unwrap_or_default()
    }

    /// Bytes of a page as the system may have it: segments are at multiples of it.
    pub fn page_size(&self) -> u64 {
        // ARM64 kernels are built with pages of 4, 16 or 64 KB.
        if self.header.machine == EM_AARCH64 { 0x1_0000 } else { 0x1000 }
    }

    fn check_segments(&self) -> Result<(), Error> {
        let mut end = 0;
        for segment in &self.segments {
            slice(&self.content, segment.offset, segment.file_size, "segment")?;
            if segment.kind != PT_LOAD {
                continue;
            }
            let aligned = segment.align <= 1
                || (segment.align.is_power_of_two()
                    && segment.offset % segment.align == segment.address % segment.align);
            if !aligned {
                return Err(Error::Malformed("a segment's place and address do not agree"));
            }
            if segment.memory_size < segment.file_size {
                return Err(Error::Malformed("a segment is smaller in memory than in the file"));
            }
            if segment.flags & (PF_W | PF_X) == PF_W | PF_X {
                return Err(Error::WritableCode);
            }
            if segment.address < end {
                return Err(Error::Malformed("segments overlap or are out of order"));
            }
            end = segment.address.checked_add(segment.memory_size).ok_or(Error::TooLarge)?;
        }
        Ok(())
    }

    fn check_sections(&self) -> Result<(), Error> {
        for section in self.sections.iter().skip(1).filter(|section| section.kind != SHT_NOBITS) {
            slice(&self.content, section.offset, section.size, "section")?;
        }
        Ok(())
    }
}

/// Reads the file header of a 64-bit little-endian file for a machine we know.
pub(super) fn read_header(bytes: &[u8]) -> Result<FileHeader, Error> {
    let header = FileHeader::read(bytes, 0, "ELF header")?;
    if !header.ident.starts_with(&IDENT) {
        return Err(Error::Unsupported("an ELF file of 32 bits or big-endian".into()));
    }
    if ![EM_X86_64, EM_AARCH64].contains(&header.machine) {
        return Err(Error::Unsupported(format!("ELF machine {}", header.machine)));
    }
    Ok(header)
}

/// Reads the program headers.
pub(super) fn read_segments(
    bytes: &[u8],
    header: &FileHeader,
) -> Result<Vec<ProgramHeader>, Error> {
    let count = header.program_header_count;
    if count != 0 && usize::from(header.program_header_size) != ProgramHeader::SIZE {
        return Err(Error::Malformed("program headers have an unknown size"));
    }
    if count == PN_XNUM {
        return Err(Error::Unsupported("more than 65,534 program headers".into()));
    }
    table(header.program_headers, count.into(), ProgramHeader::SIZE)
        .map(|offset| ProgramHeader::read(bytes, offset?, "program header"))
        .collect()
}

pub(super) fn read_sections(
    bytes: &[u8],
    header: &FileHeader,
) -> Result<Vec<SectionHeader>, Error> {
    let count = header.section_header_count;
    if count != 0 && usize::from(header.section_header_size) != SectionHeader::SIZE {
        return Err(Error::Malformed("section headers have an unknown size"));
    }
    if count == 0 && header.section_headers != 0 {
        return Err(Error::Unsupported("more than 65,279 sections".into()));
    }
    table(header.section_headers, count.into(), SectionHeader::SIZE)
        .map(|offset| SectionHeader::read(bytes, offset?, "section header"))
        .collect()
}

/// The offsets of a table's entries.
fn table(start: u64, count: u64, size: usize) -> impl Iterator<Item = Result<u64, Error>> {
    (0..count).map(move |index| start.checked_add(index * size as u64).ok_or(Error::TooLarge))
}
