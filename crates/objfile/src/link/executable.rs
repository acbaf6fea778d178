//! Static executables for Linux.
//!
//! A segment each for what is executed, what is only read and what is written; each has its own
//! pages in memory, but not in the file: its place in the file and its address are equal modulo
//! the page size, and one page of the file may be mapped twice.

use super::{LinkError, Plan};
use crate::elf::raw::*;
use crate::object::{Arch, Object, SectionKind};
use crate::record::align_up;

/// Where the first segment begins.
const BASE: u64 = 0x40_0000;

/// Page size to which segments are aligned.
fn page(arch: Arch) -> u64 {
    match arch {
        Arch::X64 => 0x1000,
        // Kernels are built with pages of 4, 16 or 64 KB.
        Arch::Arm64 => 0x1_0000,
    }
}

/// A section with its place.
#[derive(Clone, Copy, Default)]
struct Spot {
    offset: u64,
    address: u64,
    /// Bytes in the file, and in memory.
    size: u64,
    memory: u64,
}

/// Links objects into an executable that begins at `entry`. With `symbols`, functions and data have
/// names for debuggers.
///
/// # Errors
/// Everything that is undefined, defined twice or too far away.
pub fn executable(
    objects: &[&Object],
    entry: &[u8],
    symbols: bool,
) -> Result<Vec<u8>, Vec<LinkError>> {
    let plan = Plan::new(objects, &[entry])?;
    let arch = objects.first().map_or(Arch::X64, |object| object.arch);
    let too_large = |_| vec![LinkError::TooLarge];
    let spots = layout(&plan, page(arch)).map_err(too_large)?;
    let bases = spots.map(|spot| spot.address);
    let placed = plan.place(&bases)?;
    let mut file = vec![0; spots[0].offset as usize];
    for (spot, bytes) in spots.iter().zip(&placed.bytes) {
        if !bytes.is_empty() {
            file.resize(spot.offset as usize, 0);
            file.extend_from_slice(bytes);
        }
    }
    let names = symbols.then(|| symbol_table(&plan, &bases));
    let mut header = FileHeader {
        kind: ET_EXEC,
        machine: if arch == Arch::X64 { EM_X86_64 } else { EM_AARCH64 },
        version: 1,
        entry: plan.address(entry, &bases).unwrap_or(BASE),
        program_headers: FileHeader::SIZE as u64,
        header_size: FileHeader::SIZE as u16,
        program_header_size: ProgramHeader::SIZE as u16,
        ..FileHeader::default()
    };
    header.ident[..IDENT.len()].copy_from_slice(&IDENT);
    let segments = segments(&spots, page(arch));
    header.program_header_count = segments.len() as u16;
    if let Some((table, strings, locals)) = names {
        sections(&mut file, &mut header, &spots, &table, &strings, locals);
    }
    let mut start = Vec::new();
    header.put(&mut start);
    segments.iter().for_each(|segment| segment.put(&mut start));
    file[..start.len()].copy_from_slice(&start);
    Ok(file)
}

/// Headers, then text, constants, data, zeros.
fn layout(plan: &Plan<'_>, page: u64) -> Result<[Spot; 4], crate::Error> {
    let mut spots = [Spot::default(); 4];
    // The stack's own header, and one for each kind of rights.
    let count = 1 + rights(plan.sizes) as u64;
    let mut offset = FileHeader::SIZE as u64 + count * ProgramHeader::SIZE as u64;
    let mut address = BASE + offset;
    for kind in SectionKind::ALL {
        let (size, align) = (plan.sizes[kind as usize], plan.aligns[kind as usize].max(4));
        // What is only read is executable or not, and needs pages of its own; so does what is
        // written. Zeros follow the data.
        let own_pages = match kind {
            SectionKind::Text => false,
            SectionKind::ReadOnly | SectionKind::Data => size > 0,
            SectionKind::Zero => size > 0 && plan.sizes[SectionKind::Data as usize] == 0,
        };
        if own_pages {
            address = align_up(address, page)? + offset % page;
        }
        // Alignments up to 64 KB: in the file as in memory.
        let aligned = align_up(address, align)?;
        offset += aligned - address;
        address = aligned;
        let stored = if kind == SectionKind::Zero { 0 } else { size };
        spots[kind as usize] = Spot { offset, address, size: stored, memory: size };
        offset = offset.checked_add(stored).ok_or(crate::Error::TooLarge)?;
        address = address.checked_add(size).ok_or(crate::Error::TooLarge)?;
    }
    Ok(spots)
}

/// How many kinds of rights there are: code, constants, data.
fn rights(sizes: [u64; 4]) -> usize {
    1 + usize::from(sizes[1] > 0) + usize::from(sizes[2] + sizes[3] > 0)
}

fn segments(spots: &[Spot; 4], page: u64) -> Vec<ProgramHeader> {
    let load = |flags, offset: u64, address: u64, file_size: u64, memory_size: u64| ProgramHeader {
        kind: PT_LOAD,
        flags,
        offset,
        address,
        physical_address: address,
        file_size,
        memory_size,
        align: page,
    };
    let [text, constants, data, zeros] = *spots;
    let end = text.offset + text.size;
    let mut found = vec![load(PF_R | PF_X, 0, BASE, end, end)];
    if constants.memory > 0 {
        let size = constants.size;
        found.push(load(PF_R, constants.offset, constants.address, size, size));
    }
    if data.memory + zeros.memory > 0 {
        let first = if data.memory > 0 { data } else { zeros };
        let memory = zeros.address + zeros.memory - first.address;
        found.push(load(PF_R | PF_W, first.offset, first.address, data.size, memory));
    }
    // Says that the stack is not executable.
    let (kind, flags, align) = (PT_GNU_STACK, PF_R | PF_W, 16);
    found.push(ProgramHeader { kind, flags, align, ..ProgramHeader::default() });
    found
}

/// The symbol table, its strings, and how many local symbols come first.
fn symbol_table(plan: &Plan<'_>, bases: &[u64; 4]) -> (Vec<u8>, Vec<u8>, u32) {
    let (mut table, mut strings) = (vec![0; SymbolRecord::SIZE], vec![0]);
    let (mut locals, symbols) = (1, plan.symbols());
    for global in [false, true] {
        for &(spot, symbol) in &symbols {
            let object = plan.object(symbol);
            let symbol = object.symbol(symbol.1);
            if symbol.global != global {
                continue;
            }
            let record = SymbolRecord {
                name: strings.len() as u32,
                info: symbol_info(symbol.global, symbol.function),
                other: 0,
                section: 1 + spot.section as u16,
                value: spot.address(bases),
                size: symbol.definition.map_or(0, |definition| definition.size),
            };
            record.put(&mut table);
            strings.extend_from_slice(object.name(symbol));
            strings.push(0);
            locals += u32::from(!global);
        }
    }
    (table, strings, locals)
}

/// Names of the sections, and where each begins among them.
const SECTION_NAMES: &[u8] = b"\0.text\0.rodata\0.data\0.bss\0.symtab\0.strtab\0.shstrtab\0";

/// Adds symbol table, strings and section headers.
fn sections(
    file: &mut Vec<u8>,
    header: &mut FileHeader,
    spots: &[Spot; 4],
    table: &[u8],
    strings: &[u8],
    locals: u32,
) {
    let name = |text: &str| {
        let wanted = text.as_bytes();
        let at = SECTION_NAMES.windows(wanted.len()).position(|window| window == wanted);
        at.unwrap_or(0) as u32
    };
    let mut headers = vec![SectionHeader::default()];
    let kinds = [
        (".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR),
        (".rodata", SHT_PROGBITS, SHF_ALLOC),
        (".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE),
        (".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE),
    ];
    for ((text, kind, flags), spot) in kinds.into_iter().zip(spots) {
        headers.push(SectionHeader {
            name: name(text),
            kind,
            flags,
            address: spot.address,
            offset: spot.offset,
            size: spot.memory,
            align: 1,
            ..SectionHeader::default()
        });
    }
    let mut add = |text: &str, kind, bytes: &[u8], align: u64, link, info, entry_size| {
        file.resize(file.len().next_multiple_of(align as usize), 0);
        let (offset, size) = (file.len() as u64, bytes.len() as u64);
        file.extend_from_slice(bytes);
        let name = name(text);
        headers.push(SectionHeader {
            name,
            kind,
            offset,
            size,
            link,
            info,
            align,
            entry_size,
            ..SectionHeader::default()
        });
    };
    add(".symtab", SHT_SYMTAB, table, 8, 6, locals, SymbolRecord::SIZE as u64);
    add(".strtab", SHT_STRTAB, strings, 1, 0, 0, 0);
    add(".shstrtab", SHT_STRTAB, SECTION_NAMES, 1, 0, 0, 0);
    file.resize(file.len().next_multiple_of(8), 0);
    header.section_headers = file.len() as u64;
    header.section_header_size = SectionHeader::SIZE as u16;
    header.section_header_count = headers.len() as u16;
    header.section_names = headers.len() as u16 - 1;
    headers.iter().for_each(|header| header.put(file));
}
