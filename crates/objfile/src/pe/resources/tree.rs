//! The tree of resources: reading, editing, writing.

use super::super::PeFile;
use super::super::raw::{DIRECTORY_RESOURCES, Directory, SCN_DATA, SCN_READ};
use super::LANGUAGE;
use crate::Error;
use crate::record::{pad_to, record, slice, to_u32};
use std::collections::BTreeMap;

record! {
    struct TableHeader: Little {
        characteristics: u32,
        time_stamp: u32,
        version: u32,
        named_count: u16,
        number_count: u16,
    }
}

record! {
    struct TableEntry: Little {
        /// A number, or the place of a name with the highest bit set.
        name: u32,
        /// The place of data, or of a table with the highest bit set.
        place: u32,
    }
}

record! {
    struct DataEntry: Little {
        address: u32,
        size: u32,
        code_page: u32,
        reserved: u32,
    }
}

/// The highest bit of a place: it is a table's (or a name's).
const INNER: u32 = 0x8000_0000;

/// How a resource is called. The order is that of the format: names before numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    /// UTF-16.
    Text(Vec<u16>),
    /// By number.
    Number(u16),
}

/// A piece of data.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Data {
    code_page: u32,
    bytes: Vec<u8>,
}

/// The leaves of a name, by language.
type Languages<'a> = Vec<(&'a Name, &'a Data)>;

/// The tree as its tables have it: types, names, languages.
type Levels<'a> = BTreeMap<&'a Name, BTreeMap<&'a Name, Languages<'a>>>;

/// Type, name and language.
type Path = (Name, Name, Name);

/// All resources of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    leaves: BTreeMap<Path, Data>,
}

impl Tree {
    /// The resources a file has.
    pub(crate) fn of(file: &PeFile) -> Result<Tree, Error> {
        let mut tree = Tree::default();
        let Some((directory, section)) = file.directory(DIRECTORY_RESOURCES) else {
            return Ok(tree);
        };
        let content =
            slice(&file.content, section.offset.into(), section.file_size.into(), "resources")?;
        let offset = u64::from(directory.address - section.address);
        let bytes = content.get(offset as usize..).unwrap_or_default();
        let mut reader = Reader { bytes, address: directory.address, left: bytes.len() };
        for (kind, place) in reader.table(INNER)? {
            for (name, place) in reader.table(place)? {
                for (language, place) in reader.table(place)? {
                    let data = reader.data(place)?;
                    tree.leaves.insert((kind.clone(), name.clone(), language), data);
                }
            }
        }
        Ok(tree)
    }

    /// Puts a resource under numbers.
    pub(super) fn set(&mut self, kind: u16, name: u16, bytes: Vec<u8>) {
        let path = (Name::Number(kind), Name::Number(name), Name::Number(LANGUAGE));
        self.leaves.insert(path, Data { code_page: 0, bytes });
    }

    /// Takes all resources of a type away.
    pub(super) fn clear(&mut self, kind: u16) {
        self.leaves.retain(|(other, _, _), _| *other != Name::Number(kind));
    }

    /// The section's bytes when it is at `address`.
    fn encode(&self, address: u32) -> Result<Vec<u8>, Error> {
        let mut kinds = Levels::new();
        for ((kind, name, language), data) in &self.leaves {
            kinds.entry(kind).or_default().entry(name).or_default().push((language, data));
        }
        let layout = Layout::new(&kinds);
        let mut writer = Writer { layout, address, ..Writer::default() };
        writer.table(kinds.keys().copied(), kinds.len())?;
        for names in kinds.values() {
            writer.table(names.keys().copied(), names.len())?;
        }
        for languages in kinds.values().flat_map(BTreeMap::values) {
            writer.languages(languages)?;
        }
        writer.finish()
    }
}

/// Makes `tree` the file's resources, in a section of their own.
pub(crate) fn replace(file: &mut PeFile, tree: &Tree) -> Result<(), Error> {
    // A section with the old tree stays where it is, as nothing can take its place in memory, but
    // gives the name away: tools look for resources by the section's name.
    for section in &mut file.sections {
        if section.name == *b".rsrc\0\0\0" {
            section.name = *b".oldrsrc";
        }
    }
    let address = to_u32(file.next_address()?)?;
    let bytes = tree.encode(address)?;
    let added = file.add_section(*b".rsrc\0\0\0", &bytes, SCN_DATA | SCN_READ)?;
    debug_assert_eq!(added, address);
    let directory = file
        .directories
        .get_mut(DIRECTORY_RESOURCES)
        .ok_or_else(|| Error::Unsupported("a PE file without a resource directory".into()))?;
    *directory = Directory { address, size: to_u32(bytes.len() as u64)? };
    Ok(())
}

struct Reader<'a> {
    bytes: &'a [u8],
    address: u32,
    /// Bytes not yet accounted for. Nothing in a tree is shared, so reading costs no more than its
    /// size; a crafted tree whose tables refer to each other would cost any amount.
    left: usize,
}

impl Reader<'_> {
    /// The entries of the table at `place`.
    fn table(&mut self, place: u32) -> Result<Vec<(Name, u32)>, Error> {
        if place & INNER == 0 {
            return Err(Error::Malformed("the resources are not a tree of three levels"));
        }
        let start = u64::from(place & !INNER);
        let header = TableHeader::read(self.bytes, start, "resource table")?;
        let count = u64::from(header.named_count) + u64::from(header.number_count);
        self.spend(TableHeader::SIZE as u64 + count * TableEntry::SIZE as u64)?;
        (0..count)
            .map(|index| {
                let at = start + TableHeader::SIZE as u64 + index * TableEntry::SIZE as u64;
                let entry = TableEntry::read(self.bytes, at, "resource entry")?;
                Ok((self.name(entry.name)?, entry.place))
            })
            .collect()
    }

    fn name(&self, name: u32) -> Result<Name, Error> {
        if name & INNER == 0 {
            return Ok(Name::Number(
                u16::try_from(name)
                    .map_err(|_| Error::Malformed("a resource's number has more than 16 bits"))?,
            ));
        }
        let start = u64::from(name & !INNER);
        let length = slice(self.bytes, start, 2, "resource name")?;
        let length = u64::from(u16::from_le_bytes([length[0], length[1]]));
        let units = slice(self.bytes, start + 2, length * 2, "resource name")?;
        let unit = |pair: &[u8]| u16::from_le_bytes([pair[0], pair[1]]);
        Ok(Name::Text(units.chunks_exact(2).map(unit).collect()))
    }

    fn spend(&mut self, size: u64) -> Result<(), Error> {
        let left = usize::try_from(size).ok().and_then(|size| self.left.checked_sub(size));
        self.left = left.ok_or(Error::Malformed("resources overlap"))?;
        Ok(())
    }

    fn data(&mut self, place: u32) -> Result<Data, Error> {
        let entry = DataEntry::read(self.bytes, place.into(), "resource data")?;
        self.spend(DataEntry::SIZE as u64 + u64::from(entry.size))?;
        let offset = entry
            .address
            .checked_sub(self.address)
            .ok_or(Error::Malformed("a resource lies outside its section"))?;
        let bytes = slice(self.bytes, offset.into(), entry.size.into(), "resource")?;
        Ok(Data { code_page: entry.code_page, bytes: bytes.to_vec() })
    }
}

/// Where the tables of the second and third level, data entries and names begin.
#[derive(Default)]
struct Layout {
    /// The next table that an entry of a table refers to.
    table: usize,
    /// The sizes of these tables in the order in which they are referred to.
    tables: std::vec::IntoIter<usize>,
    data_entry: usize,
    name: usize,
}

impl Layout {
    fn new(kinds: &Levels<'_>) -> Self {
        let size = |entries: usize| TableHeader::SIZE + entries * TableEntry::SIZE;
        let seconds = kinds.values().map(|names| size(names.len()));
        let thirds = kinds.values().flat_map(BTreeMap::values).map(|list| size(list.len()));
        let tables: Vec<usize> = seconds.chain(thirds).collect();
        let table = size(kinds.len());
        let data_entry = table + tables.iter().sum::<usize>();
        let leaves: usize = kinds.values().flat_map(BTreeMap::values).map(Vec::len).sum();
        let name = data_entry + leaves * DataEntry::SIZE;
        Layout { table, tables: tables.into_iter(), data_entry, name }
    }
}

#[derive(Default)]
struct Writer {
    layout: Layout,
    address: u32,
    tables: Vec<u8>,
    /// Entries still lack their addresses: these follow from the length of the names.
    entries: Vec<DataEntry>,
    names: Vec<u8>,
    data: Vec<u8>,
}

impl Writer {
    fn header<'a>(&mut self, names: impl Iterator<Item = &'a Name>, count: usize) {
        let named = names.filter(|name| matches!(name, Name::Text(_))).count();
        TableHeader {
            named_count: named as u16,
            number_count: (count - named) as u16,
            ..TableHeader::default()
        }
        .put(&mut self.tables);
    }

    /// A table whose entries are tables.
    fn table<'a>(
        &mut self,
        names: impl Iterator<Item = &'a Name> + Clone,
        count: usize,
    ) -> Result<(), Error> {
        self.header(names.clone(), count);
        for name in names {
            let place = to_u32(self.layout.table as u64)? | INNER;
            self.layout.table += self.layout.tables.next().unwrap_or_default();
            TableEntry { name: self.name(name)?, place }.put(&mut self.tables);
        }
        Ok(())
    }

    /// A table whose entries are data.
    fn languages(&mut self, languages: &[(&Name, &Data)]) -> Result<(), Error> {
        self.header(languages.iter().map(|(name, _)| *name), languages.len());
        for (name, data) in languages {
            let place = to_u32(self.layout.data_entry as u64)?;
            self.layout.data_entry += DataEntry::SIZE;
            TableEntry { name: self.name(name)?, place }.put(&mut self.tables);
            pad_to(&mut self.data, 8)?;
            self.entries.push(DataEntry {
                address: to_u32(self.data.len() as u64)?,
                size: to_u32(data.bytes.len() as u64)?,
                code_page: data.code_page,
                reserved: 0,
            });
            self.data.extend(&data.bytes);
        }
        Ok(())
    }

    fn name(&mut self, name: &Name) -> Result<u32, Error> {
        match name {
            Name::Number(number) => Ok((*number).into()),
            Name::Text(units) => {
                let place = to_u32((self.layout.name + self.names.len()) as u64)? | INNER;
                let length = u16::try_from(units.len()).map_err(|_| Error::TooLarge)?;
                self.names.extend(length.to_le_bytes());
                self.names.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
                Ok(place)
            }
        }
    }

    fn finish(self) -> Result<Vec<u8>, Error> {
        let mut out = self.tables;
        let mut before = self.names;
        before.resize(before.len().next_multiple_of(2), 0);
        let start =
            (out.len() + self.entries.len() * DataEntry::SIZE + before.len()).next_multiple_of(8);
        for entry in self.entries {
            let address = u64::from(self.address) + start as u64 + u64::from(entry.address);
            DataEntry { address: to_u32(address)?, ..entry }.put(&mut out);
        }
        out.extend(before);
        out.resize(start, 0);
        out.extend(self.data);
        Ok(out)
    }
}
