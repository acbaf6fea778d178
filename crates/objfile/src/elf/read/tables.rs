//! The tables of a relocatable file: they lie inside it, apart from each other, and are what they
//! should be.

use crate::elf::file::read_sections;
use crate::elf::raw::*;
use crate::object::{Arch, SectionKind};
use crate::record::slice;
use crate::{Error, Foreign};

/// Names may share their bytes, so that all together can be longer than the file, but not by more
/// than this factor: what reads them would take time quadratic in the file's size.
const NAMES_PER_FILE: usize = 8;

/// A table of strings that end with zero.
pub(super) struct Strings<'a> {
    bytes: &'a [u8],
    /// How many bytes of names may still be read.
    left: usize,
}

impl<'a> Strings<'a> {
    /// The name that begins there.
    pub(super) fn name(&mut self, at: u32) -> Result<&'a [u8], Error> {
        let rest = self.bytes.get(at as usize..).unwrap_or_default();
        let end = rest.iter().take(self.left).position(|&byte| byte == 0);
        let end = end.ok_or(Error::Malformed("a name does not end inside of its table"))?;
        self.left -= end;
        Ok(&rest[..end])
    }
}

/// What a section is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It is part of the program.
    Content(SectionKind),
    Symbols,
    Relocations,
    /// Nothing to a linker that makes programs: other tables, notes, what debuggers read, and
    /// `.eh_frame`, with which exceptions are thrown past functions.
    Nothing,
}

/// A section.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) header: SectionHeader,
    pub(super) name: &'a [u8],
}

/// The sections of a relocatable file.
pub(super) struct Tables<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) arch: Arch,
    pub(super) sections: Vec<Entry<'a>>,
}

fn file(what: impl Into<String>) -> Error {
    Foreign::File(what.into()).into()
}

/// Names for messages.
pub(super) fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

impl<'a> Tables<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Tables<'a>, Error> {
        let (header, arch) = read_header(bytes)?;
        let headers = read_sections(bytes, &header)?;
        let mut tables = Tables { bytes, arch, sections: Vec::new() };
        let names = headers.get(usize::from(header.section_names));
        let names = names.ok_or(Error::Malformed("sections have no names"))?;
        let mut names = tables.strings(names)?;
        for header in headers {
            let name = names.name(header.name)?;
            tables.sections.push(Entry { header, name });
        }
        tables.check_apart(&header)?;
        Ok(tables)
    }

    /// No two things have the same bytes. So all contents together are no larger than the file.
    fn check_apart(&self, header: &FileHeader) -> Result<(), Error> {
        let table = self.sections.len() * SectionHeader::SIZE;
        let mut ranges = vec![(0, FileHeader::SIZE as u64), (header.section_headers, table as u64)];
        for Entry { header, .. } in self.sections.iter().skip(1) {
            if header.kind != SHT_NOBITS && header.size > 0 {
                slice(self.bytes, header.offset, header.size, "section")?;
                ranges.push((header.offset, header.size));
            }
        }
        ranges.sort_unstable();
        // None reaches beyond the file, so that these sums do not overflow.
        if ranges.windows(2).any(|pair| pair[0].0 + pair[0].1 > pair[1].0) {
            return Err(Error::Malformed("sections overlap"));
        }
        Ok(())
    }

    /// The bytes of a section.
    pub(super) fn content(&self, header: &SectionHeader) -> Result<&'a [u8], Error> {
        slice(self.bytes, header.offset, header.size, "section")
    }

    fn strings(&self, header: &SectionHeader) -> Result<Strings<'a>, Error> {
        if header.kind != SHT_STRTAB {
            return Err(Error::Malformed("names stand in a section that holds no strings"));
        }
        let left = self.bytes.len().saturating_mul(NAMES_PER_FILE);
        Ok(Strings { bytes: self.content(header)?, left })
    }

    /// The symbols, with the table of their names and the number of local ones.
    pub(super) fn symbols(&self) -> Result<(Vec<SymbolRecord>, Strings<'a>, usize), Error> {
        let mut tables = self.sections.iter().filter(|entry| entry.header.kind == SHT_SYMTAB);
        let Some(Entry { header, .. }) = tables.next() else {
            return Ok((Vec::new(), Strings { bytes: &[], left: 0 }, 0));
        };
        if tables.next().is_some() {
            return Err(Error::Malformed("there are two tables of symbols"));
        }
        let size = SymbolRecord::SIZE as u64;
        if header.entry_size != size || !header.size.is_multiple_of(size) {
            return Err(Error::Malformed("symbols have an unknown size"));
        }
        let names = self.sections.get(header.link as usize);
        let names = names.ok_or(Error::Malformed("symbols have no names"))?;
        let names = self.strings(&names.header)?;
        let offsets = (0..header.size / size).map(|number| header.offset + number * size);
        let symbols: Vec<SymbolRecord> = offsets
            .map(|offset| SymbolRecord::read(self.bytes, offset, "symbol"))
            .collect::<Result<_, Error>>()?;
        if symbols.first().is_some_and(|first| *first != SymbolRecord::default()) {
            return Err(Error::Malformed("the first symbol is not empty"));
        }
        if header.info as usize > symbols.len() {
            return Err(Error::Malformed("there are fewer symbols than local ones"));
        }
        Ok((symbols, names, header.info as usize))
    }

    /// The relocations of a section of them.
    pub(super) fn relocations(
        &self,
        header: SectionHeader,
    ) -> Result<impl Iterator<Item = Result<RelocRecord, Error>> + '_, Error> {
        let size = RelocRecord::SIZE as u64;
        if header.entry_size != size || !header.size.is_multiple_of(size) {
            return Err(Error::Malformed("relocations have an unknown size"));
        }
        let symbols = self.sections.get(header.link as usize);
        if symbols.is_none_or(|entry| entry.header.kind != SHT_SYMTAB) {
            return Err(Error::Malformed("relocations have no symbols"));
        }
        let offsets = (0..header.size / size).map(move |number| header.offset + number * size);
        Ok(offsets.map(|offset| RelocRecord::read(self.bytes, offset, "relocation")))
    }
}

fn read_header(bytes: &[u8]) -> Result<(FileHeader, Arch), Error> {
    let header = FileHeader::read(bytes, 0, "ELF header")?;
    if !header.ident.starts_with(&IDENT[..4]) {
        return Err(Error::UnknownFormat);
    }
    if header.ident[4] != IDENT[4] {
        return Err(file("an ELF file of 32 bits"));
    }
    if header.ident[5] != IDENT[5] {
        return Err(file("a big-endian ELF file"));
    }
    if header.ident[6] != IDENT[6] || header.version != 1 {
        return Err(file("another version of ELF"));
    }
    let arch = match header.machine {
        EM_X86_64 => Arch::X64,
        EM_AARCH64 => Arch::Arm64,
        other => return Err(file(format!("ELF machine {other}"))),
    };
    match header.kind {
        ET_REL => Ok((header, arch)),
        ET_EXEC => Err(file("linking a finished executable")),
        ET_DYN => Err(file("linking a shared library or a finished executable")),
        other => Err(file(format!("linking an ELF file of type {other}"))),
    }
}

/// Flags of the sections that are linked.
const KNOWN_FLAGS: u64 = SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR | SHF_MERGE | SHF_STRINGS;

const STARTS: &str = " (functions that run before or after `main`)";

impl Entry<'_> {
    /// What the section is for.
    pub(super) fn role(&self) -> Result<Role, Error> {
        let Entry { header, name } = *self;
        let refuse = |why: &str| {
            let (name, why) = (text(name), why.to_string());
            Err(Foreign::Section { name, why }.into())
        };
        match header.kind {
            SHT_SYMTAB => return Ok(Role::Symbols),
            SHT_RELA => return Ok(Role::Relocations),
            SHT_REL => return refuse(" (relocations without addends)"),
            SHT_GROUP => return refuse(" (a group of sections)"),
            SHT_SYMTAB_SHNDX => return refuse(" (more than 65,279 sections)"),
            _ => {}
        }
        let is = |flag: u64| header.flags & flag != 0;
        if name == b".note.GNU-stack" && is(SHF_EXECINSTR) {
            return refuse(" (a stack that can be executed)");
        }
        if !is(SHF_ALLOC) || header.kind == SHT_NOTE || name == b".eh_frame" {
            return Ok(Role::Nothing);
        }
        let start = |prefix: &[u8]| {
            name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest[0] == b'.')
        };
        if [&b".init"[..], b".fini", b".ctors", b".dtors"].into_iter().any(start)
            || (SHT_INIT_ARRAY..SHT_INIT_ARRAY + 3).contains(&header.kind)
        {
            return refuse(STARTS);
        }
        if is(SHF_TLS) {
            return refuse(" (variables of which each thread has its own)");
        }
        if is(SHF_WRITE) && is(SHF_EXECINSTR) {
            return refuse(" (instructions that can be written)");
        }
        if header.flags & !KNOWN_FLAGS != 0 {
            return refuse(&format!(" (flags {:#x})", header.flags & !KNOWN_FLAGS));
        }
        Ok(Role::Content(match header.kind {
            SHT_PROGBITS if is(SHF_EXECINSTR) => SectionKind::Text,
            SHT_PROGBITS if is(SHF_WRITE) => SectionKind::Data,
            SHT_PROGBITS => SectionKind::ReadOnly,
            SHT_NOBITS if !is(SHF_EXECINSTR) => SectionKind::Zero,
            kind => return refuse(&format!(" (type {kind:#x})")),
        }))
    }
}
