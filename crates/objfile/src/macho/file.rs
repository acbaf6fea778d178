//! The layout model: header, load commands and content of a Mach-O file for one architecture.

use super::raw::*;
use crate::Error;
use crate::record::{align_up, fixed_name, slice, to_u32};

/// A load command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A segment and its sections.
    Segment(Segment, Vec<Section>),
    /// A blob in `__LINKEDIT`.
    Blob(LinkeditBlob),
    /// A command as it stands in the file. `offsets` tells which of its 32-bit fields are places
    /// in `__LINKEDIT`, by their place in `bytes`.
    Other {
        /// The whole command.
        bytes: Vec<u8>,
        /// Fields that move with `__LINKEDIT`; those that are zero mean nothing.
        offsets: &'static [usize],
    },
}

/// A Mach-O file taken apart. Commands may be edited, added and removed; [`MachoFile::write`] puts
/// header and commands over the beginning of the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachoFile {
    /// The file header; the number and size of commands are counted on writing.
    pub header: FileHeader,
    /// The load commands in their order.
    pub commands: Vec<Command>,
    /// The whole file.
    pub content: Vec<u8>,
}

impl MachoFile {
    /// Reads a program and checks what later steps rely on: everything lies inside the file,
    /// segments are in order and apart, `__LINKEDIT` is the last, and none may be both written
    /// and executed.
    ///
    /// # Errors
    ///
    /// For anything else, saying what.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let header = read_header(bytes)?;
        if header.kind != MH_EXECUTE {
            return Err(Error::Unsupported(format!("Mach-O type {}", header.kind)));
        }
        let commands = read_commands(bytes, &header)?;
        commands.iter().try_for_each(Command::check_known)?;
        let file = MachoFile { header, commands, content: bytes.to_vec() };
        file.check_segments()?;
        file.check_blobs()?;
        Ok(file)
    }

    /// Puts the file together. Reading what was written gives an equal value.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoom`] if the commands became too many for the room before the first section.
    pub fn write(&self) -> Result<Vec<u8>, Error> {
        let mut commands = Vec::new();
        self.commands.iter().for_each(|command| command.put(&mut commands));
        let header = FileHeader {
            command_count: to_u32(self.commands.len() as u64)?,
            commands_size: to_u32(commands.len() as u64)?,
            ..self.header
        };
        let (needed, available) = ((FileHeader::SIZE + commands.len()) as u64, self.header_room());
        if needed > available {
            return Err(Error::NoRoom { needed, available });
        }
        let mut out = Vec::new();
        header.put(&mut out);
        out.append(&mut commands);
        // What was a command and is none any more is padding.
        let before = FileHeader::SIZE + self.header.commands_size as usize;
        out.resize(out.len().max(before), 0);
        out.extend(self.content.get(out.len()..).unwrap_or_default());
        Ok(out)
    }

    /// The segments in their order.
    pub fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.commands.iter().filter_map(|command| match command {
            Command::Segment(segment, _) => Some(segment),
            _ => None,
        })
    }

    /// The command of the segment with this name.
    pub fn segment_index(&self, name: &str) -> Option<usize> {
        self.commands.iter().position(|command| match command {
            Command::Segment(segment, _) => fixed_name(&segment.name) == name.as_bytes(),
            _ => false,
        })
    }

    /// The segment with this name.
    pub fn segment(&self, name: &str) -> Option<&Segment> {
        self.segments().find(|segment| fixed_name(&segment.name) == name.as_bytes())
    }

    /// `__LINKEDIT`, which [`MachoFile::read`] has found to be there.
    pub(super) fn linkedit(&mut self) -> Result<&mut Segment, Error> {
        let index = self.segment_index("__LINKEDIT");
        match index.and_then(|index| self.commands.get_mut(index)) {
            Some(Command::Segment(segment, _)) => Ok(segment),
            _ => Err(Error::Malformed("there is no __LINKEDIT segment")),
        }
    }

    /// Bytes of a page.
    pub fn page_size(&self) -> u64 {
        if self.header.cpu == CPU_ARM64 { 0x4000 } else { 0x1000 }
    }

    /// Bytes from the beginning of the file to the first content of a section.
    fn header_room(&self) -> u64 {
        let sections = self.commands.iter().filter_map(|command| match command {
            Command::Segment(_, sections) => Some(sections),
            _ => None,
        });
        let offsets = sections.flatten().map(|section| u64::from(section.offset));
        let first = offsets.filter(|&offset| offset != 0).min();
        first.or(self.segment("__TEXT").map(|text| text.file_size)).unwrap_or(0)
    }

    fn check_segments(&self) -> Result<(), Error> {
        let (mut file_end, mut end) = (0, 0);
        for segment in self.segments() {
            slice(&self.content, segment.offset, segment.file_size, "segment")?;
            let both = VM_PROT_WRITE | VM_PROT_EXECUTE;
            if segment.protection & both == both {
                return Err(Error::WritableCode);
            }
            if segment.address < end || (segment.file_size != 0 && segment.offset < file_end) {
                return Err(Error::Malformed("segments overlap or are out of order"));
            }
            if segment.file_size > segment.memory_size {
                return Err(Error::Malformed("a segment is smaller in memory than in the file"));
            }
            end = segment.address.checked_add(segment.memory_size).ok_or(Error::TooLarge)?;
            file_end = file_end.max(segment.offset + segment.file_size);
        }
        let text = self.segment("__TEXT").ok_or(Error::Malformed("there is no __TEXT segment"))?;
        if text.offset != 0 || text.file_size < self.header_room() {
            return Err(Error::Malformed("__TEXT does not hold the headers"));
        }
        let last = self.segments().last().map(|segment| segment.name);
        let linkedit = self.segment("__LINKEDIT");
        let linkedit = linkedit.filter(|linkedit| Some(linkedit.name) == last);
        let linkedit = linkedit.ok_or(Error::Malformed("__LINKEDIT is not the last segment"))?;
        if linkedit.offset % self.page_size() != 0 || linkedit.address % self.page_size() != 0 {
            return Err(Error::Malformed("__LINKEDIT does not begin with a page"));
        }
        if linkedit.offset + linkedit.file_size != self.content.len() as u64 {
            return Err(Error::Malformed("there are bytes behind __LINKEDIT"));
        }
        Ok(())
    }

    /// Blobs lie in `__LINKEDIT`; the signature is the last of them.
    fn check_blobs(&self) -> Result<(), Error> {
        let start = self.segment("__LINKEDIT").map_or(0, |linkedit| linkedit.offset);
        for command in &self.commands {
            let Command::Blob(blob) = command else { continue };
            let offset = u64::from(blob.offset);
            slice(&self.content, offset, blob.length.into(), "__LINKEDIT data")?;
            if blob.length != 0 && offset < start {
                return Err(Error::Malformed("__LINKEDIT data lies outside __LINKEDIT"));
            }
            if blob.kind == LC_CODE_SIGNATURE
                && offset + u64::from(blob.length) != self.content.len() as u64
            {
                return Err(Error::Malformed("the signature is not at the end"));
            }
        }
        Ok(())
    }
}

impl Command {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Command::Segment(segment, sections) => {
                segment.put(out);
                sections.iter().for_each(|section| section.put(out));
            }
            Command::Blob(blob) => blob.put(out),
            Command::Other { bytes, .. } => out.extend(bytes),
        }
    }

    /// What is edited must be understood: an unknown command may have places in `__LINKEDIT`.
    fn check_known(&self) -> Result<(), Error> {
        let Command::Other { bytes, offsets: [] } = self else { return Ok(()) };
        let kind = CommandHeader::read(bytes, 0, "load command")?.kind;
        if UNPLACED_COMMANDS.contains(&kind) {
            return Ok(());
        }
        Err(Error::Unsupported(format!("Mach-O load command {kind:#x}")))
    }

    /// Moves the places it has in `__LINKEDIT`.
    pub(super) fn move_linkedit(&mut self, distance: u64) -> Result<(), Error> {
        let moved = |offset: u32| to_u32(u64::from(offset) + distance);
        match self {
            Command::Segment(..) => {}
            Command::Blob(blob) => blob.offset = moved(blob.offset)?,
            Command::Other { bytes, offsets } => {
                for &at in *offsets {
                    let Some(field) = bytes.get_mut(at..).and_then(|rest| rest.first_chunk_mut())
                    else {
                        continue;
                    };
                    let offset = u32::from_le_bytes(*field);
                    if offset != 0 {
                        *field = moved(offset)?.to_le_bytes();
                    }
                }
            }
        }
        Ok(())
    }
}

pub(super) fn read_header(bytes: &[u8]) -> Result<FileHeader, Error> {
    if bytes.starts_with(&FAT_MAGIC) {
        return Err(Error::Unsupported("a Mach-O file for several architectures".into()));
    }
    let header = FileHeader::read(bytes, 0, "Mach-O header")?;
    if header.magic != MAGIC {
        return Err(Error::UnknownFormat);
    }
    if ![CPU_X86_64, CPU_ARM64].contains(&header.cpu) {
        return Err(Error::Unsupported(format!("Mach-O processor {:#x}", header.cpu)));
    }
    Ok(header)
}

pub(super) fn read_commands(bytes: &[u8], header: &FileHeader) -> Result<Vec<Command>, Error> {
    let start = FileHeader::SIZE as u64;
    let all = slice(bytes, start, header.commands_size.into(), "load commands")?;
    let mut rest = all;
    let mut commands = Vec::new();
    for _ in 0..header.command_count {
        let head = CommandHeader::read(rest, 0, "load command")?;
        let size = u64::from(head.size);
        if size < CommandHeader::SIZE as u64 || size % 8 != 0 {
            return Err(Error::Malformed("a load command has an odd size"));
        }
        let command = slice(rest, 0, size, "load command")?;
        commands.push(read_command(head.kind, command)?);
        rest = &rest[command.len()..];
    }
    if !rest.is_empty() {
        return Err(Error::Malformed("load commands are fewer than announced"));
    }
    Ok(commands)
}

fn read_command(kind: u32, bytes: &[u8]) -> Result<Command, Error> {
    // Fields of `symtab_command`, `dysymtab_command` and `dyld_info_command` that are offsets.
    const SYMTAB: &[usize] = &[8, 16];
    const DYSYMTAB: &[usize] = &[32, 40, 48, 56, 64, 72];
    const DYLD_INFO: &[usize] = &[8, 16, 24, 32, 40];
    let other = |offsets| Ok(Command::Other { bytes: bytes.to_vec(), offsets });
    match kind {
        LC_SEGMENT_64 => read_segment(bytes),
        LC_CODE_SIGNATURE
        | LC_SEGMENT_SPLIT_INFO
        | LC_FUNCTION_STARTS
        | LC_DATA_IN_CODE
        | LC_DYLIB_CODE_SIGN_DRS
        | LC_LINKER_OPTIMIZATION_HINT
        | LC_DYLD_EXPORTS_TRIE
        | LC_DYLD_CHAINED_FIXUPS => {
            if bytes.len() != LinkeditBlob::SIZE {
                return Err(Error::Malformed("a load command has an odd size"));
            }
            LinkeditBlob::read(bytes, 0, "load command").map(Command::Blob)
        }
        LC_SYMTAB => other(SYMTAB),
        LC_DYSYMTAB => other(DYSYMTAB),
        _ if kind & !LC_REQ_DYLD == LC_DYLD_INFO => other(DYLD_INFO),
        _ => other(&[]),
    }
}

fn read_segment(bytes: &[u8]) -> Result<Command, Error> {
    let segment = Segment::read(bytes, 0, "segment command")?;
    let sections: Vec<Section> = (0..u64::from(segment.section_count))
        .map(|index| {
            let offset = Segment::SIZE as u64 + index * Section::SIZE as u64;
            Section::read(bytes, offset, "section")
        })
        .collect::<Result<_, _>>()?;
    if bytes.len() != Segment::SIZE + sections.len() * Section::SIZE {
        return Err(Error::Malformed("a segment command has an odd size"));
    }
    Ok(Command::Segment(segment, sections))
}

/// Whole pages.
pub(super) fn pages(size: u64, page: u64) -> Result<u64, Error> {
    align_up(size, page)
}
