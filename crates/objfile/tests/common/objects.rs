//! Objects made by hand.

use sox_objfile::elf::relocation_number;
use sox_objfile::object::RelocKind::{Abs64, Call26, Call32};
use sox_objfile::object::{Arch, Definition, Object, Reloc, RelocKind, SectionKind, SymbolId};

/// Relocations of a machine.
fn kinds(arch: Arch) -> impl Iterator<Item = RelocKind> {
    RelocKind::ALL.into_iter().filter(move |&kind| relocation_number(kind, arch).is_some())
}

fn define(object: &mut Object, symbol: SymbolId, section: SectionKind, offset: u64, size: u64) {
    object.define(symbol, Definition { section, offset, size });
}

/// An object whose function `main` has a relocation of each kind, calls a local function and `outside`.
pub(crate) fn sample(arch: Arch) -> Object {
    let mut object = Object::new(arch);
    let main = object.add_symbol(b"main", true, true);
    let local = object.add_symbol(b"local", false, true);
    let words = object.add_symbol(b"words", true, false);
    let text = object.add_symbol(b"text", false, false);
    let room = object.add_symbol(b"room", false, false);
    let outside = object.add_symbol(b"outside", true, true);
    let size = 16 * (kinds(arch).count() as u64 + 2);
    let offset = object.append(SectionKind::Text, 16, &vec![0; size as usize]);
    define(&mut object, main, SectionKind::Text, offset, size);
    let call = if arch == Arch::X64 { Call32 } else { Call26 };
    // Not all distances reach the data.
    let near = |kind: RelocKind| if kind.is_distance() { main } else { words };
    let mut relocs: Vec<(RelocKind, SymbolId)> =
        kinds(arch).map(|kind| (kind, near(kind))).collect();
    relocs.extend([(call, local), (call, outside)]);
    for (number, (kind, symbol)) in (0..).zip(relocs) {
        let reloc = Reloc { at: offset + 16 * number, kind, symbol, addend: 0 };
        object.section_mut(SectionKind::Text).relocs.push(reloc);
    }
    let offset = object.append(SectionKind::Text, 16, &[0x90; 4]);
    define(&mut object, local, SectionKind::Text, offset, 4);
    let offset = object.append(SectionKind::ReadOnly, 1, b"text");
    define(&mut object, text, SectionKind::ReadOnly, offset, 4);
    let offset = object.append(SectionKind::Data, 16, &[0; 32]);
    define(&mut object, words, SectionKind::Data, offset, 32);
    for (at, symbol, addend) in [(0, text, 1), (8, room, -8), (24, main, 0)] {
        let reloc = Reloc { at: offset + at, kind: Abs64, symbol, addend };
        object.section_mut(SectionKind::Data).relocs.push(reloc);
    }
    let offset = object.reserve(64, 100);
    define(&mut object, room, SectionKind::Zero, offset, 100);
    object
}

/// An object that defines `outside`.
pub(crate) fn outside(arch: Arch) -> Object {
    let mut object = Object::new(arch);
    let symbol = object.add_symbol(b"outside", true, true);
    let offset = object.append(SectionKind::Text, 16, &[0x90; 8]);
    define(&mut object, symbol, SectionKind::Text, offset, 8);
    object
}
