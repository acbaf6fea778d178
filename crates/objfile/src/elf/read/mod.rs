//! Objects of relocatable ELF files (`.o`): what [`relocatable`](super::relocatable) writes, and
//! what C compilers write as long as it is made of the same things. Everything else that matters to
//! a program is refused by its name.
//!
//! Each section of the file is one piece of the object, as a linker must not look into it; several
//! of one kind stand one behind the other. Work and memory are linear in the file's size.

mod tables;

use super::raw::*;
use super::reloc;
use crate::object::{Arch, Definition, Object, Reloc, SectionKind, SymbolId};
use crate::{Error, Foreign};
use tables::{Entry, Role, Tables, text};

/// Largest alignment of a section: executables are made for pages of up to 64 KB.
const MAX_ALIGN: u64 = 1 << 16;

/// Most zeros of a section, which take no place in the file: what addresses of processors allow.
const MAX_ZEROS: u64 = 1 << 47;

/// Reads a relocatable file. Writing the object again gives the same bytes if
/// [`relocatable`](super::relocatable) made them.
///
/// ```
/// use sox_objfile::elf::{read_relocatable, relocatable};
/// use sox_objfile::object::{Arch, Definition, Object, SectionKind};
///
/// let mut object = Object::new(Arch::X64);
/// let offset = object.append(SectionKind::Text, 16, &[0xc3]);
/// let nothing = object.add_symbol(b"nothing", true, true);
/// object.define(nothing, Definition { section: SectionKind::Text, offset, size: 1 });
/// let file = relocatable(&object)?;
/// assert_eq!(relocatable(&read_relocatable(&file)?)?, file);
/// # Ok::<(), sox_objfile::Error>(())
/// ```
///
/// # Errors
/// [`Error::Foreign`] for what is not supported; otherwise what is wrong with the file.
pub fn read_relocatable(bytes: &[u8]) -> Result<Object, Error> {
    let tables = Tables::open(bytes)?;
    let mut object = Object::new(tables.arch);
    let mut pieces = Vec::new();
    for entry in &tables.sections {
        pieces.push(match entry.role()? {
            Role::Content(kind) => Some(add_section(&tables, entry, kind, &mut object)?),
            _ => None,
        });
    }
    let symbols = add_symbols(&tables, &pieces, &mut object)?;
    for entry in tables.sections.iter().filter(|entry| entry.header.kind == SHT_RELA) {
        let target = entry.header.info as usize;
        let section = tables.sections.get(target);
        let section = section.ok_or(Error::Malformed("relocations have no section"))?;
        if let Some(piece) = pieces[target] {
            add_relocations(&tables, entry, section, piece, &symbols, &mut object)?;
        }
    }
    for section in &mut object.sections {
        section.relocs.sort_by_key(|reloc| reloc.at);
        let overlap = |pair: &[Reloc]| pair[0].at + pair[0].kind.size() as u64 > pair[1].at;
        if section.relocs.windows(2).any(overlap) {
            return Err(Error::Malformed("relocations overlap"));
        }
    }
    Ok(object)
}

/// The names of what a relocatable file defines for others. Nothing else is looked at, so that this
/// works for objects that cannot be linked here.
///
/// # Errors
/// If the file or its symbols are not sound.
pub fn defined_symbols(bytes: &[u8]) -> Result<Vec<&[u8]>, Error> {
    let tables = Tables::open(bytes)?;
    let (records, mut names, locals) = tables.symbols()?;
    let globals = records.iter().skip(locals.max(1));
    let defined = globals.filter(|record| record.section != SHN_UNDEF);
    defined.map(|record| names.name(record.name)).collect()
}

/// Where a section of the file is in the object.
#[derive(Clone, Copy)]
struct Piece {
    kind: SectionKind,
    start: u64,
    size: u64,
    /// The symbol that stands for it.
    symbol: SymbolId,
}

fn add_section(
    tables: &Tables<'_>,
    entry: &Entry<'_>,
    kind: SectionKind,
    object: &mut Object,
) -> Result<Piece, Error> {
    let Entry { header, name } = *entry;
    let align = header.align.max(1);
    if !align.is_power_of_two() {
        return Err(Error::Malformed("an alignment is no power of two"));
    }
    if align > MAX_ALIGN {
        let why = format!(" (alignment {align})");
        return Err(Foreign::Section { name: text(name), why }.into());
    }
    let start = if kind == SectionKind::Zero {
        if header.size.max(object.section(kind).zeros) > MAX_ZEROS {
            return Err(Error::TooLarge);
        }
        object.reserve(align, header.size)
    } else {
        object.append(kind, align, tables.content(&header)?)
    };
    let symbol = object.add_symbol(name, false, false);
    object.define(symbol, Definition { section: kind, offset: start, size: header.size });
    object.symbols[symbol.0 as usize].section = true;
    Ok(Piece { kind, start, size: header.size, symbol })
}

/// Adds the symbols and tells for each of the file, which one it is.
fn add_symbols(
    tables: &Tables<'_>,
    pieces: &[Option<Piece>],
    object: &mut Object,
) -> Result<Vec<Option<SymbolId>>, Error> {
    let (records, mut names, locals) = tables.symbols()?;
    let mut ids = vec![None; records.len()];
    for (number, record) in records.iter().enumerate().skip(1) {
        let (binding, kind) = (record.info >> 4, record.info & 15);
        if (binding == STB_LOCAL) != (number < locals) {
            return Err(Error::Malformed("local symbols do not stand before the others"));
        }
        let name = names.name(record.name)?;
        let place = pieces.get(usize::from(record.section)).copied().flatten();
        if kind == STT_SECTION {
            ids[number] = place.filter(|_| record.value == 0).map(|piece| piece.symbol);
            continue;
        }
        let note = tables.arch == Arch::Arm64 && kind == STT_NOTYPE && marks_code(name);
        if kind == STT_FILE || (binding == STB_LOCAL && note) {
            continue;
        }
        let special = special(record);
        if let Some(kind) = special {
            return Err(Foreign::Symbol { kind, name: text(name) }.into());
        }
        if usize::from(record.section) >= pieces.len() {
            return Err(Error::Malformed("a symbol is in a section that is not there"));
        }
        ids[number] = match (place, binding, record.section) {
            (Some(piece), _, _) => Some(add_symbol(record, name, piece, object)?),
            (None, STB_LOCAL, SHN_UNDEF) => {
                return Err(Error::Malformed("a local symbol is not defined"));
            }
            (None, STB_LOCAL, _) => None,
            (None, _, SHN_UNDEF) => Some(object.add_symbol(name, true, true)),
            (None, _, _) => {
                let (kind, name) = ("symbol outside of code and data", text(name));
                return Err(Foreign::Symbol { kind, name }.into());
            }
        };
    }
    Ok(ids)
}

/// Whether a symbol is a note for disassemblers: here is code, or data (ELF for the Arm 64-bit
/// Architecture, section 5.5.4).
fn marks_code(name: &[u8]) -> bool {
    matches!(name, [b'$', b'x' | b'd'] | [b'$', b'x' | b'd', b'.', ..])
}

/// What is special about a symbol that is neither code nor data.
fn special(record: &SymbolRecord) -> Option<&'static str> {
    match (record.info & 15, record.info >> 4, record.section) {
        (STT_TLS, _, _) => Some("thread-local symbol"),
        (_, STB_WEAK, _) => Some("weak symbol"),
        (_, _, SHN_COMMON) => Some("common symbol"),
        (_, _, SHN_ABS) => Some("absolute symbol"),
        (_, _, SHN_LORESERVE..) => Some("symbol of a special section"),
        (STT_NOTYPE | STT_OBJECT | STT_FUNC, STB_LOCAL | STB_GLOBAL, _) => None,
        (STT_NOTYPE | STT_OBJECT | STT_FUNC, _, _) => Some("symbol of unknown binding"),
        _ => Some("symbol of unknown type"),
    }
}

fn add_symbol(
    record: &SymbolRecord,
    name: &[u8],
    piece: Piece,
    object: &mut Object,
) -> Result<SymbolId, Error> {
    let end = record.value.checked_add(record.size);
    if end.is_none_or(|end| end > piece.size) {
        return Err(Error::Malformed("a symbol reaches out of its section"));
    }
    let (binding, kind) = (record.info >> 4, record.info & 15);
    let id = object.add_symbol(name, binding != STB_LOCAL, kind == STT_FUNC);
    let (section, offset) = (piece.kind, piece.start + record.value);
    object.define(id, Definition { section, offset, size: record.size });
    object.symbols[id.0 as usize].within = Some(piece.symbol);
    Ok(id)
}

fn add_relocations(
    tables: &Tables<'_>,
    entry: &Entry<'_>,
    section: &Entry<'_>,
    piece: Piece,
    symbols: &[Option<SymbolId>],
    object: &mut Object,
) -> Result<(), Error> {
    for record in tables.relocations(entry.header)? {
        let record = record?;
        let kind = reloc::kind(record.info as u32, tables.arch)
            .map_err(|name| Foreign::Relocation { name, section: text(section.name) })?;
        let symbol = symbols.get((record.info >> 32) as usize).copied().flatten();
        let symbol = symbol.ok_or(Error::Malformed("a relocation has no symbol"))?;
        let end = record.offset.checked_add(kind.size() as u64);
        if piece.kind == SectionKind::Zero || end.is_none_or(|end| end > piece.size) {
            return Err(Error::Malformed("a relocation lies outside of its section"));
        }
        let (at, addend) = (piece.start + record.offset, record.addend as i64);
        object.section_mut(piece.kind).relocs.push(Reloc { at, kind, symbol, addend });
    }
    Ok(())
}
