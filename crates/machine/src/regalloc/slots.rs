//! Slots that are shared: of values that do not live at the same time, so that frames are small and what
//! is used often stays in few cache lines.
//!
//! Until here each virtual register has a slot of its own. Its life is taken to last from the beginning of
//! its first range to the end of its last one, and in the order of these beginnings each takes the slot
//! that has been free for the shortest time. This is the left-edge algorithm: it finds the fewest slots
//! that lives without holes need (Hashimoto and Stevens, "Wire Routing by Optimizing Channel Assignment
//! within Large Apertures", 1971).
//!
//! Two values in one slot are never part of one parallel copy, one read and the other written: both would
//! live there.

use super::live::{Live, Point};
use super::scan::Scan;
use super::{Move, Place};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Memory for the work.
#[derive(Debug, Default)]
pub(super) struct Slots {
    /// Beginning and end of the life of what is in each slot, and the slot.
    lives: Vec<(Point, Point, u32)>,
    /// Ends of the lives in shared slots, with these.
    taken: BinaryHeap<Reverse<(Point, u32)>>,
    free: Vec<u32>,
    /// For each slot, the shared one.
    shared: Vec<u32>,
}

impl Slots {
    /// Numbers the slots of operands and moves anew; how many there are then.
    pub(super) fn share(
        &mut self,
        live: &Live,
        scan: &Scan,
        places: &mut [Place],
        moves: &mut [Move],
    ) -> u32 {
        self.lives.clear();
        for (vreg, slot) in scan.slots() {
            if let [first, .., last] | [first @ last] = live.ranges(vreg) {
                self.lives.push((first.start, last.end, slot));
            }
        }
        self.lives.sort_unstable();
        self.taken.clear();
        self.free.clear();
        self.shared.clear();
        self.shared.resize(scan.slot_count() as usize, 0);
        let mut count = 0;
        for &(start, end, slot) in &self.lives {
            while let Some(&Reverse((over, shared))) = self.taken.peek()
                && over <= start
            {
                self.taken.pop();
                self.free.push(shared);
            }
            let shared = self.free.pop().unwrap_or_else(|| {
                count += 1;
                count - 1
            });
            self.shared[slot as usize] = shared;
            self.taken.push(Reverse((end, shared)));
        }
        let ends = moves.iter_mut().flat_map(|copy| [&mut copy.to, &mut copy.from]);
        for place in places.iter_mut().chain(ends) {
            if let Place::Slot(slot) = place {
                *slot = self.shared[*slot as usize];
            }
        }
        count
    }
}
