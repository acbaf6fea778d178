//! Stores of values that are written once: they are stored where they are written, and never again.
//!
//! The scan stores a value wherever it leaves its register. One that never changes may leave it many
//! times, or in a loop that does not write it; its slot is right from the first store on.

use super::live::Live;
use super::loops::Loops;
use super::program::{Constraint, Program, Role, VReg};
use super::scan::Scan;
use super::{Gap, Move, Place};

/// Where a value that is written once is written.
struct Definition {
    inst: u32,
    place: Place,
}

/// Memory for the work.
#[derive(Debug, Default)]
pub(super) struct Stores {
    /// For each slot, how many stores it has, and how often they are made.
    counts: Vec<(u32, u64)>,
    /// Whether the stores of each slot are left out.
    left_out: Vec<bool>,
}

impl Stores {
    /// Moves stores to definitions where that is no worse.
    pub(super) fn run(
        &mut self,
        program: &Program,
        (live, loops): (&Live, &Loops),
        scan: &Scan,
        moves: &mut Vec<Move>,
    ) {
        self.counts.clear();
        self.counts.resize(scan.slot_count() as usize, (0, 0));
        for copy in moves.iter() {
            if let (Place::Slot(slot), Place::Reg(_)) = (copy.to, copy.from) {
                let (count, weight) = &mut self.counts[slot as usize];
                *count += 1;
                *weight += loops.weight(4 * copy.gap.inst());
            }
        }
        self.left_out.clear();
        self.left_out.resize(self.counts.len(), false);
        let before = moves.len();
        for (vreg, slot) in scan.slots() {
            let (count, weight) = self.counts[slot as usize];
            let Some(definition) = definition(program, live, scan, vreg) else { continue };
            let Definition { inst, place } = definition;
            let own = if place == Place::Slot(slot) { 0 } else { loops.weight(4 * inst) };
            if count == 0 || own > weight || (count == 1 && own == weight) {
                continue;
            }
            self.left_out[slot as usize] = true;
            if own > 0 {
                moves.push(Move { gap: Gap::After(inst), to: Place::Slot(slot), from: place });
            }
        }
        let mut number = 0;
        moves.retain(|copy| {
            number += 1;
            let Place::Slot(slot) = copy.to else { return true };
            let store = number <= before && matches!(copy.from, Place::Reg(_));
            !(store && self.left_out[slot as usize])
        });
    }
}

/// The one place where a value is written, if a store can follow there.
fn definition(program: &Program, live: &Live, scan: &Scan, vreg: VReg) -> Option<Definition> {
    let mut written = live.mentions(vreg).iter().filter(|mention| mention.written);
    let (only, None) = (written.next()?, written.next()) else { return None };
    let inst = only.at / 4;
    let blocks = program.blocks();
    let block = blocks.partition_point(|block| block.insts.end <= inst);
    if blocks[block].insts.end == inst + 1 {
        return None;
    }
    let operands = program.operands(inst).iter();
    let operand = operands.clone().find(|o| o.role == Role::Def && o.vreg == vreg)?;
    let place = match operand.constraint {
        Constraint::Fixed(reg) => Place::Reg(reg),
        _ => scan.place_at(vreg, 4 * inst + 2),
    };
    Some(Definition { inst, place })
}
