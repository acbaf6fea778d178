//! The rooted value stack.
//!
//! Address space for the whole stack is reserved at once and committed by the system when it is
//! touched, so the stack never moves. It is used in *segments*: the collector must know how far slots
//! were written since it last looked, without a store on every call; so the limit that calls compare
//! with is the end of the present segment, and reaching it extends the segment. Slots below the top
//! are roots; those from the top to the end of the segment (and its red zone) are set to nil by a
//! collection, so no stale slot survives one.

use crate::Fault;
use crate::bits;
use crate::heap::system::System;
use crate::heap::{Heap, Marker};
use crate::value::Value;
use std::alloc::{self, Layout};
use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

/// Slots beyond every limit, for code that checked before how much it pushes.
pub const RED_ZONE: usize = 512;
/// Slots of a segment.
const SEGMENT: usize = 1024;

/// What running code looks at: one word that is the stack limit, or 0 when a safepoint is wanted.
pub(crate) struct Attention {
    /// The address of the end of the stack's segment; 0: go to a safepoint.
    pub(crate) limit: AtomicUsize,
    interrupted: AtomicBool,
    /// Ticks of a profiler that no safepoint has seen yet.
    ticks: AtomicU32,
}

impl Attention {
    pub(crate) fn new() -> Attention {
        Attention {
            limit: AtomicUsize::new(0),
            interrupted: AtomicBool::new(false),
            ticks: AtomicU32::new(0),
        }
    }

    /// Sends running code to its next safepoint.
    pub(crate) fn call(&self) {
        self.limit.store(0, Ordering::Relaxed);
    }

    /// Whether somebody interrupted, which is then forgotten.
    pub(crate) fn take_interrupt(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed) && self.interrupted.swap(false, Ordering::Acquire)
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// The ticks since the last call.
    pub(crate) fn take_ticks(&self) -> u32 {
        self.ticks.swap(0, Ordering::Relaxed)
    }
}

/// Makes the next safepoint of an isolate end the run (Ctrl-C), from any thread.
#[derive(Clone)]
pub struct InterruptHandle(pub(crate) Arc<Attention>);

impl InterruptHandle {
    /// Ends the run at its next safepoint with [`crate::Limit::Interrupted`].
    pub fn interrupt(&self) {
        self.0.interrupted.store(true, Ordering::SeqCst);
        self.0.limit.store(0, Ordering::SeqCst);
    }

    /// A tick of a profiler's clock: sends running code to its next safepoint, where the engine
    /// finds out with [`crate::Isolate::take_ticks`].
    pub fn tick(&self) {
        self.0.ticks.fetch_add(1, Ordering::SeqCst);
        self.0.limit.store(0, Ordering::SeqCst);
    }

    /// Whether the run was asked to end and has not yet.
    pub fn is_interrupted(&self) -> bool {
        self.0.is_interrupted()
    }
}

/// Reserved address space, committed lazily, that never moves. Slots below the top are roots.
/// Works through `&self`: slots are cells.
pub struct Stack {
    base: NonNull<Cell<u64>>,
    /// Where the memory is from.
    system: System,
    top: Cell<usize>,
    /// Slots that may have been written since the last collection, the red zone left out.
    segment: Cell<usize>,
    /// Pushing beyond this needs a look at the limits.
    bound: Cell<usize>,
    /// Slots before the red zone.
    limit: usize,
    heap: NonNull<Heap>,
}

impl Stack {
    /// A stack for so many slots, for values of the heap.
    ///
    /// # Safety
    /// The heap outlives the stack and stays where it is.
    pub(crate) unsafe fn new(slots: usize, heap: NonNull<Heap>) -> Stack {
        let layout = Stack::layout(slots);
        // Straight from the system: an allocator may write the zeros itself, as musl's does in zig,
        // and so commit the whole stack. Zeroed slots are valid values (the number 0).
        let system = System::default();
        let base = system.allocate(layout.size());
        let base = base.unwrap_or_else(|| alloc::handle_alloc_error(layout)).cast();
        let stack = Stack {
            base,
            system,
            top: Cell::new(0),
            segment: Cell::new(0),
            bound: Cell::new(0),
            limit: slots,
            heap,
        };
        stack.set_segment(SEGMENT.min(slots));
        stack.arm();
        stack
    }

    fn layout(slots: usize) -> Layout {
        let bytes = slots.saturating_add(RED_ZONE).saturating_mul(size_of::<u64>());
        match Layout::from_size_align(bytes, align_of::<u64>()) {
            Ok(layout) => layout,
            Err(_) => panic!("the value stack would be too large"),
        }
    }

    fn heap(&self) -> &Heap {
        // SAFETY: the heap outlives the stack.
        unsafe { self.heap.as_ref() }
    }

    fn slot(&self, index: usize) -> &Cell<u64> {
        debug_assert!(index < self.limit + RED_ZONE);
        // SAFETY: the index is within the reserved slots, all of which are initialised.
        unsafe { self.base.add(index).as_ref() }
    }

    /// The address of the end of the segment.
    fn segment_address(&self) -> usize {
        self.base.as_ptr() as usize + self.segment.get() * size_of::<u64>()
    }

    fn set_segment(&self, slots: usize) {
        self.segment.set(slots);
        self.bound.set(slots + RED_ZONE);
        let bytes = &self.heap().stack_bytes;
        bytes.set(bytes.get().max((slots + RED_ZONE) * size_of::<u64>()));
    }

    /// Extends the segment to hold so many slots, which are at most the limit.
    fn extend(&self, slots: usize) {
        let before = self.segment_address();
        self.set_segment((slots + SEGMENT).min(self.limit));
        // A limit of 0 is a call to a safepoint, which stays.
        let _ = self.heap().attention.limit.compare_exchange(
            before,
            self.segment_address(),
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
    }

    /// Lets running code go on until the end of the segment; under stress, not at all.
    pub(crate) fn arm(&self) {
        let limit = if self.heap().stress { 0 } else { self.segment_address() };
        self.heap().attention.limit.store(limit, Ordering::SeqCst);
    }

    /// Marks the slots in use.
    pub(crate) fn mark(&self, marker: &mut Marker) {
        // SAFETY: slots in use hold values.
        unsafe { marker.values(self.base.as_ptr().cast::<u64>(), self.top.get()) }
    }

    /// After a collection: no slot behind the top may be looked at again.
    pub(crate) fn clear_stale(&self) {
        let end = self.segment.get() + RED_ZONE;
        (self.top.get()..end).for_each(|index| self.slot(index).set(bits::NIL));
        let top = self.top.get().next_multiple_of(SEGMENT) + SEGMENT;
        if top < self.segment.get() {
            self.set_segment(top);
        }
    }

    /// Slots in use.
    #[inline]
    pub fn len(&self) -> usize {
        self.top.get()
    }

    /// Whether no slot is in use.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Slots there are at most, the red zone left out.
    pub fn capacity(&self) -> usize {
        self.limit
    }

    /// Pushes; there is always a red zone of some hundred slots beyond the limit.
    ///
    /// # Panics
    /// If the red zone is used up: code whose pushes are not bounded must [`Stack::reserve`].
    #[inline]
    pub fn push(&self, value: Value<'_>) {
        self.heap().check_own(value.bits());
        let top = self.top.get();
        if top >= self.bound.get() {
            assert!(top < self.limit + RED_ZONE, "the red zone of the value stack is used up");
            self.extend(top.min(self.limit));
        }
        self.slot(top).set(value.bits());
        self.top.set(top + 1);
    }

    /// Pushes, or `Stack overflow.` Use where the number of values is not bounded by the code.
    #[inline]
    pub fn reserve(&self, slots: usize) -> Result<(), Fault> {
        let needed = self.top.get().saturating_add(slots);
        if needed > self.segment.get() {
            if needed > self.limit {
                return Err(Fault::stack_overflow());
            }
            self.extend(needed);
        }
        Ok(())
    }

    /// The value of a slot.
    ///
    /// # Panics
    /// If the slot is not in use.
    #[inline]
    pub fn get<'h>(&'h self, index: usize) -> Value<'h> {
        assert!(index < self.top.get(), "stack slot out of range");
        // SAFETY: slots in use hold values of the isolate the stack is borrowed from, and are
        // roots.
        unsafe { Value::from_bits(self.slot(index).get()) }
    }

    /// Replaces the value of a slot.
    ///
    /// # Panics
    /// If the slot is not in use.
    #[inline]
    pub fn set(&self, index: usize, value: Value<'_>) {
        assert!(index < self.top.get(), "stack slot out of range");
        self.heap().check_own(value.bits());
        self.slot(index).set(value.bits());
    }

    /// The topmost value.
    ///
    /// # Panics
    /// If the stack is empty.
    #[inline]
    pub fn top<'h>(&'h self) -> Value<'h> {
        self.get(self.len().wrapping_sub(1))
    }

    /// Takes the topmost value off. It is valid until the next safepoint, like all others.
    ///
    /// # Panics
    /// If the stack is empty.
    #[inline]
    pub fn pop<'h>(&'h self) -> Value<'h> {
        let value = self.top();
        self.top.set(self.top.get() - 1);
        value
    }

    /// Drops everything from `len` on.
    ///
    /// # Panics
    /// If fewer slots are in use.
    #[inline]
    pub fn truncate(&self, len: usize) {
        assert!(len <= self.top.get(), "the stack is shorter than that");
        self.top.set(len);
    }

    /// Inserts a value before a slot in use, or at the top.
    ///
    /// # Panics
    /// If the slot is beyond the top; or as [`Stack::push`].
    pub fn insert(&self, index: usize, value: Value<'_>) {
        assert!(index <= self.top.get(), "stack slot out of range");
        self.push(value);
        for at in (index..self.top.get() - 1).rev() {
            self.slot(at + 1).set(self.slot(at).get());
        }
        self.slot(index).set(value.bits());
    }

    /// For engines: where the slots are.
    pub(crate) fn base(&self) -> NonNull<Cell<u64>> {
        self.base
    }

    /// For engines that write slots themselves: so many slots are in use.
    ///
    /// # Safety
    /// They hold values of the isolate, or words that are numbers.
    pub(crate) unsafe fn set_top(&self, top: usize) {
        debug_assert!(top <= self.segment.get() + RED_ZONE);
        self.top.set(top);
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: it is from there, of this size; nothing uses it any more.
        unsafe { self.system.free(self.base.cast(), Stack::layout(self.limit).size()) }
    }
}
