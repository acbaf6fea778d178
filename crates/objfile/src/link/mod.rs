//! The linker for our own objects.
//!
//! What is linked are *atoms*: the bytes of one symbol, with all symbols that are
//! [`within`](crate::object::Symbol::within) it. Beginning with the roots, every atom that a relocation
//! of a linked atom names is linked too; nothing else gets into the result. Atoms are packed by
//! sections, in the order of the objects, so that equal input gives equal output. Then the sections
//! get addresses and the relocations are applied.

mod error;
mod executable;
mod image;
mod library;
mod merge;
mod veneers;

pub use error::LinkError;
pub use executable::executable;
pub use image::{Image, ImageSymbol, image};
pub use library::{MemberError, add_members};
pub use merge::merge;

use crate::object::{Arch, Definition, Object, Reloc, RelocKind, SectionKind, SymbolId};
use error::Users;
use std::collections::{HashMap, HashSet};

/// An object's symbol.
type Global = (u32, SymbolId);

/// An atom that is linked.
#[derive(Clone, Copy, Debug)]
struct Atom {
    /// The symbol that is within no other.
    symbol: Global,
    definition: Definition,
    /// Where it begins in the section of the result.
    offset: u64,
}

/// What is linked, with its place in each section but without addresses.
struct Plan<'a> {
    objects: &'a [&'a Object],
    atoms: Vec<Atom>,
    /// By object and symbol that is within no other: the number of the atom plus one.
    numbers: Vec<Vec<u32>>,
    globals: HashMap<&'a [u8], Global>,
    islands: Vec<veneers::Island>,
    /// Size and alignment of each section.
    sizes: [u64; 4],
    aligns: [u64; 4],
}

/// What is linked, with addresses.
struct Placed {
    /// The bytes of the sections but the last.
    bytes: [Vec<u8>; 3],
    /// Addresses of fields that hold absolute addresses.
    absolute: Vec<(RelocKind, u64)>,
}

/// Where a symbol of a linked atom is.
#[derive(Clone, Copy, Debug)]
struct Spot {
    section: usize,
    /// In the section of the result.
    offset: u64,
}

impl Spot {
    fn address(self, bases: &[u64; 4]) -> u64 {
        bases[self.section] + self.offset
    }
}

fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

impl<'a> Plan<'a> {
    /// Finds everything that the roots need.
    fn new(objects: &'a [&'a Object], roots: &[&[u8]]) -> Result<Plan<'a>, Vec<LinkError>> {
        Self::find(objects, roots, true)
    }

    /// The same, without what nobody defines.
    fn with_undefined(
        objects: &'a [&'a Object],
        roots: &[&[u8]],
    ) -> Result<Plan<'a>, Vec<LinkError>> {
        Self::find(objects, roots, false)
    }

    fn find(
        objects: &'a [&'a Object],
        roots: &[&[u8]],
        complete: bool,
    ) -> Result<Plan<'a>, Vec<LinkError>> {
        Self::within(objects, roots, complete, veneers::REACH)
    }

    /// The same with calls of AArch64 that reach so many bytes.
    fn within(
        objects: &'a [&'a Object],
        roots: &[&[u8]],
        complete: bool,
        reach: u64,
    ) -> Result<Plan<'a>, Vec<LinkError>> {
        if let Some(pair) = objects.windows(2).find(|pair| pair[0].arch != pair[1].arch) {
            return Err(vec![LinkError::mixed(pair[0], pair[1])]);
        }
        let mut plan = Plan {
            objects,
            atoms: Vec::new(),
            numbers: objects.iter().map(|object| vec![0; object.symbols.len()]).collect(),
            globals: HashMap::new(),
            islands: Vec::new(),
            sizes: [0; 4],
            aligns: [1; 4],
        };
        let mut errors = plan.collect();
        let mut work = Vec::new();
        for &root in roots {
            match plan.globals.get(root) {
                Some(&symbol) => plan.need(symbol, &mut work),
                None => errors.push(LinkError::Undefined { symbol: text(root), user: None }),
            }
        }
        let mut missing = Vec::new();
        while let Some(atom) = work.pop() {
            plan.follow(atom, &mut work, &mut missing);
        }
        if complete {
            plan.report(&missing, &mut errors);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        plan.pack().ok_or_else(|| vec![LinkError::TooLarge])?;
        if complete {
            plan.make_islands(reach);
        }
        Ok(plan)
    }

    /// Enters the defined global symbols.
    fn collect(&mut self) -> Vec<LinkError> {
        let mut errors = Vec::new();
        for (number, object) in (0..).zip(self.objects.iter()) {
            for (symbol, id) in object.symbols.iter().zip((0..).map(SymbolId)) {
                if !symbol.global || symbol.definition.is_none() {
                    continue;
                }
                if let Some(first) = self.globals.insert(object.name(symbol), (number, id)) {
                    errors.push(LinkError::Duplicate {
                        symbol: text(object.name(symbol)),
                        first: self.object(first).origin.clone(),
                        second: object.origin.clone(),
                    });
                }
            }
        }
        errors
    }

    /// Tells what is not defined: each symbol once for each that uses it.
    fn report(&self, missing: &[(u32, Reloc, SectionKind)], errors: &mut Vec<LinkError>) {
        let mut users = Users::default();
        let mut told = HashSet::new();
        for &(object, reloc, section) in missing {
            let user = users.at(self.objects, object, section, reloc.at);
            if told.insert((object, user, reloc.symbol)) {
                let symbol = self.name((object, reloc.symbol));
                let user = user.map(|id| self.user((object, id)));
                errors.push(LinkError::Undefined { symbol, user });
            }
        }
    }

    fn object(&self, (object, _): Global) -> &'a Object {
        self.objects[object as usize]
    }

    fn name(&self, symbol: Global) -> String {
        let object = self.object(symbol);
        text(object.name(object.symbol(symbol.1)))
    }

    /// What uses something, for messages.
    fn user(&self, symbol: Global) -> String {
        match &*self.object(symbol).origin {
            "" => format!("`{}`", self.name(symbol)),
            origin => format!("`{}` in {origin}", self.name(symbol)),
        }
    }

    /// The definition that a symbol of an object means.
    fn resolve(&self, object: u32, id: SymbolId) -> Option<Global> {
        let symbol = self.objects[object as usize].symbol(id);
        match symbol.definition {
            Some(_) => Some((object, id)),
            None => self.globals.get(self.objects[object as usize].name(symbol)).copied(),
        }
    }

    /// The symbol whose atom a symbol is in.
    fn owner(&self, symbol: Global) -> Global {
        (symbol.0, self.object(symbol).symbol(symbol.1).within.unwrap_or(symbol.1))
    }

    fn need(&mut self, symbol: Global, work: &mut Vec<Atom>) {
        let symbol = self.owner(symbol);
        let number = &mut self.numbers[symbol.0 as usize][symbol.1.0 as usize];
        let Some(definition) = self.objects[symbol.0 as usize].symbol(symbol.1).definition else {
            return;
        };
        if *number == 0 {
            let atom = Atom { symbol, definition, offset: 0 };
            self.atoms.push(atom);
            *number = self.atoms.len() as u32;
            work.push(atom);
        }
    }

    /// The relocations of an atom.
    fn relocs(&self, atom: &Atom) -> &'a [Reloc] {
        let Definition { section, offset, size } = atom.definition;
        let relocs = &self.object(atom.symbol).section(section).relocs[..];
        let first = relocs.partition_point(|reloc| reloc.at < offset);
        let count = relocs[first..].partition_point(|reloc| reloc.at < offset + size);
        &relocs[first..first + count]
    }

    fn follow(
        &mut self,
        atom: Atom,
        work: &mut Vec<Atom>,
        missing: &mut Vec<(u32, Reloc, SectionKind)>,
    ) {
        for reloc in self.relocs(&atom) {
            match self.resolve(atom.symbol.0, reloc.symbol) {
                Some(symbol) => self.need(symbol, work),
                None => missing.push((atom.symbol.0, *reloc, atom.definition.section)),
            }
        }
    }

    /// The alignment of an atom: it stays as aligned as it was.
    fn align(&self, atom: &Atom) -> u64 {
        let section = self.object(atom.symbol).section(atom.definition.section);
        section.align.max(1).min(1 << atom.definition.offset.trailing_zeros().min(63))
    }

    /// Gives atoms their places in the sections, in the order of objects and offsets, if sizes stay
    /// numbers.
    fn pack(&mut self) -> Option<()> {
        self.atoms.sort_by_key(|atom| {
            (atom.definition.section, atom.symbol.0, atom.definition.offset, atom.symbol.1)
        });
        for number in 0..self.atoms.len() {
            let Atom { symbol, definition, .. } = self.atoms[number];
            let section = definition.section as usize;
            let align = self.align(&self.atoms[number]);
            self.aligns[section] = self.aligns[section].max(align);
            let offset = self.sizes[section].checked_next_multiple_of(align)?;
            self.atoms[number].offset = offset;
            self.sizes[section] = offset.checked_add(definition.size)?;
            self.numbers[symbol.0 as usize][symbol.1.0 as usize] = number as u32 + 1;
        }
        Some(())
    }

    /// The number of the atom of a symbol, if it is linked.
    fn number(&self, symbol: Global) -> Option<usize> {
        let owner = self.owner(symbol);
        let number = self.numbers[owner.0 as usize][owner.1.0 as usize];
        (number as usize).checked_sub(1)
    }

    /// Where a symbol is, if it is linked.
    fn spot(&self, symbol: Global) -> Option<Spot> {
        let atom = &self.atoms[self.number(symbol)?];
        let definition = self.object(symbol).symbol(symbol.1).definition?;
        let offset = atom.offset + (definition.offset - atom.definition.offset);
        Some(Spot { section: definition.section as usize, offset })
    }

    /// All symbols with names that are linked, in the order of their places.
    fn symbols(&self) -> Vec<(Spot, Global)> {
        let mut symbols = Vec::new();
        for (number, object) in (0..).zip(self.objects.iter()) {
            for (symbol, id) in object.symbols.iter().zip((0..).map(SymbolId)) {
                let spot = self.spot((number, id)).filter(|_| !symbol.section);
                symbols.extend(spot.map(|spot| (spot, (number, id))));
            }
        }
        symbols.sort_by_key(|&(Spot { section, offset }, symbol)| (section, offset, symbol));
        symbols
    }

    /// The address of a root.
    fn address(&self, name: &[u8], bases: &[u64; 4]) -> Option<u64> {
        Some(self.spot(*self.globals.get(name)?)?.address(bases))
    }

    /// Puts the sections together at these addresses.
    fn place(&self, bases: &[u64; 4]) -> Result<Placed, Vec<LinkError>> {
        let mut placed = Placed { bytes: Default::default(), absolute: Vec::new() };
        let (mut errors, mut users) = (Vec::new(), Users::default());
        for (number, atom) in self.atoms.iter().enumerate() {
            let Definition { section, offset, size } = atom.definition;
            if section == SectionKind::Zero {
                continue;
            }
            let source = &self.object(atom.symbol).section(section).bytes;
            let source = &source[offset as usize..(offset + size) as usize];
            let bytes = &mut placed.bytes[section as usize];
            bytes.resize(atom.offset as usize, padding(section, self.objects[0].arch));
            bytes.extend_from_slice(source);
            let start = bases[section as usize] + atom.offset;
            for reloc in self.relocs(atom) {
                let within = reloc.at - offset;
                if !reloc.kind.is_relative() {
                    placed.absolute.push((reloc.kind, start + within));
                }
                let at = (atom.offset + within) as usize;
                let field = &mut bytes[at..at + reloc.kind.size()];
                if let Err(failed) = self.apply(number, reloc, field, start + within, bases) {
                    let object = atom.symbol.0;
                    let user = users.at(self.objects, object, section, reloc.at);
                    let user = self.user((object, user.unwrap_or(atom.symbol.1)));
                    let symbol = self.name((object, reloc.symbol));
                    errors.push(match failed {
                        Failed::Undefined => LinkError::Undefined { symbol, user: Some(user) },
                        Failed::TooFar => LinkError::TooFar { symbol, user },
                    });
                }
            }
        }
        self.write_islands(bases, &mut placed.bytes[SectionKind::Text as usize]);
        if errors.is_empty() { Ok(placed) } else { Err(errors) }
    }

    fn apply(
        &self,
        number: usize,
        reloc: &Reloc,
        field: &mut [u8],
        place: u64,
        bases: &[u64; 4],
    ) -> Result<(), Failed> {
        let atom = &self.atoms[number];
        let meant = self.resolve(atom.symbol.0, reloc.symbol);
        let veneer = meant
            .filter(|_| reloc.kind.is_call() && reloc.addend == 0)
            .and_then(|symbol| self.veneer(number, symbol))
            .map(|offset| bases[SectionKind::Text as usize] + offset);
        let target = veneer.or_else(|| Some(self.spot(meant?)?.address(bases)));
        let target = target.ok_or(Failed::Undefined)?.wrapping_add_signed(reloc.addend);
        reloc.kind.patch(field, place, target).map_err(|_| Failed::TooFar)
    }
}

/// Why a relocation cannot be applied.
enum Failed {
    Undefined,
    TooFar,
}

/// What stands between atoms: an instruction that stops, between functions of x86-64.
fn padding(section: SectionKind, arch: Arch) -> u8 {
    if section == SectionKind::Text && arch == Arch::X64 { 0xcc } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An object with functions of 8 bytes, each of which names the next symbol in its last 4.
    fn chain(names: &[&str]) -> Object {
        let mut object = Object::new(Arch::X64);
        let ids: Vec<SymbolId> =
            names.iter().map(|name| object.add_symbol(name.as_bytes(), true, true)).collect();
        for pair in ids.windows(2) {
            let offset = object.append(SectionKind::Text, 16, &[0x90; 8]);
            object.define(pair[0], Definition { section: SectionKind::Text, offset, size: 8 });
            let reloc =
                Reloc { at: offset + 4, kind: RelocKind::Call32, symbol: pair[1], addend: -4 };
            object.section_mut(SectionKind::Text).relocs.push(reloc);
        }
        object
    }

    #[test]
    fn only_what_is_reached_is_linked() {
        let (first, second) = (chain(&["a", "c"]), chain(&["b", "c", "d", "a"]));
        let objects = [&first, &second];
        let plan = Plan::new(&objects, &[b"a"]).unwrap();
        let names: Vec<String> = plan.atoms.iter().map(|atom| plan.name(atom.symbol)).collect();
        assert_eq!(names, ["a", "c", "d"]);
        let placed = plan.place(&[0x1000, 0, 0, 0]).unwrap();
        let text = &placed.bytes[0];
        assert_eq!(text.len(), 40);
        // From the end of `a` to `c`, and from the end of `d` back to `a`.
        assert_eq!(text[4..8], 8i32.to_le_bytes());
        assert_eq!(text[36..40], (-40i32).to_le_bytes());
        assert_eq!(text[8..16], [0xcc; 8]);
    }

    #[test]
    fn what_is_wrong_is_told_once_and_all_at_once() {
        let objects = [chain(&["a", "b", "x"]), chain(&["b", "y"]), chain(&["z", "y"])];
        let objects: Vec<&Object> = objects.iter().collect();
        let errors = Plan::new(&objects, &[b"a", b"nothing", b"z"]).err().unwrap();
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let expected =
            ["`b` is defined twice", "`nothing` is not defined", "`y` is not defined; `z` uses it"];
        assert!(expected.iter().all(|text| texts.contains(&(*text).to_string())), "{texts:?}");
        let mut other = chain(&["q", "q"]);
        other.arch = Arch::Arm64;
        let mixed = [objects[0], &other];
        let error = Plan::new(&mixed, &[]).err().unwrap()[0].to_string();
        let expected = "one is for x86-64, one is for arm64";
        assert_eq!(error, format!("the objects are of different instruction sets: {expected}"));
    }

    #[test]
    fn distances_beyond_their_fields_are_errors() {
        let mut object = chain(&["a", "far"]);
        let near = object.reserve(1, 1 << 31);
        let far = object.reserve(1, 8);
        for (name, offset, size) in [("room", near, 1 << 31), ("far", far, 8)] {
            let id = object.find(name.as_bytes());
            let id = id.unwrap_or_else(|| object.add_symbol(name.as_bytes(), true, false));
            object.define(id, Definition { section: SectionKind::Zero, offset, size });
        }
        let errors = executable(&[&object], b"a", false).err();
        // `room` is not reached, so it takes no place.
        assert_eq!(errors, None);
        object.section_mut(SectionKind::Text).relocs[0].addend = 1 << 31;
        let errors = executable(&[&object], b"a", false).unwrap_err();
        assert_eq!(errors[0].to_string(), "`far` is too far away from `a`, which uses it");
    }
}
