//! ELF64 records and numbers, after the System V gABI (chapters 4 and 5), little-endian.

use crate::record::record;

record! {
    /// `Elf64_Ehdr`.
    pub struct FileHeader: Little {
        /// Magic, class, byte order, version, system.
        ident: [u8; 16],
        /// One of `ET_*`.
        kind: u16,
        /// One of `EM_*`.
        machine: u16,
        /// 1.
        version: u32,
        /// Address of the first instruction.
        entry: u64,
        /// Where the program headers are.
        program_headers: u64,
        /// Where the section headers are.
        section_headers: u64,
        /// Of the machine.
        flags: u32,
        /// 64.
        header_size: u16,
        /// 56.
        program_header_size: u16,
        /// Number of program headers.
        program_header_count: u16,
        /// 64.
        section_header_size: u16,
        /// Number of section headers.
        section_header_count: u16,
        /// Index of the section with the names of sections.
        section_names: u16,
    }
}

record! {
    /// `Elf64_Phdr`.
    pub struct ProgramHeader: Little {
        /// One of `PT_*`.
        kind: u32,
        /// Bits `PF_*`.
        flags: u32,
        /// Place in the file.
        offset: u64,
        /// Address when loaded.
        address: u64,
        /// Unused by the systems we know; linkers write the address again.
        physical_address: u64,
        /// Bytes from the file.
        file_size: u64,
        /// Bytes in memory; those beyond `file_size` are zero.
        memory_size: u64,
        /// Page size this segment counts on.
        align: u64,
    }
}

record! {
    /// `Elf64_Shdr`.
    pub struct SectionHeader: Little {
        /// Where in the section of names its name begins.
        name: u32,
        /// One of `SHT_*`.
        kind: u32,
        /// Bits `SHF_*`.
        flags: u64,
        /// Address when loaded.
        address: u64,
        /// Place in the file.
        offset: u64,
        /// Bytes.
        size: u64,
        /// Depends on the kind.
        link: u32,
        /// Depends on the kind.
        info: u32,
        /// Power of two, or 0.
        align: u64,
        /// Bytes of an entry, if it is a table.
        entry_size: u64,
    }
}

record! {
    /// `Elf64_Sym`.
    pub struct SymbolRecord: Little {
        /// Where in the section of strings its name begins.
        name: u32,
        /// Binding and type: see [`symbol_info`].
        info: u8,
        /// Visibility.
        other: u8,
        /// Index of its section; 0 if it is undefined.
        section: u16,
        /// Its address, or in relocatable files its offset in the section.
        value: u64,
        /// Bytes.
        size: u64,
    }
}

record! {
    /// `Elf64_Rela`.
    pub struct RelocRecord: Little {
        /// Offset of the field in its section.
        offset: u64,
        /// Symbol in the upper half, kind in the lower.
        info: u64,
        /// The addend, as two's complement.
        addend: u64,
    }
}

/// Binding (global or local) and type (function or object) of a symbol.
pub fn symbol_info(global: bool, function: bool) -> u8 {
    u8::from(global) << 4 | if function { 2 } else { 1 }
}

/// `\x7fELF`, 64 bits, little-endian, version 1.
pub const IDENT: [u8; 7] = *b"\x7fELF\x02\x01\x01";

/// A relocatable object.
pub const ET_REL: u16 = 1;
/// An executable at a fixed address.
pub const ET_EXEC: u16 = 2;
/// A position-independent executable or a library.
pub const ET_DYN: u16 = 3;
/// x86-64.
pub const EM_X86_64: u16 = 62;
/// ARM64.
pub const EM_AARCH64: u16 = 183;

/// A segment that is mapped.
pub const PT_LOAD: u32 = 1;
/// A segment of notes, which no system needs.
pub const PT_NOTE: u32 = 4;

/// Says whether the stack is executable.
pub const PT_GNU_STACK: u32 = 0x6474_e551;

/// Executable.
pub const PF_X: u32 = 1;
/// Writable.
pub const PF_W: u32 = 2;
/// Readable.
pub const PF_R: u32 = 4;

/// Content that only the program understands.
pub const SHT_PROGBITS: u32 = 1;
/// Symbols.
pub const SHT_SYMTAB: u32 = 2;
/// Strings.
pub const SHT_STRTAB: u32 = 3;
/// Relocations with addends.
pub const SHT_RELA: u32 = 4;
/// Notes.
pub const SHT_NOTE: u32 = 7;
/// No content in the file.
pub const SHT_NOBITS: u32 = 8;
/// Relocations without addends.
pub const SHT_REL: u32 = 9;
/// Addresses of functions to be called at the start.
pub const SHT_INIT_ARRAY: u32 = 14;
/// Sections that are kept or dropped together.
pub const SHT_GROUP: u32 = 17;
/// Indices of symbols' sections beyond 16 bits.
pub const SHT_SYMTAB_SHNDX: u32 = 18;

/// The index of no section.
pub const SHN_UNDEF: u16 = 0;
/// Indices from here on stand for something else.
pub const SHN_LORESERVE: u16 = 0xff00;
/// Of symbols that are numbers.
pub const SHN_ABS: u16 = 0xfff1;
/// Of symbols to which a linker gives room.
pub const SHN_COMMON: u16 = 0xfff2;

/// Binding: not seen by other objects.
pub const STB_LOCAL: u8 = 0;
/// Binding: seen by other objects.
pub const STB_GLOBAL: u8 = 1;
/// Binding: another object may define it, or none.
pub const STB_WEAK: u8 = 2;

/// Type: not told.
pub const STT_NOTYPE: u8 = 0;
/// Type: data.
pub const STT_OBJECT: u8 = 1;
/// Type: a function.
pub const STT_FUNC: u8 = 2;
/// Type: a section.
pub const STT_SECTION: u8 = 3;
/// Type: the name of a source file.
pub const STT_FILE: u8 = 4;
/// Type: a variable of which each thread has its own.
pub const STT_TLS: u8 = 6;

/// Writable.
pub const SHF_WRITE: u64 = 1;
/// Loaded: `strip` and `objcopy` keep it.
pub const SHF_ALLOC: u64 = 2;
/// Instructions.
pub const SHF_EXECINSTR: u64 = 4;
/// Equal entries may become one.
pub const SHF_MERGE: u64 = 0x10;
/// Entries are strings that end with zero.
pub const SHF_STRINGS: u64 = 0x20;
/// Variables of which each thread has its own.
pub const SHF_TLS: u64 = 0x400;

/// `info` is the index of a section.
pub const SHF_INFO_LINK: u64 = 0x40;

/// Number of program headers that means "look elsewhere".
pub const PN_XNUM: u16 = 0xffff;
