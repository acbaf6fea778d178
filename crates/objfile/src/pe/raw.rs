//! PE32+ records and numbers, after the PE/COFF specification, little-endian.

use crate::record::record;

record! {
    /// The COFF file header, behind the signature `PE\0\0`.
    pub struct FileHeader: Little {
        /// One of `MACHINE_*`.
        machine: u16,
        /// Number of section headers.
        section_count: u16,
        /// Seconds since 1970, or a hash.
        time_stamp: u32,
        /// Place of the COFF symbol table, or 0.
        symbols: u32,
        /// Its number of entries.
        symbol_count: u32,
        /// Bytes of the optional header, directories included.
        optional_header_size: u16,
        /// Bits of the image.
        characteristics: u16,
    }
}

record! {
    /// The optional header up to its data directories.
    pub struct OptionalHeader: Little {
        /// [`PE32_PLUS`].
        magic: u16,
        /// Version of the linker.
        linker_version: [u8; 2],
        /// Sum over sections with code.
        code_size: u32,
        /// Sum over sections with data.
        data_size: u32,
        /// Sum over sections without content.
        bss_size: u32,
        /// Address of the first instruction.
        entry: u32,
        /// Address of code.
        code_base: u32,
        /// Where the image would like to be.
        image_base: u64,
        /// Of sections in memory.
        section_alignment: u32,
        /// Of sections in the file.
        file_alignment: u32,
        /// Versions of the system, the image and the subsystem.
        versions: [u16; 6],
        /// Zero.
        reserved: u32,
        /// Bytes in memory.
        image_size: u32,
        /// Bytes of all headers, aligned as in the file.
        headers_size: u32,
        /// Sum of the file.
        checksum: u32,
        /// [`SUBSYSTEM_GUI`] or [`SUBSYSTEM_CONSOLE`].
        subsystem: u16,
        /// Bits for the loader.
        dll_characteristics: u16,
        /// Stack and heap: reserved and committed.
        stack_and_heap: [u64; 4],
        /// Zero.
        loader_flags: u32,
        /// Number of data directories.
        directory_count: u32,
    }
}

record! {
    /// A data directory: a table known to the loader.
    pub struct Directory: Little {
        /// Its address.
        address: u32,
        /// Its bytes.
        size: u32,
    }
}

record! {
    /// A section header.
    pub struct Section: Little {
        /// Name, filled up with zeros.
        name: [u8; 8],
        /// Bytes in memory.
        memory_size: u32,
        /// Address, counted from the image.
        address: u32,
        /// Bytes in the file, aligned.
        file_size: u32,
        /// Place in the file.
        offset: u32,
        /// Relocations and line numbers: places and numbers, none in images.
        unused: [u32; 3],
        /// Bits `SCN_*`.
        characteristics: u32,
    }
}

/// First bytes of the file.
pub const DOS_MAGIC: [u8; 2] = *b"MZ";
/// Where the place of the PE signature stands.
pub const PE_OFFSET_AT: u64 = 0x3c;
/// The PE signature.
pub const PE_MAGIC: [u8; 4] = *b"PE\0\0";

/// x86-64.
pub const MACHINE_X64: u16 = 0x8664;
/// ARM64.
pub const MACHINE_ARM64: u16 = 0xaa64;
/// The optional header of 64-bit images.
pub const PE32_PLUS: u16 = 0x20b;

/// A program with windows of its own.
pub const SUBSYSTEM_GUI: u16 = 2;
/// A program for the console.
pub const SUBSYSTEM_CONSOLE: u16 = 3;

/// Index of the data directory of resources.
pub const DIRECTORY_RESOURCES: usize = 2;
/// Index of the data directory of certificates.
pub const DIRECTORY_CERTIFICATES: usize = 4;

/// Contains code.
pub const SCN_CODE: u32 = 0x20;
/// Contains data.
pub const SCN_DATA: u32 = 0x40;
/// Executable.
pub const SCN_EXECUTE: u32 = 0x2000_0000;
/// Readable.
pub const SCN_READ: u32 = 0x4000_0000;
/// Writable.
pub const SCN_WRITE: u32 = 0x8000_0000;
