//! Reading a payload where it is mapped, believing nothing.

use super::{Assets, END_MARK, Header, MAGIC, Protection, RegionEntry, RegionKind, VERSION};
use super::{assets, checksum, encode::content_hash, packed};
use crate::record::range;
use std::borrow::Cow;
use thiserror::Error;

/// Why a payload is not run. The texts are for the person who started the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A stub as it came from the linker.
    #[error("this is the bare Sox runtime: it has no program in it; `sox build` makes programs")]
    Missing,
    /// The end is not there.
    #[error("the program in this file is cut off; copy or download the file again")]
    Truncated,
    /// A checksum differs, or a rule is broken.
    #[error("the program in this file was altered or damaged; copy or download the file again")]
    Altered,
    /// Written by a later `sox`.
    #[error(
        "the program in this file has format {found}, its runtime knows formats up to {known}; \
         build it with the `sox` the runtime came with"
    )]
    Newer {
        /// Its version.
        found: u32,
        /// [`VERSION`].
        known: u32,
    },
    /// Written by an earlier `sox`.
    #[error(
        "the program in this file has format {found}, its runtime knows format {known} only; \
         build it again with the `sox` the runtime came with"
    )]
    Older {
        /// Its version.
        found: u32,
        /// [`VERSION`].
        known: u32,
    },
    /// More than one payload.
    #[error("this file has more than one program in it; build it anew from a bare runtime")]
    AttachedTwice,
    /// The headers make no sense.
    #[error("the headers of this file cannot be read; copy or download the file again")]
    Headers,
}

/// A payload found intact.
#[derive(Clone, Debug)]
pub struct View<'a> {
    header: Header,
    /// What is stored, and the bytes it has when it is used.
    regions: Vec<(RegionKind, &'a [u8], u64)>,
}

impl<'a> View<'a> {
    /// Reads the payload whose read-only group is `bytes`, at `address`, and checks everything but
    /// single assets. `memory` gives the bytes at an address, if all of them lie in memory with
    /// just these rights.
    ///
    /// # Errors
    ///
    /// Everything in [`Refusal`] but [`Missing`](Refusal::Missing),
    /// [`AttachedTwice`](Refusal::AttachedTwice) and [`Headers`](Refusal::Headers).
    pub fn open(
        address: u64,
        bytes: &'a [u8],
        memory: impl Fn(u64, u64, Protection) -> Option<&'a [u8]>,
    ) -> Result<Self, Refusal> {
        let header = Header::read(bytes, 0, "payload").map_err(|_| Refusal::Truncated)?;
        if header.magic != MAGIC {
            return Err(Refusal::Altered);
        }
        if header.version > VERSION {
            return Err(Refusal::Newer { found: header.version, known: VERSION });
        }
        if header.version < VERSION {
            return Err(Refusal::Older { found: header.version, known: VERSION });
        }
        let end = range(0, header.size).ok_or(Refusal::Altered)?;
        let own = bytes.get(end).ok_or(Refusal::Truncated)?;
        let entries = checked_entries(&header, own)?;
        if !own.ends_with(&END_MARK) {
            return Err(Refusal::Truncated);
        }
        let mut regions: Vec<(RegionKind, &[u8], u64)> = Vec::new();
        for entry in entries {
            let kind = RegionKind::from_number(entry.kind).ok_or(Refusal::Altered)?;
            let in_order = regions.last().is_none_or(|&(last, ..)| last < kind);
            if entry.reserved != 0 || entry.stored > entry.size || !in_order {
                return Err(Refusal::Altered);
            }
            let place = address.checked_add(entry.offset).ok_or(Refusal::Altered)?;
            let region = memory(place, entry.stored, kind.protection());
            let region = region.ok_or(Refusal::Truncated)?;
            check_region(kind, &entry, region)?;
            regions.push((kind, region, entry.size));
        }
        Ok(View { header, regions })
    }

    /// [`Payload::flags`](super::Payload::flags).
    pub fn flags(&self) -> u64 {
        self.header.flags
    }

    /// SHA-256 of the content, as the header has it.
    pub fn content_hash(&self) -> [u8; 32] {
        self.header.content
    }

    /// A region's bytes as they are stored, if the payload has it. Those of
    /// [`RegionKind::Assets`] are unchecked but for their index; use [`View::assets`].
    pub fn region(&self, kind: RegionKind) -> Option<&'a [u8]> {
        self.regions.iter().find(|(other, ..)| *other == kind).map(|(_, bytes, _)| *bytes)
    }

    /// A region's bytes as they were put in, if the payload has it.
    ///
    /// # Errors
    ///
    /// [`Refusal::Altered`] if they are not what was stored.
    pub fn content(&self, kind: RegionKind) -> Result<Option<Cow<'a, [u8]>>, Refusal> {
        let found = self.regions.iter().find(|(other, ..)| *other == kind);
        found.map(|&(_, stored, size)| packed::unpack(stored, size)).transpose()
    }

    /// The assets, if there are any.
    ///
    /// # Errors
    ///
    /// As [`Assets::read`].
    pub fn assets(&self) -> Result<Option<Assets<'a>>, Refusal> {
        self.region(RegionKind::Assets).map(Assets::read).transpose()
    }

    /// Compares the content's SHA-256 too: for tools, a start does without it.
    ///
    /// # Errors
    ///
    /// [`Refusal::Altered`] if it differs.
    pub fn check_content(&self) -> Result<(), Refusal> {
        let found = self.regions.iter().map(|&(kind, stored, _)| (kind, stored));
        let found = content_hash(self.header.flags, found);
        if found == self.header.content { Ok(()) } else { Err(Refusal::Altered) }
    }
}

/// The region table, after the checksum of header and table was compared.
fn checked_entries(header: &Header, own: &[u8]) -> Result<Vec<RegionEntry>, Refusal> {
    let expected = Header::SIZE as u64 + u64::from(header.region_count) * RegionEntry::SIZE as u64;
    if u64::from(header.header_size) != expected || header.reserved != 0 {
        return Err(Refusal::Altered);
    }
    let end = range(0, expected).ok_or(Refusal::Altered)?;
    let table = own.get(end).and_then(|head| head.get(Header::SIZE..)).ok_or(Refusal::Truncated)?;
    let mut head = Vec::new();
    Header { checksum: 0, ..*header }.put(&mut head);
    head.extend(table);
    if checksum(&head) != header.checksum {
        return Err(Refusal::Altered);
    }
    table
        .chunks_exact(RegionEntry::SIZE)
        .map(|entry| RegionEntry::read(entry, 0, "region").map_err(|_| Refusal::Altered))
        .collect()
}

/// Compares the checksum of a region, or of the index of assets.
fn check_region(kind: RegionKind, entry: &RegionEntry, bytes: &[u8]) -> Result<(), Refusal> {
    let checked = match kind {
        RegionKind::Assets => assets::index(bytes).ok_or(Refusal::Altered)?,
        _ => bytes,
    };
    if checksum(checked) == entry.checksum { Ok(()) } else { Err(Refusal::Altered) }
}
