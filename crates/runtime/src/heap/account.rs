//! The account of memory, and its limit.

use super::Heap;
use crate::{Fault, Limit};

impl Heap {
    /// Bytes in use as the limit sees them.
    pub(crate) fn used(&self) -> usize {
        self.block_bytes.get() + self.external.get() + self.stack_bytes.get()
    }

    pub(crate) fn memory_fault(&self) -> Fault {
        Fault::Limit(Limit::Memory(self.configured_limit))
    }

    /// Fails if so many bytes more would exceed the limit.
    #[inline]
    pub(crate) fn check(&self, bytes: usize) -> Result<(), Fault> {
        match self.limit.checked_sub(self.used()) {
            Some(room) if bytes <= room => Ok(()),
            _ if self.lenient.get() => Ok(()),
            _ => Err(self.memory_fault()),
        }
    }

    /// Bytes the limit leaves.
    pub(crate) fn room(&self) -> usize {
        match self.limit {
            usize::MAX => usize::MAX,
            limit => limit.saturating_sub(self.used()),
        }
    }

    /// Runs without the limit: for what an isolate needs before a program runs.
    pub(crate) fn lenient<T>(&self, run: impl FnOnce() -> T) -> T {
        let before = self.lenient.replace(true);
        let result = run();
        self.lenient.set(before);
        result
    }

    /// Fails if so many bytes could never fit.
    pub(crate) fn check_size(&self, bytes: usize) -> Result<(), Fault> {
        if bytes > self.limit { Err(self.memory_fault()) } else { Ok(()) }
    }

    /// Counts towards the next collection.
    #[inline]
    pub(super) fn count(&self, bytes: usize) {
        self.total.set(self.total.get() + bytes as u64);
        let allocated = self.allocated.get() + bytes;
        self.allocated.set(allocated);
        if allocated >= self.budget.get() {
            self.want_collection();
        }
    }

    /// Makes the next safepoint collect.
    pub(crate) fn want_collection(&self) {
        self.collect_soon.set(true);
        self.attention.call();
    }

    /// Counts memory objects own outside the heap's blocks.
    pub(crate) fn charge(&self, bytes: usize) {
        self.external.set(self.external.get() + bytes);
        self.note_peak();
        self.count(bytes);
    }

    /// The reverse of [`Heap::charge`].
    pub(crate) fn discharge(&self, bytes: usize) {
        debug_assert!(self.external.get() >= bytes, "more memory discharged than charged");
        self.external.set(self.external.get() - bytes);
    }

    /// [`Heap::charge`] where failing is not possible: going over the limit is told at the next
    /// safepoint.
    pub(crate) fn charge_late(&self, bytes: usize) {
        if self.check(bytes).is_err() {
            let _ = self.over(true);
        }
        self.charge(bytes);
    }

    /// Counts memory that went back to the system.
    pub(super) fn count_returned(&self, bytes: usize) {
        let returned = &self.counters.returned;
        returned.set(returned.get() + bytes as u64);
    }

    /// What exceeding the limit means: a fault, or, where that cannot be told, one at the next
    /// safepoint.
    #[cold]
    pub(super) fn over(&self, late: bool) -> Result<(), Fault> {
        if !late {
            return Err(self.memory_fault());
        }
        self.over_limit.set(true);
        self.attention.call();
        Ok(())
    }

    pub(super) fn note_peak(&self) {
        self.counters.peak.set(self.counters.peak.get().max(self.used()));
    }
}
