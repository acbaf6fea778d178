//! Where intervals leave registers for their stack slots, and what that costs. What is said of slots here
//! holds for constants too, which have none: they cost no store.
//!
//! A value that a loop does not mention is stored before the loop, not where registers run out within
//! it, and fetched before a loop that needs it. The cost of an eviction is the number of stores and
//! loads it leads to, each as often as its place is passed; where costs are equal, the value that
//! is needed last goes (Belady). Without loops, that alone decides.

use super::Place;
use super::live::Point;
use super::program::VReg;
use super::scan::{Piece, Step};

/// So many mentions in memory are counted.
const COUNTED: usize = 8;

impl Step<'_> {
    /// Where a virtual register is when it is in no register.
    fn home(&mut self, vreg: VReg) -> Place {
        match self.live.constant(vreg) {
            Some(inst) => Place::Made(inst),
            None => self.scan.slot(vreg),
        }
    }

    /// Puts a stretch of an interval into its slot until it has to be in a register. The scan has
    /// come to `now`.
    pub(super) fn spill(&mut self, vreg: VReg, start: Point, end: Point, now: Point) {
        let place = self.home(vreg);
        let piece = Piece { vreg, start, end, place };
        let fetch = self.fetch(piece, now).unwrap_or(end);
        if fetch < end {
            self.scan.queue_piece(vreg, fetch, end);
        }
        if start < fetch {
            self.scan.pieces.push(Piece { end: fetch, ..piece });
        }
    }

    /// Puts a piece into its slot until it has to be in a register, which is not at its beginning.
    pub(super) fn begin_in_slot(&mut self, number: u32, now: Point) {
        let piece = self.piece(number);
        let place = self.home(piece.vreg);
        let fetch = self.fetch(piece, now);
        let slot = &mut self.scan.pieces[number as usize];
        slot.place = place;
        if let Some(fetch) = fetch {
            slot.end = fetch;
            self.scan.queue_piece(piece.vreg, fetch, piece.end);
        }
    }

    /// Takes a piece out of its register at a point.
    pub(super) fn evict(&mut self, victim: u32, at: Point) {
        let evicted = self.piece(victim);
        if evicted.start == at || self.last_mention(evicted, at).is_none() {
            self.scan.active.retain(|&other| other != victim);
            self.begin_in_slot(victim, at);
        } else {
            let leave = self.leave_before(evicted, at);
            self.scan.pieces[victim as usize].end = leave;
            self.spill(evicted.vreg, leave, evicted.end, at);
        }
    }

    /// The last mention of a piece before a point; the definition of a constant is none.
    pub(super) fn last_mention(&self, piece: Piece, before: Point) -> Option<Point> {
        let mentions = self.live.mentions(piece.vreg);
        let count = mentions.partition_point(|mention| mention.at < before);
        let constant = self.live.constant(piece.vreg).is_some();
        let last = mentions[..count].iter().rfind(|mention| !(constant && mention.written));
        last.map(|mention| mention.at).filter(|&at| at >= piece.start)
    }

    /// Where a piece that has to leave its register at a point had better do so: before the loops
    /// around the point that do not mention it.
    pub(super) fn leave_before(&self, piece: Piece, at: Point) -> Point {
        let last = self.last_mention(piece, at).unwrap_or(piece.start);
        self.loops.outside(at, last).unwrap_or(at)
    }

    /// Where a piece that begins in its slot is fetched from there, if it is needed in a register:
    /// before the loops around that need which the scan, now at a point, has not come to.
    pub(super) fn fetch(&self, piece: Piece, now: Point) -> Option<Point> {
        let need = self.next_need(piece, piece.start)?;
        Some(self.loops.outside(need, now).unwrap_or(need))
    }

    /// Whether a piece that begins at this point may do so because a loop needs it.
    pub(super) fn is_fetch(&self, at: Point) -> bool {
        at.is_multiple_of(4) && !self.loops.is_empty()
    }

    /// What it costs to evict a piece at a point until it needs a register again.
    pub(super) fn cost(&self, piece: Piece, at: Point, need: Point) -> u64 {
        let loops = self.loops;
        if loops.is_empty() {
            return 0;
        }
        let store = self.leave_before(piece, at);
        let fetch = loops.outside(need, at).unwrap_or(need);
        let constant = self.live.constant(piece.vreg).is_some();
        let mut cost = if constant { 0 } else { loops.entry_weight(store) };
        if need < piece.end {
            cost += loops.entry_weight(fetch);
        }
        // At the beginning of these loops it is in its register, so it has to be back in each turn.
        let lives = |start: Point| {
            let ranges = self.live.ranges(piece.vreg);
            let next = ranges.partition_point(|range| range.end <= start);
            ranges.get(next).is_some_and(|range| range.start <= start)
        };
        let turns = loops.turns(at, (piece.start, store), need);
        cost += turns.filter(|&(start, _)| lives(start)).map(|(_, weight)| weight).sum::<u64>();
        let mentions = self.live.mentions(piece.vreg);
        let first = mentions.partition_point(|mention| mention.at < at);
        let in_memory = mentions[first..].iter().take_while(|m| m.at < need).take(COUNTED);
        cost + in_memory.map(|mention| loops.weight(mention.at)).sum::<u64>()
    }
}
