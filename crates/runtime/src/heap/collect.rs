//! Whole collections, and what follows from them: when the next is due, and how far it goes.

use super::mark::Marker;
use super::{BLOCK, Heap};
use crate::Fault;
use std::time::Instant;

/// Bytes allocated between two collections at least. What is new should still be in a near cache
/// when the collector comes, and yet most of it be dead.
pub(super) const LEAST_BUDGET: usize = 2 << 20;
/// A full collection is due when so many bytes more are old than after the last one, or more by a
/// [`GROWTH`]th.
pub(super) const LEAST_GROWTH: usize = 4 << 20;
const GROWTH: usize = 2;
/// It is also due when so many times the memory that was in use then was allocated since: nothing may
/// grow any more because the program dropped what it had.
pub(super) const TURNOVER: usize = 8;

/// How far a collection goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Objects made since the last collection.
    Minor,
    /// All objects.
    Full,
}

impl Heap {
    /// How far a collection should go now.
    pub(crate) fn due_extent(&self) -> Extent {
        let full = if self.stress {
            // By turns.
            !(self.counters.minor.get() + self.counters.full.get()).is_multiple_of(2)
        } else {
            self.full_next.get()
                || self.live() >= self.full_at.get()
                || self.total() >= self.full_at_total.get()
        };
        if full || self.over_limit.get() { Extent::Full } else { Extent::Minor }
    }

    /// Collects. `roots` marks what is alive by itself.
    ///
    /// # Safety
    /// No object is used afterwards that the roots do not reach.
    pub(crate) unsafe fn collect(&self, extent: Extent, roots: &dyn Fn(&mut Marker)) {
        let start = Instant::now();
        let counters = &self.counters;
        let mut marker = Marker::default();
        match extent {
            Extent::Minor => self.trace_remembered(&mut marker),
            Extent::Full => {
                self.clear_marks();
                self.forget_remembered();
            }
        }
        roots(&mut marker);
        let looked_at = marker.looked_at;
        marker.drain(self);
        match extent {
            Extent::Minor => {
                if self.stress {
                    self.verify(roots);
                }
                let survived = self.sweep_young();
                self.marked_bytes.set(self.marked_bytes.get() + survived);
                counters.minor.set(counters.minor.get() + 1);
                counters.survived.set(counters.survived.get() + survived as u64);
            }
            Extent::Full => {
                self.marked_bytes.set(self.sweep());
                counters.full.set(counters.full.get() + 1);
                let live = self.live();
                self.full_at.set(live + (live / GROWTH).max(LEAST_GROWTH));
                let turnover = TURNOVER * live.max(LEAST_GROWTH);
                self.full_at_total.set(self.total() + turnover as u64);
            }
        }
        counters.live.set(self.live());
        counters.freed.set(self.total().saturating_sub(self.live() as u64));
        self.plan(looked_at * size_of::<u64>());
        counters.pauses.borrow_mut().add(start.elapsed());
    }

    /// Bytes of objects that survived the last collection, and of what objects own now.
    fn live(&self) -> usize {
        self.marked_bytes.get() + self.external.get() + self.buffers.live()
    }

    /// Decides when the next collection is due: before half of what the limit leaves is gone; and
    /// when as much was allocated as this one had to look at in roots and remembered objects, so
    /// that looking at it costs no more than allocating.
    fn plan(&self, looked_at: usize) {
        let wanted = LEAST_BUDGET.max(looked_at);
        // Little room must not mean a collection for every allocation: when it is used up, the
        // program ends anyway.
        let possible = (self.room() / 2).max(2 * BLOCK);
        self.budget.set(wanted.min(possible));
        self.full_next.set(possible < wanted);
        self.allocated.set(0);
        self.collect_soon.set(false);
    }

    /// Whether a safepoint should collect.
    pub(crate) fn wants_collection(&self) -> bool {
        self.collect_soon.get() || self.stress || self.over_limit.get()
    }

    /// After a collection: whether what is left is within the limit.
    pub(crate) fn judge(&self) -> Result<(), Fault> {
        self.over_limit.set(false);
        self.check(0)
    }

    /// Bytes allocated so far.
    pub(crate) fn total(&self) -> u64 {
        self.total.get()
    }
}
