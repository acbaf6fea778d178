//! The payload: what a program adds to a stub, and how it is found and judged when it runs.
//!
//! # In memory
//!
//! A payload is up to six [`RegionKind`]s of bytes. Regions of equal [`Protection`] stand together
//! in a *group*, and a group becomes one segment of the file, mapped by the operating system's
//! loader with just the rights it needs:
//!
//! ```text
//! R    header │ region table │ settings │ bytecode │ constants │ assets │ end mark
//! R-X  code │ end mark                                      (only if there is code)
//! RW   data │ end mark                                      (only if there is data)
//! ```
//!
//! Bytecode and single assets may be stored in fewer bytes, by DEFLATE. Settings, and what is mapped
//! to be used as it is, are not.
//!
//! Regions begin at multiples of [`REGION_ALIGN`]. All integers are little-endian. The header is
//! [`Header`], an entry of the table is [`RegionEntry`]; an entry's `offset` counts from the header
//! *in memory* and may therefore lead into another segment.
//!
//! # Discovery
//!
//! A running program looks at its own mapped headers, never at its file (which may be gone,
//! replaced or unreadable). Each format's `parts` function lists the mapped pieces: program
//! headers of type `PT_LOAD` (ELF), sections of `__SOX` segments (Mach-O), sections (PE). A
//! read-only piece that begins with [`MAGIC`] or ends with [`END_MARK`] is a payload. There must be
//! exactly one. The end mark tells a cut-off file from a whole one, and its last byte is zero, so
//! that a system call can probe it as a string before anything touches a page that is not there.
//!
//! # Judgement
//!
//! At start the checksums of header, table and every region but the assets are computed: they
//! find damage, not malice, which could fix a checksum too. Assets are checked one by one on first
//! use. The header also has a SHA-256 of the content: the program's identity, for tools.

mod assets;
mod checksum;
mod encode;
mod locate;
mod packed;
mod view;

pub use assets::{Asset, Assets, encode_assets};
pub use checksum::checksum;
pub(crate) use encode::{Group, Plan};
pub use locate::{Part, find_in_file, locate};
pub use view::{Refusal, View};

use crate::record::record;
use std::collections::BTreeMap;

/// First bytes of a payload.
pub const MAGIC: [u8; 8] = *b"\x7fSOXRUN\n";

/// Last bytes of every group of a payload.
pub const END_MARK: [u8; 8] = *b"\nSOXEND\0";

/// The version this crate writes, and the only one it reads.
pub const VERSION: u32 = 2;

/// Alignment of every region in bytes: a cache line, which is enough for code and cells.
pub const REGION_ALIGN: u64 = 64;

/// What the bytes of a region are. The numbers stand in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegionKind {
    /// How the program is to be run: permissions, limits, names.
    Settings = 1,
    /// Verified bytecode.
    Bytecode = 2,
    /// Constants of compiled code.
    Constants = 3,
    /// Compiled code.
    Code = 4,
    /// The template of writable cells.
    Data = 5,
    /// Files that came with the program, made by [`encode_assets`].
    Assets = 6,
}

impl RegionKind {
    /// All kinds in the order of their numbers.
    pub const ALL: [RegionKind; 6] = [
        RegionKind::Settings,
        RegionKind::Bytecode,
        RegionKind::Constants,
        RegionKind::Code,
        RegionKind::Data,
        RegionKind::Assets,
    ];

    /// The rights of the memory it lies in.
    pub fn protection(self) -> Protection {
        match self {
            RegionKind::Code => Protection::ReadExecute,
            RegionKind::Data => Protection::ReadWrite,
            _ => Protection::Read,
        }
    }

    fn from_number(number: u32) -> Option<RegionKind> {
        Self::ALL.into_iter().find(|&kind| kind as u32 == number)
    }
}

/// The rights of mapped memory. There is none that both writes and executes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protection {
    /// Read only.
    Read,
    /// Read and execute.
    ReadExecute,
    /// Read and write.
    ReadWrite,
}

impl Protection {
    /// All, in the order in which their groups are mapped.
    pub(crate) const ALL: [Protection; 3] =
        [Protection::Read, Protection::ReadExecute, Protection::ReadWrite];
}

/// What is put into a stub.
///
/// ```
/// use sox_objfile::{Payload, RegionKind};
///
/// let mut payload = Payload::default();
/// payload.set(RegionKind::Bytecode, b"...".to_vec());
/// assert_eq!(payload.region(RegionKind::Bytecode), Some(&b"..."[..]));
/// assert_eq!(payload.region(RegionKind::Code), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload {
    /// Bits whose meaning belongs to the runtime that reads them.
    pub flags: u64,
    regions: BTreeMap<RegionKind, Region>,
}

/// What is stored of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Region {
    /// Bytes it has when it is used.
    size: u64,
    stored: Vec<u8>,
}

impl Payload {
    /// Sets a region's bytes, in place of earlier ones.
    pub fn set(&mut self, kind: RegionKind, bytes: Vec<u8>) {
        self.regions.insert(kind, Region { size: bytes.len() as u64, stored: bytes });
    }

    /// Sets a region's bytes, stored in fewer bytes if that is possible. It must be one that is read
    /// by [`View::content`].
    pub fn set_packed(&mut self, kind: RegionKind, bytes: Vec<u8>) {
        let size = bytes.len() as u64;
        let stored = packed::pack(&bytes).unwrap_or(bytes);
        self.regions.insert(kind, Region { size, stored });
    }

    /// A region's bytes as they are stored, if it was set.
    pub fn region(&self, kind: RegionKind) -> Option<&[u8]> {
        self.regions.get(&kind).map(|region| region.stored.as_slice())
    }

    /// Bytes that a region has when it is used.
    fn full_size(&self, kind: RegionKind) -> u64 {
        self.regions.get(&kind).map_or(0, |region| region.size)
    }

    /// SHA-256 of flags and stored regions: the identity of a program, whatever stub it is put into.
    pub fn content_hash(&self) -> [u8; 32] {
        encode::content_hash(self.flags, self.regions())
    }

    /// The regions in the order of their kinds.
    pub(crate) fn regions(&self) -> impl Iterator<Item = (RegionKind, &[u8])> {
        self.regions.iter().map(|(&kind, region)| (kind, region.stored.as_slice()))
    }
}

record! {
    /// The first record of a payload.
    pub struct Header: Little {
        /// [`MAGIC`].
        magic: [u8; 8],
        /// [`VERSION`] of the writer.
        version: u32,
        /// Bytes of the header and the region table.
        header_size: u32,
        /// [`Payload::flags`].
        flags: u64,
        /// Entries of the region table.
        region_count: u32,
        /// Zero.
        reserved: u32,
        /// Bytes of the whole read-only group, end mark included.
        size: u64,
        /// [`fn@checksum`] of header and table, computed with zero in this field.
        checksum: u64,
        /// SHA-256 of flags and regions (kind, size, bytes), wherever they are mapped.
        content: [u8; 32],
    }
}

record! {
    /// An entry of the region table.
    pub struct RegionEntry: Little {
        /// The number of a [`RegionKind`]; no kind stands twice.
        kind: u32,
        /// Zero.
        reserved: u32,
        /// Bytes from the payload's header to the region in memory.
        offset: u64,
        /// Bytes of the region as it is stored.
        stored: u64,
        /// Bytes of the region when it is used. If these are more, it is stored by DEFLATE.
        size: u64,
        /// [`fn@checksum`] of what is stored; for assets, of their index alone.
        checksum: u64,
    }
}
