//! The layout model: headers, sections and content of a PE32+ image.

use super::checksum;
use super::raw::*;
use crate::Error;
use crate::record::{align_up, overwrite, pad_to, slice, to_u32};

/// A PE32+ image taken apart. Sections may be added as long as the headers have room;
/// [`PeFile::write`] puts the file together, with its checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeFile {
    /// The COFF header.
    pub header: FileHeader,
    /// The optional header.
    pub optional: OptionalHeader,
    /// The data directories.
    pub directories: Vec<Directory>,
    /// The section headers.
    pub sections: Vec<Section>,
    /// The whole file.
    pub content: Vec<u8>,
    /// Where the COFF header is.
    at: u64,
}

/// What [`parts`](super::parts) needs too.
pub(super) struct Headers {
    pub(super) header: FileHeader,
    pub(super) optional: OptionalHeader,
    pub(super) sections: Vec<Section>,
    directories: Vec<Directory>,
    at: u64,
}

impl PeFile {
    /// Reads an image for x86-64 or ARM64 and checks what later steps rely on: everything lies
    /// inside the file, sections are in order and apart, none is writable and executable.
    ///
    /// # Errors
    ///
    /// For anything else, saying what.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let Headers { header, optional, sections, directories, at } = read_headers(bytes)?;
        let content = bytes.to_vec();
        let file = PeFile { header, optional, directories, sections, content, at };
        file.check_sections()?;
        Ok(file)
    }

    /// Puts the file together and computes its checksum.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`] if there are more sections than the headers have room for.
    pub fn write(&self) -> Result<Vec<u8>, Error> {
        let mut headers = Vec::new();
        let count = u16::try_from(self.sections.len()).map_err(|_| Error::TooLarge)?;
        FileHeader { section_count: count, ..self.header }.put(&mut headers);
        OptionalHeader { checksum: 0, ..self.optional }.put(&mut headers);
        self.directories.iter().for_each(|directory| directory.put(&mut headers));
        let table = FileHeader::SIZE + usize::from(self.header.optional_header_size);
        headers.resize(table, 0);
        self.sections.iter().for_each(|section| section.put(&mut headers));
        let (needed, available) = (self.at + headers.len() as u64, self.header_room());
        if needed > available {
            return Err(Error::NoRoom { needed, available });
        }
        let mut out = self.content.clone();
        overwrite(&mut out, self.at, &headers, "PE headers")?;
        let checksum = checksum::checksum(&out).to_le_bytes();
        overwrite(&mut out, self.checksum_at(), &checksum, "PE headers")?;
        Ok(out)
    }

    /// Where the checksum stands.
    fn checksum_at(&self) -> u64 {
        self.at + (FileHeader::SIZE + 64) as u64
    }

    /// Bytes before the first content of a section.
    fn header_room(&self) -> u64 {
        let contents = self.sections.iter().filter(|section| section.file_size != 0);
        let first = contents.map(|section| section.offset).min().unwrap_or(u32::MAX);
        self.optional.headers_size.min(first).into()
    }

    /// Adds a section behind all others and gives its address. Its content goes to the end of the
    /// file.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] beyond 4 GB.
    pub fn add_section(
        &mut self,
        name: [u8; 8],
        content: &[u8],
        characteristics: u32,
    ) -> Result<u32, Error> {
        let address = to_u32(self.next_address()?)?;
        let alignment = self.optional.file_alignment.into();
        pad_to(&mut self.content, alignment)?;
        let offset = to_u32(self.content.len() as u64)?;
        self.content.extend(content);
        pad_to(&mut self.content, alignment)?;
        let file_size = to_u32(self.content.len() as u64 - u64::from(offset))?;
        self.sections.push(Section {
            name,
            memory_size: to_u32(content.len() as u64)?,
            address,
            file_size,
            offset,
            unused: [0; 3],
            characteristics,
        });
        let total = if characteristics & SCN_CODE != 0 {
            &mut self.optional.code_size
        } else {
            &mut self.optional.data_size
        };
        *total = total.checked_add(file_size).ok_or(Error::TooLarge)?;
        self.optional.image_size = to_u32(self.next_address()?)?;
        Ok(address)
    }

    /// The first address behind all sections.
    pub fn next_address(&self) -> Result<u64, Error> {
        let end = self.sections.iter().map(section_end).max();
        let end = end.unwrap_or(self.optional.headers_size.into());
        align_up(end, self.optional.section_alignment.into())
    }

    /// The bytes of a data directory that lies wholly in a section, with its address.
    pub(super) fn directory(&self, index: usize) -> Option<(Directory, &Section)> {
        let directory = *self.directories.get(index)?;
        let (start, end) = (
            u64::from(directory.address),
            u64::from(directory.address) + u64::from(directory.size),
        );
        let section = self
            .sections
            .iter()
            .find(|section| start >= section.address.into() && end <= section_end(section))?;
        (directory.address != 0).then_some((directory, section))
    }

    fn check_sections(&self) -> Result<(), Error> {
        let certificates = self.directories.get(DIRECTORY_CERTIFICATES);
        if certificates.is_some_and(|directory| directory.address != 0) {
            return Err(Error::Signed);
        }
        let (mut end, alignment) =
            (u64::from(self.optional.headers_size), u64::from(self.optional.section_alignment));
        for section in &self.sections {
            slice(&self.content, section.offset.into(), section.file_size.into(), "section")?;
            if section.characteristics & (SCN_WRITE | SCN_EXECUTE) == SCN_WRITE | SCN_EXECUTE {
                return Err(Error::WritableCode);
            }
            if u64::from(section.address) < end || u64::from(section.address) % alignment != 0 {
                return Err(Error::Malformed("sections overlap or are out of order"));
            }
            end = section_end(section);
        }
        Ok(())
    }
}

fn section_end(section: &Section) -> u64 {
    // A section without a size in memory has that of the file.
    let size = if section.memory_size == 0 { section.file_size } else { section.memory_size };
    u64::from(section.address) + u64::from(size)
}

/// Reads the headers of a 64-bit image for a machine we know.
pub(super) fn read_headers(bytes: &[u8]) -> Result<Headers, Error> {
    let at = coff_header_at(bytes)?;
    let header = FileHeader::read(bytes, at, "COFF header")?;
    if ![MACHINE_X64, MACHINE_ARM64].contains(&header.machine) {
        return Err(Error::Unsupported(format!("PE machine {:#x}", header.machine)));
    }
    let mut offset = at + FileHeader::SIZE as u64;
    let size = u64::from(header.optional_header_size);
    let block = slice(bytes, offset, size, "optional header")?;
    let optional = OptionalHeader::read(block, 0, "optional header")?;
    if optional.magic != PE32_PLUS {
        return Err(Error::Unsupported("a PE file of 32 bits".into()));
    }
    let (file, memory) = (optional.file_alignment, optional.section_alignment);
    let right = file.is_power_of_two() && memory.is_power_of_two() && file >= 0x200;
    if !right || file > 0x1_0000 || memory < file {
        return Err(Error::Malformed("the alignments are not allowed"));
    }
    let first = OptionalHeader::SIZE as u64;
    let directories = (0..u64::from(optional.directory_count))
        .map(|index| {
            let place = first.checked_add(index * Directory::SIZE as u64);
            Directory::read(block, place.ok_or(Error::TooLarge)?, "data directory")
        })
        .collect::<Result<_, _>>()?;
    offset += size;
    let sections = (0..u64::from(header.section_count))
        .map(|index| Section::read(bytes, offset + index * Section::SIZE as u64, "section header"))
        .collect::<Result<_, _>>()?;
    Ok(Headers { header, optional, sections, directories, at })
}

fn coff_header_at(bytes: &[u8]) -> Result<u64, Error> {
    if !bytes.starts_with(&DOS_MAGIC) {
        return Err(Error::UnknownFormat);
    }
    let field = slice(bytes, PE_OFFSET_AT, 4, "place of the PE header")?;
    let offset = field.first_chunk().map_or(0, |field| u32::from_le_bytes(*field)).into();
    if slice(bytes, offset, 4, "PE signature")? != PE_MAGIC {
        return Err(Error::UnknownFormat);
    }
    Ok(offset + PE_MAGIC.len() as u64)
}
