//! Images: position-independent code and data that a program loads into its own memory.
//!
//! An image has two parts: code and constants, which are only read, and behind them, from a page
//! boundary on, data. Functions that it does not have itself are reached through a stub and a slot
//! of its data, into which the loader puts their addresses.

use super::{Global, LinkError, Plan, Spot};
use crate::object::{Arch, Definition, Object, Reloc, RelocKind, SectionKind};

/// An image. Offsets are counted from its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// Code and constants; a multiple of the page size long.
    pub code: Vec<u8>,
    /// Data, which comes right behind the code.
    pub data: Vec<u8>,
    /// Zero bytes behind the data.
    pub zeros: u64,
    /// Offsets of words to which the address of the image has to be added.
    pub rebase: Vec<u64>,
    /// Names of functions it needs, and the offset of the slot for the address of each.
    pub imports: Vec<(Vec<u8>, u64)>,
    /// Its global symbols.
    pub symbols: Vec<ImageSymbol>,
}

/// A symbol of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSymbol {
    /// Its name.
    pub name: Vec<u8>,
    /// Where it is.
    pub offset: u64,
    /// Bytes.
    pub size: u64,
}

impl Image {
    /// The offset of a symbol.
    pub fn symbol(&self, name: &[u8]) -> Option<u64> {
        self.symbols.iter().find(|symbol| symbol.name == name).map(|symbol| symbol.offset)
    }
}

/// Largest page of the systems that an image may be loaded on.
fn page(arch: Arch) -> u64 {
    match arch {
        Arch::X64 => 0x1000,
        Arch::Arm64 => 0x1_0000,
    }
}

/// A jump through a slot: the code, and the fields in it that depend on the slot.
type Stub = (&'static [u8], &'static [(u64, RelocKind, i64)]);

fn stub(arch: Arch) -> Stub {
    match arch {
        // jmp [rip + slot]
        Arch::X64 => (&[0xff, 0x25, 0, 0, 0, 0], &[(2, RelocKind::Rel32, -4)]),
        // adrp x16, slot; ldr x16, [x16, slot]; br x16
        Arch::Arm64 => (
            &[0x10, 0, 0, 0x90, 0x10, 0x02, 0x40, 0xf9, 0, 0x02, 0x1f, 0xd6],
            &[(0, RelocKind::Page21, 0), (4, RelocKind::PageOffset12Load64, 0)],
        ),
    }
}

const SLOT: u64 = 8;

/// An object with a stub and a slot for each import.
fn stubs(arch: Arch, imports: &[&[u8]]) -> Object {
    let mut object = Object::new(arch);
    let (code, fields) = stub(arch);
    for &name in imports {
        let entry = object.add_symbol(name, true, true);
        let slot = object.add_symbol(&slot_name(name), true, false);
        let offset = object.append(SectionKind::Data, SLOT, &[0; SLOT as usize]);
        let section = SectionKind::Data;
        object.define(slot, Definition { section, offset, size: SLOT });
        let offset = object.append(SectionKind::Text, 4, code);
        let (section, size) = (SectionKind::Text, code.len() as u64);
        object.define(entry, Definition { section, offset, size });
        for &(at, kind, addend) in fields {
            let reloc = Reloc { at: offset + at, kind, symbol: slot, addend };
            object.section_mut(SectionKind::Text).relocs.push(reloc);
        }
    }
    object
}

fn slot_name(import: &[u8]) -> Vec<u8> {
    [b"slot.", import].concat()
}

/// Links objects into an image that has these roots, and may import these functions.
///
/// # Errors
/// Everything that is undefined, defined twice or too far away.
pub fn image(
    objects: &[&Object],
    roots: &[&[u8]],
    imports: &[&[u8]],
) -> Result<Image, Vec<LinkError>> {
    let Some(first) = objects.first() else { return Ok(Image::default()) };
    let stubs = stubs(first.arch, imports);
    let objects: Vec<&Object> = objects.iter().copied().chain([&stubs]).collect();
    let plan = Plan::new(&objects, roots)?;
    let page = page(first.arch);
    let [text, constants, data, zeros] = plan.sizes;
    let aligned = |at: u64, section: SectionKind| {
        at.checked_next_multiple_of(plan.aligns[section as usize].min(page))
    };
    // Data alignments above a page are not for images.
    let addresses = || {
        let read_only = aligned(text, SectionKind::ReadOnly)?;
        let data_start = read_only.checked_add(constants)?.checked_next_multiple_of(page)?;
        let zero = aligned(data_start.checked_add(data)?, SectionKind::Zero)?;
        zero.checked_add(zeros)?;
        Some([0, read_only, data_start, zero])
    };
    let bases = addresses().ok_or_else(|| vec![LinkError::TooLarge])?;
    let mut placed = plan.place(&bases)?;
    let [mut code, constants, data] = std::mem::take(&mut placed.bytes);
    code.resize(bases[1] as usize, 0);
    code.extend(constants);
    code.resize(bases[2] as usize, 0);
    let slot = |name: &&[u8]| {
        let offset = plan.address(&slot_name(name), &bases)?;
        Some((name.to_vec(), offset))
    };
    let global = |&(spot, symbol): &(Spot, Global)| {
        let object = plan.object(symbol);
        let symbol = object.symbol(symbol.1);
        let size = symbol.definition.map_or(0, |definition| definition.size);
        let (name, offset) = (object.name(symbol).to_vec(), spot.address(&bases));
        symbol.global.then_some(ImageSymbol { name, offset, size })
    };
    if placed.absolute.iter().any(|&(kind, _)| kind != RelocKind::Abs64) {
        return Err(vec![LinkError::Fixed]);
    }
    Ok(Image {
        zeros: bases[3] + zeros - bases[2] - data.len() as u64,
        code,
        data,
        rebase: placed.absolute.iter().map(|&(_, place)| place).collect(),
        imports: imports.iter().filter_map(slot).collect(),
        symbols: plan.symbols().iter().filter_map(global).collect(),
    })
}
