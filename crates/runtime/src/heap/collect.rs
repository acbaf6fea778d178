//! A whole collection, and what follows from it.

use super::mark::Marker;
use super::{BLOCK, Heap, LEAST_BUDGET};
use crate::Fault;
use std::time::Instant;

impl Heap {
    /// Collects. `roots` marks what is alive by itself.
    ///
    /// # Safety
    /// No object is used afterwards that the roots do not reach.
    pub(crate) unsafe fn collect(&self, roots: impl FnOnce(&mut Marker)) {
        let start = Instant::now();
        self.clear_marks();
        let mut marker = Marker::default();
        roots(&mut marker);
        marker.drain(self);
        let live = self.sweep() + self.external.get() + self.buffers.live();
        self.plan(live);
        let pause = start.elapsed();
        let counters = &self.counters;
        counters.collections.set(counters.collections.get() + 1);
        counters.live.set(live);
        counters.pause_total.set(counters.pause_total.get() + pause);
        counters.pause_max.set(counters.pause_max.get().max(pause));
    }

    /// Decides when the next collection is due: when as much was allocated as is alive now, and
    /// before half of what the limit leaves is gone.
    fn plan(&self, live: usize) {
        let room = self.limit.saturating_sub(self.used());
        // Little room must not mean a collection for every allocation: when it is used up, the
        // program ends anyway.
        let budget = live.max(LEAST_BUDGET).min((room / 2).max(2 * BLOCK));
        self.budget.set(budget);
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
