//! From a [`Payload`] to the bytes of its groups.
//!
//! A format first asks the [`Plan`] how large the groups are, decides where in memory each goes,
//! and then has the bytes made: the region table holds distances in memory.

use super::{END_MARK, Header, MAGIC, Payload, Protection, REGION_ALIGN, RegionEntry, RegionKind};
use super::{VERSION, assets, checksum};
use crate::Error;
use crate::record::{align_up, pad_to, to_u32};
use sha2::{Digest, Sha256};

/// A payload whose groups are laid out but not placed.
pub(crate) struct Plan<'a> {
    payload: &'a Payload,
    /// The groups there are, the read-only one first.
    pub(crate) groups: Vec<Group>,
}

/// Regions of equal rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) protection: Protection,
    /// Bytes, end mark included.
    pub(crate) size: u64,
    /// Each region's place in the group.
    regions: Vec<(RegionKind, u64)>,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(payload: &'a Payload) -> Result<Self, Error> {
        if let Some(assets) = payload.region(RegionKind::Assets)
            && assets::index(assets).is_none()
        {
            return Err(Error::Payload("the asset region was not made by `encode_assets`"));
        }
        let count = payload.regions().count();
        if count == 0 {
            return Err(Error::Payload("it has no region"));
        }
        let table = (Header::SIZE + count * RegionEntry::SIZE) as u64;
        let mut groups = Vec::new();
        for protection in Protection::ALL {
            let is_first = protection == Protection::Read;
            let mut size = if is_first { table } else { 0 };
            let mut regions = Vec::new();
            for (kind, bytes) in
                payload.regions().filter(|(kind, _)| kind.protection() == protection)
            {
                size = align_up(size, REGION_ALIGN)?;
                regions.push((kind, size));
                size = size.checked_add(bytes.len() as u64).ok_or(Error::TooLarge)?;
            }
            if is_first || !regions.is_empty() {
                size = align_up(size, END_MARK.len() as u64)? + END_MARK.len() as u64;
                groups.push(Group { protection, size, regions });
            }
        }
        Ok(Plan { payload, groups })
    }

    /// The bytes of each group, given each group's address in memory (relative to anything).
    pub(crate) fn encode(&self, addresses: &[u64]) -> Result<Vec<Vec<u8>>, Error> {
        debug_assert_eq!(addresses.len(), self.groups.len());
        let mut entries = Vec::new();
        for (group, &address) in self.groups.iter().zip(addresses) {
            let distance = address.checked_sub(addresses[0]).ok_or(Error::TooLarge)?;
            for &(kind, offset) in &group.regions {
                entries.push(self.entry(kind, distance + offset));
            }
        }
        entries.sort_by_key(|entry| entry.kind);
        let head = self.head(&entries)?;
        self.groups.iter().map(|group| self.group_bytes(group, &head)).collect()
    }

    fn entry(&self, kind: RegionKind, offset: u64) -> RegionEntry {
        let bytes = self.payload.region(kind).unwrap_or_default();
        let checked = if kind == RegionKind::Assets {
            assets::index(bytes).unwrap_or_default()
        } else {
            bytes
        };
        RegionEntry {
            kind: kind as u32,
            reserved: 0,
            offset,
            stored: bytes.len() as u64,
            size: self.payload.full_size(kind),
            checksum: checksum(checked),
        }
    }

    /// Header and table.
    fn head(&self, entries: &[RegionEntry]) -> Result<Vec<u8>, Error> {
        let mut header = Header {
            magic: MAGIC,
            version: VERSION,
            header_size: to_u32((Header::SIZE + entries.len() * RegionEntry::SIZE) as u64)?,
            flags: self.payload.flags,
            region_count: to_u32(entries.len() as u64)?,
            reserved: 0,
            size: self.groups[0].size,
            checksum: 0,
            content: self.payload.content_hash(),
        };
        let bytes = |header: &Header| {
            let mut bytes = Vec::new();
            header.put(&mut bytes);
            entries.iter().for_each(|entry| entry.put(&mut bytes));
            bytes
        };
        header.checksum = checksum(&bytes(&header));
        Ok(bytes(&header))
    }

    fn group_bytes(&self, group: &Group, head: &[u8]) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        if group.protection == Protection::Read {
            out.extend(head);
        }
        for &(kind, offset) in &group.regions {
            pad_to(&mut out, REGION_ALIGN)?;
            debug_assert_eq!(out.len() as u64, offset);
            out.extend(self.payload.region(kind).unwrap_or_default());
        }
        pad_to(&mut out, END_MARK.len() as u64)?;
        out.extend(END_MARK);
        debug_assert_eq!(out.len() as u64, group.size);
        Ok(out)
    }
}

/// The identity of a payload: the same for every stub and target it is put into.
pub(super) fn content_hash<'a>(
    flags: u64,
    regions: impl Iterator<Item = (RegionKind, &'a [u8])>,
) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(flags.to_le_bytes());
    for (kind, bytes) in regions {
        hash.update((kind as u32).to_le_bytes());
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    hash.finalize().into()
}
