//! Calls over more than 128 MB on AArch64.
//!
//! `b` and `bl` reach that far and no farther. If the text is larger, its atoms are divided into groups
//! of half that size, in their order, and behind each group there is an island: one veneer for each
//! function outside of the group that the group calls, a few instructions that go to any address
//! within 4 GB by way of `x16`, which the calling convention leaves to linkers ("Procedure Call Standard
//! for the Arm 64-bit Architecture", section 6.1.1).

use super::{Global, Plan};
use crate::object::{Arch, RelocKind, SectionKind};
use std::collections::HashMap;
use std::ops::Range;

/// How far a call reaches, in bytes.
pub(super) const REACH: u64 = 128 << 20;

/// `adrp x16, page`, `add x16, x16, offset`, `br x16`.
const VENEER: [u32; 3] = [0x9000_0010, 0x9100_0210, 0xd61f_0200];
const VENEER_SIZE: u64 = 4 * VENEER.len() as u64;

/// Veneers behind a group of atoms.
#[derive(Debug)]
pub(super) struct Island {
    /// The numbers of the atoms before it.
    atoms: Range<usize>,
    /// Where it begins in the text.
    offset: u64,
    /// The functions that its veneers lead to, with the number of the veneer.
    targets: HashMap<Global, u64>,
}

impl Plan<'_> {
    /// Makes room for islands if calls may need them. Atoms have their order, and their places without
    /// islands.
    pub(super) fn make_islands(&mut self, reach: u64) {
        const TEXT: usize = SectionKind::Text as usize;
        let arm64 = self.objects.first().is_some_and(|object| object.arch == Arch::Arm64);
        if !arm64 || self.sizes[TEXT] <= reach {
            return;
        }
        let is_text = |plan: &Self, number: usize| {
            plan.atoms.get(number).is_some_and(|atom| atom.definition.section == SectionKind::Text)
        };
        let (mut first, mut offset) = (0, 0);
        while is_text(self, first) {
            let start = offset;
            let mut end = first;
            while is_text(self, end) && (end == first || offset - start < reach / 2) {
                let align = self.align(&self.atoms[end]);
                let atom = &mut self.atoms[end];
                atom.offset = offset.next_multiple_of(align);
                offset = atom.offset + atom.definition.size;
                end += 1;
            }
            offset = offset.next_multiple_of(4);
            let targets = self.called_outside(first..end);
            let room = VENEER_SIZE * targets.len() as u64;
            self.islands.push(Island { atoms: first..end, offset, targets });
            offset += room;
            first = end;
        }
        self.sizes[TEXT] = offset;
    }

    /// Functions outside of a group that it calls, numbered in the order of the calls.
    fn called_outside(&self, group: Range<usize>) -> HashMap<Global, u64> {
        let mut targets = HashMap::new();
        for atom in &self.atoms[group.clone()] {
            for reloc in self.relocs(atom).iter().filter(|reloc| reloc.kind.is_call()) {
                let Some(target) = self.resolve(atom.symbol.0, reloc.symbol) else { continue };
                if self.number(target).is_none_or(|at| !group.contains(&at)) {
                    let next = targets.len() as u64;
                    targets.entry(target).or_insert(next);
                }
            }
        }
        targets
    }

    /// Where in the text the veneer is that an atom has for a call, if it has one.
    pub(super) fn veneer(&self, atom: usize, target: Global) -> Option<u64> {
        let after = self.islands.partition_point(|island| island.atoms.end <= atom);
        let island = self.islands.get(after)?;
        Some(island.offset + VENEER_SIZE * island.targets.get(&target)?)
    }

    /// Writes the veneers among the bytes of the text.
    pub(super) fn write_islands(&self, bases: &[u64; 4], text: &mut Vec<u8>) {
        if self.islands.is_empty() {
            return;
        }
        text.resize(self.sizes[SectionKind::Text as usize] as usize, 0);
        let base = bases[SectionKind::Text as usize];
        for island in &self.islands {
            // In any order: each has its place.
            for (&target, number) in &island.targets {
                let Some(spot) = self.spot(target) else { continue };
                let to = spot.address(bases);
                let at = island.offset + VENEER_SIZE * number;
                let code = &mut text[at as usize..(at + VENEER_SIZE) as usize];
                for (word, bytes) in VENEER.iter().zip(code.chunks_exact_mut(4)) {
                    bytes.copy_from_slice(&word.to_le_bytes());
                }
                // Within 4 GB: a static executable is no larger than that, which its layout checks.
                let _near = RelocKind::Page21.patch(&mut code[..4], base + at, to);
                let _fits = RelocKind::PageOffset12.patch(&mut code[4..8], base + at + 4, to);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Definition, Object, Reloc, SymbolId};

    const BASE: u64 = 0x40_0000;

    /// Functions of 32 bytes: each calls the first one, the last one and the next one.
    fn functions(count: u32) -> Object {
        let mut object = Object::new(Arch::Arm64);
        let ids: Vec<SymbolId> =
            (0..count).map(|n| object.add_symbol(format!("f{n}").as_bytes(), true, true)).collect();
        for number in 0..count {
            let code = [0x9400_0000u32.to_le_bytes(); 8].concat();
            let offset = object.append(SectionKind::Text, 8, &code);
            let section = SectionKind::Text;
            object.define(ids[number as usize], Definition { section, offset, size: 32 });
            let called = [0, count - 1, (number + 1) % count];
            for (at, &symbol) in called.iter().enumerate() {
                let at = offset + 4 * at as u64;
                let symbol = ids[symbol as usize];
                let reloc = Reloc { at, kind: RelocKind::Call26, symbol, addend: 0 };
                object.section_mut(section).relocs.push(reloc);
            }
        }
        object
    }

    /// Where the call at an address leads to, by way of a veneer if there is one.
    fn follow(text: &[u8], at: u64, reach: i64) -> u64 {
        let word = |at: u64| {
            let at = (at - BASE) as usize;
            u32::from_le_bytes(text[at..at + 4].try_into().unwrap())
        };
        let distance = i64::from((word(at) << 6) as i32 >> 6) * 4;
        assert!((-reach..reach).contains(&distance), "{distance} at {at:#x}");
        let to = at.wrapping_add_signed(distance);
        if word(to) & 0x9f00_001f != 0x9000_0010 {
            return to;
        }
        let adrp = word(to);
        let pages = (adrp >> 5 & 0x7_ffff) << 2 | adrp >> 29 & 3;
        let pages = i64::from((pages << 11) as i32 >> 11);
        assert_eq!(word(to + 8), 0xd61f_0200);
        let page = (to & !0xfff).wrapping_add_signed(pages << 12);
        page + u64::from(word(to + 4) >> 10 & 0xfff)
    }

    #[test]
    fn calls_that_do_not_reach_go_through_islands() {
        const COUNT: u32 = 600;
        for reach in [512u64, 4096, 1 << 20] {
            let object = functions(COUNT);
            let objects = [&object];
            let plan = Plan::within(&objects, &[b"f0"], true, reach).unwrap();
            assert_eq!(plan.islands.is_empty(), reach > 32 * u64::from(COUNT));
            let placed = plan.place(&[BASE, 0, 0, 0]).unwrap();
            let text = &placed.bytes[0];
            assert_eq!(text.len() as u64, plan.sizes[0]);
            let place = |number: u32| {
                let name = format!("f{number}");
                plan.address(name.as_bytes(), &[BASE, 0, 0, 0]).unwrap()
            };
            for number in 0..COUNT {
                for (at, called) in [0, COUNT - 1, (number + 1) % COUNT].into_iter().enumerate() {
                    let call = place(number) + 4 * at as u64;
                    assert_eq!(follow(text, call, reach as i64), place(called), "{number}");
                }
            }
        }
    }
}
