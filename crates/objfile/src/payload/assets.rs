//! The asset region: files by name, each with its own checksum, so that starting a program does
//! not read all of them.
//!
//! ```text
//! count u32 │ zero u32 │ index size u64 │ entries, by name │ names │ data …
//! ```

use super::{Refusal, checksum, packed};
use crate::Error;
use crate::record::{pad_to, range, record, slice, to_u32};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Alignment of an asset's bytes within the region.
const DATA_ALIGN: u64 = 16;

record! {
    struct IndexHeader: Little {
        count: u32,
        reserved: u32,
        /// Bytes of this header, the entries and the names.
        index_size: u64,
    }
}

record! {
    struct Entry: Little {
        name_offset: u32,
        name_size: u32,
        data_offset: u64,
        /// Bytes that are stored.
        stored: u64,
        /// Bytes of the file. If these are more, it is stored by DEFLATE.
        size: u64,
        /// Of what is stored.
        checksum: u64,
    }
}

/// Makes the bytes of an asset region; with `pack` in fewer bytes, where that is possible.
///
/// ```
/// use sox_objfile::{Assets, encode_assets};
/// use std::collections::BTreeMap;
///
/// let files = BTreeMap::from([("img/a.png".to_string(), b"...".to_vec())]);
/// let region = encode_assets(&files, false)?;
/// let assets = Assets::read(&region).unwrap();
/// assert_eq!(*assets.get("img/a.png").unwrap().bytes().unwrap(), *b"...");
/// assert!(assets.get("img/b.png").is_none());
/// # Ok::<(), sox_objfile::Error>(())
/// ```
///
/// # Errors
///
/// If there are more than 4 billion names or bytes of names.
pub fn encode_assets(files: &BTreeMap<String, Vec<u8>>, pack: bool) -> Result<Vec<u8>, Error> {
    let data: Vec<Cow<'_, [u8]>> = files.values().map(|bytes| stored(bytes, pack)).collect();
    let names_at = IndexHeader::SIZE + files.len() * Entry::SIZE;
    let names: usize = files.keys().map(String::len).sum();
    let index_size = (names_at + names) as u64;
    let mut out = Vec::new();
    IndexHeader { count: to_u32(files.len() as u64)?, reserved: 0, index_size }.put(&mut out);
    let (mut name_offset, mut data_offset) = (names_at as u64, index_size);
    for ((name, bytes), stored) in files.iter().zip(&data) {
        data_offset = crate::record::align_up(data_offset, DATA_ALIGN)?;
        let entry = Entry {
            name_offset: to_u32(name_offset)?,
            name_size: to_u32(name.len() as u64)?,
            data_offset,
            stored: stored.len() as u64,
            size: bytes.len() as u64,
            checksum: checksum(stored),
        };
        entry.put(&mut out);
        name_offset += name.len() as u64;
        data_offset += stored.len() as u64;
    }
    files.keys().for_each(|name| out.extend(name.as_bytes()));
    for stored in data {
        pad_to(&mut out, DATA_ALIGN)?;
        out.extend_from_slice(&stored);
    }
    Ok(out)
}

/// What is stored of a file.
fn stored(bytes: &[u8], pack: bool) -> Cow<'_, [u8]> {
    let fewer = if pack { packed::pack(bytes) } else { None };
    fewer.map_or(Cow::Borrowed(bytes), Cow::Owned)
}

/// The part of an asset region that is checked at start.
pub(super) fn index(region: &[u8]) -> Option<&[u8]> {
    let header = IndexHeader::read(region, 0, "asset index").ok()?;
    region.get(range(0, header.index_size)?)
}

/// The files of a payload.
#[derive(Clone, Copy, Debug)]
pub struct Assets<'a> {
    region: &'a [u8],
    entries: &'a [u8],
}

/// One file of a payload.
#[derive(Clone, Copy, Debug)]
pub struct Asset<'a> {
    name: &'a str,
    stored: &'a [u8],
    size: u64,
    checksum: u64,
}

impl<'a> Assets<'a> {
    /// Reads the index. [`View::assets`](super::View::assets) does so after its checksum was found
    /// right.
    ///
    /// # Errors
    ///
    /// [`Refusal::Altered`] if an entry leads out of the region or names are out of order.
    pub fn read(region: &'a [u8]) -> Result<Self, Refusal> {
        let altered = |_| Refusal::Altered;
        let header = IndexHeader::read(region, 0, "asset index").map_err(altered)?;
        let size = u64::from(header.count) * Entry::SIZE as u64;
        let entries =
            slice(region, IndexHeader::SIZE as u64, size, "asset entries").map_err(altered)?;
        let assets = Assets { region, entries };
        let mut before = None;
        for at in 0..assets.len() {
            let name = assets.at(at).ok_or(Refusal::Altered)?.name;
            if before >= Some(name) {
                return Err(Refusal::Altered);
            }
            before = Some(name);
        }
        Ok(assets)
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.entries.len() / Entry::SIZE
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All files, by name.
    pub fn iter(&self) -> impl Iterator<Item = Asset<'a>> + use<'a> {
        let assets = *self;
        (0..self.len()).filter_map(move |at| assets.at(at))
    }

    /// The file with this name.
    pub fn get(&self, name: &str) -> Option<Asset<'a>> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let asset = self.at(middle)?;
            match asset.name.cmp(name) {
                std::cmp::Ordering::Equal => return Some(asset),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    fn at(&self, index: usize) -> Option<Asset<'a>> {
        let entry = Entry::read(self.entries, (index * Entry::SIZE) as u64, "asset entry").ok()?;
        let piece = |offset, size| self.region.get(range(offset, size)?);
        let name = piece(u64::from(entry.name_offset), u64::from(entry.name_size))?;
        Some(Asset {
            name: std::str::from_utf8(name).ok()?,
            stored: piece(entry.data_offset, entry.stored)
                .filter(|_| entry.stored <= entry.size)?,
            size: entry.size,
            checksum: entry.checksum,
        })
    }
}

impl<'a> Asset<'a> {
    /// The name it was given.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Its bytes, after comparing their checksum. Callers ask once and remember.
    ///
    /// # Errors
    ///
    /// [`Refusal::Altered`] if they are not what was put in.
    pub fn bytes(&self) -> Result<Cow<'a, [u8]>, Refusal> {
        match checksum(self.stored) == self.checksum {
            true => packed::unpack(self.stored, self.size),
            false => Err(Refusal::Altered),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region_packed(pack: bool) -> Vec<u8> {
        let files = ["a", "b/c", "b/d", ""].map(|name| (name.to_string(), name.repeat(9).into()));
        encode_assets(&BTreeMap::from(files), pack).expect("small")
    }

    fn region() -> Vec<u8> {
        region_packed(false)
    }

    #[test]
    fn each_name_leads_to_its_bytes() {
        for region in [region_packed(false), region_packed(true)] {
            let assets = Assets::read(&region).expect("intact");
            assert_eq!(assets.len(), 4);
            for asset in assets.iter() {
                let bytes = asset.name().repeat(9).into_bytes();
                assert_eq!(asset.size(), bytes.len() as u64);
                assert_eq!(asset.bytes().as_deref(), Ok(&bytes[..]));
                assert_eq!(assets.get(asset.name()).map(|found| found.size()), Some(asset.size()));
            }
            assert!(assets.get("b").is_none());
        }
        assert!(region_packed(true).len() < region().len());
    }

    #[test]
    fn a_changed_byte_is_told_when_its_file_is_used() {
        let mut region = region();
        let last = region.len() - 1;
        region[last] ^= 1;
        let assets = Assets::read(&region).expect("the index is intact");
        assert_eq!(assets.get("b/d").map(|asset| asset.bytes()), Some(Err(Refusal::Altered)));
        assert!(assets.get("b/c").is_some_and(|asset| asset.bytes().is_ok()));
    }

    #[test]
    fn no_prefix_and_no_flipped_bit_panics() {
        [region_packed(false), region_packed(true)].into_iter().for_each(spoil);
    }

    fn spoil(region: Vec<u8>) {
        for end in 0..region.len() {
            assert!(Assets::read(&region[..end]).is_err());
        }
        for bit in 0..region.len() * 8 {
            let mut changed = region.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            if let Ok(assets) = Assets::read(&changed) {
                assert!(assets.iter().all(|asset| asset.bytes().is_ok() || changed != region));
            }
        }
    }
}
