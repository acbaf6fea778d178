//! Mach-O records and numbers, after `<mach-o/loader.h>`, 64 bits, little-endian.

use crate::record::record;

record! {
    /// `mach_header_64`.
    pub struct FileHeader: Little {
        /// [`MAGIC`].
        magic: u32,
        /// One of `CPU_*`.
        cpu: u32,
        /// Variant of the processor.
        cpu_variant: u32,
        /// [`MH_EXECUTE`] for programs.
        kind: u32,
        /// Number of load commands.
        command_count: u32,
        /// Bytes of all load commands.
        commands_size: u32,
        /// Bits `MH_*`.
        flags: u32,
        /// Zero.
        reserved: u32,
    }
}

record! {
    /// `load_command`: the beginning of each command.
    pub struct CommandHeader: Little {
        /// One of `LC_*`.
        kind: u32,
        /// Bytes, this header included.
        size: u32,
    }
}

record! {
    /// `segment_command_64`; its sections follow it.
    pub struct Segment: Little {
        /// [`LC_SEGMENT_64`].
        kind: u32,
        /// Bytes, sections included.
        size: u32,
        /// Name, filled up with zeros.
        name: [u8; 16],
        /// Address when loaded.
        address: u64,
        /// Bytes in memory, whole pages.
        memory_size: u64,
        /// Place in the file.
        offset: u64,
        /// Bytes from the file.
        file_size: u64,
        /// Bits `VM_PROT_*` it may ever have.
        max_protection: u32,
        /// Bits `VM_PROT_*` it is mapped with.
        protection: u32,
        /// Number of sections.
        section_count: u32,
        /// Bits `SG_*`.
        flags: u32,
    }
}

record! {
    /// `section_64`.
    pub struct Section: Little {
        /// Name, filled up with zeros.
        name: [u8; 16],
        /// Name of its segment.
        segment: [u8; 16],
        /// Address when loaded.
        address: u64,
        /// Bytes.
        size: u64,
        /// Place in the file.
        offset: u32,
        /// Power of two.
        align: u32,
        /// Place of its relocations.
        relocations: u32,
        /// Their number.
        relocation_count: u32,
        /// Type and attributes.
        flags: u32,
        /// Depends on the type.
        reserved: [u32; 3],
    }
}

record! {
    /// `linkedit_data_command`: a blob in `__LINKEDIT`.
    pub struct LinkeditBlob: Little {
        /// One of `LC_*`.
        kind: u32,
        /// 16.
        size: u32,
        /// Place in the file.
        offset: u32,
        /// Bytes.
        length: u32,
    }
}

/// `MH_MAGIC_64`.
pub const MAGIC: u32 = 0xfeed_facf;
/// First bytes of a file for several architectures.
pub const FAT_MAGIC: [u8; 4] = [0xca, 0xfe, 0xba, 0xbe];

/// `CPU_TYPE_X86_64`.
pub const CPU_X86_64: u32 = 0x0100_0007;
/// `CPU_TYPE_ARM64`.
pub const CPU_ARM64: u32 = 0x0100_000c;

/// A program.
pub const MH_EXECUTE: u32 = 2;

/// A command that a loader must understand.
pub const LC_REQ_DYLD: u32 = 0x8000_0000;
/// A segment with its sections.
pub const LC_SEGMENT_64: u32 = 0x19;
/// Symbol table.
pub const LC_SYMTAB: u32 = 0x2;
/// Index into the symbol table.
pub const LC_DYSYMTAB: u32 = 0xb;
/// The file's identity.
pub const LC_UUID: u32 = 0x1b;
/// The signature.
pub const LC_CODE_SIGNATURE: u32 = 0x1d;
/// How segments may be split.
pub const LC_SEGMENT_SPLIT_INFO: u32 = 0x1e;
/// Compressed relocations and bindings, older form.
pub const LC_DYLD_INFO: u32 = 0x22;
/// Addresses of functions.
pub const LC_FUNCTION_STARTS: u32 = 0x26;
/// Tables within code.
pub const LC_DATA_IN_CODE: u32 = 0x29;
/// Designated requirements of libraries.
pub const LC_DYLIB_CODE_SIGN_DRS: u32 = 0x2b;
/// Hints for the linker.
pub const LC_LINKER_OPTIMIZATION_HINT: u32 = 0x2e;
/// Exported names.
pub const LC_DYLD_EXPORTS_TRIE: u32 = LC_REQ_DYLD | 0x33;
/// Relocations and bindings as chains.
pub const LC_DYLD_CHAINED_FIXUPS: u32 = LC_REQ_DYLD | 0x34;

/// Commands without a place in the file: they stay as they are.
pub const UNPLACED_COMMANDS: [u32; 17] = [
    0x5,                // LC_UNIXTHREAD
    0xc,                // LC_LOAD_DYLIB
    0xe,                // LC_LOAD_DYLINKER
    0x12,               // LC_SUB_FRAMEWORK
    0x14,               // LC_SUB_CLIENT
    0x20,               // LC_LAZY_LOAD_DYLIB
    LC_UUID,            // 0x1b
    0x24,               // LC_VERSION_MIN_MACOSX
    0x27,               // LC_DYLD_ENVIRONMENT
    0x2a,               // LC_SOURCE_VERSION
    0x2d,               // LC_LINKER_OPTION
    0x32,               // LC_BUILD_VERSION
    LC_REQ_DYLD | 0x18, // LC_LOAD_WEAK_DYLIB
    LC_REQ_DYLD | 0x1c, // LC_RPATH
    LC_REQ_DYLD | 0x1f, // LC_REEXPORT_DYLIB
    LC_REQ_DYLD | 0x23, // LC_LOAD_UPWARD_DYLIB
    LC_REQ_DYLD | 0x28, // LC_MAIN: counted from `__TEXT`, which stays
];

/// Readable.
pub const VM_PROT_READ: u32 = 1;
/// Writable.
pub const VM_PROT_WRITE: u32 = 2;
/// Executable.
pub const VM_PROT_EXECUTE: u32 = 4;
