//! Relocatable ELF files (`.o`) of objects.
//!
//! Distances to local symbols of the same section are final and written at once; all other
//! relocations are left to the linker. A `.note.GNU-stack` says that the stack need not be executable.

use super::raw::*;
use super::reloc::relocation_number;
use crate::Error;
use crate::object::{Arch, Object, Reloc, SectionKind};
use crate::record::pad_to;

/// Names of sections that hold something, with their kinds and rights.
const CONTENT: [(&str, u32, u64); 4] = [
    (".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR),
    (".rodata", SHT_PROGBITS, SHF_ALLOC),
    (".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE),
    (".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE),
];

/// Index of the section of symbols: behind the null section and those with content.
const SYMBOLS: u32 = 1 + CONTENT.len() as u32;

/// A file being put together.
struct File {
    bytes: Vec<u8>,
    headers: Vec<SectionHeader>,
    names: Vec<u8>,
}

impl File {
    fn name(&mut self, name: &str) -> u32 {
        let at = self.names.len() as u32;
        self.names.extend_from_slice(name.as_bytes());
        self.names.push(0);
        at
    }

    /// Adds a section; the header has all that is not told by name and content.
    fn add(&mut self, name: &str, content: &[u8], header: SectionHeader) -> Result<(), Error> {
        pad_to(&mut self.bytes, header.align.max(1))?;
        let (offset, name) = (self.bytes.len() as u64, self.name(name));
        let size = if header.kind == SHT_NOBITS { header.size } else { content.len() as u64 };
        self.bytes.extend_from_slice(content);
        self.headers.push(SectionHeader { name, offset, size, ..header });
        Ok(())
    }
}

/// Writes an object as a relocatable file.
///
/// # Errors
/// If a name has a zero byte, or something is too large.
pub fn relocatable(object: &Object) -> Result<Vec<u8>, Error> {
    let mut file = File {
        bytes: vec![0; FileHeader::SIZE],
        headers: vec![SectionHeader::default()],
        names: vec![0],
    };
    let (symbols, strings, locals, indices) = symbols(object)?;
    let mut pending = Vec::new();
    for (kind, (name, section_kind, flags)) in SectionKind::ALL.into_iter().zip(CONTENT) {
        let section = object.section(kind);
        let mut bytes = section.bytes.clone();
        let mut relocs = Vec::new();
        for reloc in &section.relocs {
            if !settle(object, kind, reloc, &mut bytes)? {
                put_reloc(object, reloc, &indices, &mut relocs)?;
            }
        }
        let align = section.align.max(1);
        let (kind, size) = (section_kind, section.size());
        let header = SectionHeader { kind, flags, size, align, ..SectionHeader::default() };
        file.add(name, &bytes, header)?;
        if !relocs.is_empty() {
            pending.push((name, file.headers.len() as u32 - 1, relocs));
        }
    }
    let table = |kind, align, entry_size| SectionHeader {
        kind,
        align,
        entry_size,
        ..SectionHeader::default()
    };
    let symbol_size = SymbolRecord::SIZE as u64;
    let header =
        SectionHeader { link: SYMBOLS + 1, info: locals, ..table(SHT_SYMTAB, 8, symbol_size) };
    file.add(".symtab", &symbols, header)?;
    file.add(".strtab", &strings, table(SHT_STRTAB, 1, 0))?;
    for (name, info, relocs) in pending {
        let header = table(SHT_RELA, 8, RelocRecord::SIZE as u64);
        let header = SectionHeader { flags: SHF_INFO_LINK, link: SYMBOLS, info, ..header };
        file.add(&format!(".rela{name}"), &relocs, header)?;
    }
    file.add(".note.GNU-stack", &[], table(SHT_PROGBITS, 1, 0))?;
    finish(file, object.arch)
}

/// Adds the names of sections, the section headers, and the file's header.
fn finish(mut file: File, arch: Arch) -> Result<Vec<u8>, Error> {
    let section_names = file.headers.len() as u16;
    let own = file.name(".shstrtab");
    let offset = file.bytes.len() as u64;
    file.bytes.extend_from_slice(&file.names);
    let size = file.names.len() as u64;
    let (name, kind, align) = (own, SHT_STRTAB, 1);
    file.headers.push(SectionHeader {
        name,
        kind,
        offset,
        size,
        align,
        ..SectionHeader::default()
    });
    pad_to(&mut file.bytes, 8)?;
    let mut header = FileHeader {
        kind: ET_REL,
        machine: if arch == Arch::X64 { EM_X86_64 } else { EM_AARCH64 },
        version: 1,
        section_headers: file.bytes.len() as u64,
        header_size: FileHeader::SIZE as u16,
        section_header_size: SectionHeader::SIZE as u16,
        section_header_count: file.headers.len() as u16,
        section_names,
        ..FileHeader::default()
    };
    header.ident[..IDENT.len()].copy_from_slice(&IDENT);
    for section in &file.headers {
        section.put(&mut file.bytes);
    }
    let mut start = Vec::new();
    header.put(&mut start);
    file.bytes[..FileHeader::SIZE].copy_from_slice(&start);
    Ok(file.bytes)
}

/// Writes a distance that no linker can change; whether it was one.
fn settle(
    object: &Object,
    kind: SectionKind,
    reloc: &Reloc,
    bytes: &mut [u8],
) -> Result<bool, Error> {
    let symbol = object.symbol(reloc.symbol);
    let Some(definition) = symbol.definition.filter(|d| d.section == kind && !symbol.global) else {
        return Ok(false);
    };
    if !reloc.kind.is_distance() {
        return Ok(false);
    }
    let at = reloc.at as usize;
    let field = bytes
        .get_mut(at..at + reloc.kind.size())
        .ok_or(Error::Malformed("a relocation lies outside of its section"))?;
    let target = definition.offset.wrapping_add_signed(reloc.addend);
    reloc.kind.patch(field, reloc.at, target).map_err(|_| Error::TooLarge)?;
    Ok(true)
}

fn put_reloc(
    object: &Object,
    reloc: &Reloc,
    indices: &[u32],
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let number = relocation_number(reloc.kind, object.arch)
        .ok_or_else(|| Error::Unsupported("a relocation of another machine".into()))?;
    let symbol = indices[reloc.symbol.0 as usize];
    let record = RelocRecord {
        offset: reloc.at,
        info: u64::from(symbol) << 32 | u64::from(number),
        addend: reloc.addend as u64,
    };
    record.put(out);
    Ok(())
}

/// The symbols, local ones first, as ELF wants it: the table, its strings, the number of local ones, and
/// where each symbol of the object is.
#[allow(clippy::type_complexity, reason = "four tables made in one go")]
fn symbols(object: &Object) -> Result<(Vec<u8>, Vec<u8>, u32, Vec<u32>), Error> {
    let (mut table, mut strings) = (vec![0; SymbolRecord::SIZE], vec![0]);
    let mut indices = vec![0; object.symbols.len()];
    let used = used(object);
    let (mut count, mut locals) = (1, 1);
    for global in [false, true] {
        for ((symbol, index), &used) in object.symbols.iter().zip(&mut indices).zip(&used) {
            // What is not defined is looked for outside.
            let outside = symbol.global || symbol.definition.is_none();
            if outside != global || (symbol.section && !used) {
                continue;
            }
            let name = object.name(symbol);
            if name.contains(&0) {
                return Err(Error::Text { what: "a symbol's name", rule: "free of zero bytes" });
            }
            let (section, value, size) = match symbol.definition {
                Some(d) => (1 + d.section as u16, d.offset, d.size),
                None => (0, 0, 0),
            };
            // A linker looks at nothing but the name of what is undefined.
            let info = match symbol.definition {
                Some(_) => symbol_info(global, symbol.function),
                None => 1 << 4,
            };
            let name_at = strings.len() as u32;
            SymbolRecord { name: name_at, info, other: 0, section, value, size }.put(&mut table);
            strings.extend_from_slice(name);
            strings.push(0);
            *index = count;
            count += 1;
            locals += u32::from(!global);
        }
    }
    Ok((table, strings, locals, indices))
}

/// Which symbols relocations name.
fn used(object: &Object) -> Vec<bool> {
    let mut used = vec![false; object.symbols.len()];
    for reloc in object.sections.iter().flat_map(|section| &section.relocs) {
        used[reloc.symbol.0 as usize] = true;
    }
    used
}
