//! The buffers flat strings share.
//!
//! A buffer is filled from the front up to its *fill mark*. Bytes before the mark never change, so
//! any number of strings may lie in it. The one whose text ends at the mark can be extended in
//! place: the new bytes go behind the mark, where no string looks.

use crate::Fault;
use crate::heap::{Heap, good_size};
use std::alloc::Layout;
use std::cell::Cell;
use std::ptr::NonNull;

/// The head of a buffer; `capacity` bytes follow.
pub(crate) struct Buffer {
    /// Strings in it.
    pub(crate) users: Cell<usize>,
    pub(crate) capacity: usize,
    /// Bytes used; `usize::MAX` in a buffer that was outgrown, so that nothing is at its mark.
    pub(crate) fill: Cell<usize>,
}

impl Buffer {
    /// The capacity a buffer of at least this capacity has room for.
    fn good_capacity(capacity: usize) -> usize {
        good_size(size_of::<Buffer>() + capacity) - size_of::<Buffer>()
    }

    fn layout(capacity: usize) -> Layout {
        let bytes = size_of::<Buffer>() + capacity.next_multiple_of(8);
        // Capacities are below 2^33, so this is a valid layout.
        Layout::from_size_align(bytes, 8).unwrap_or(Layout::new::<Buffer>())
    }

    /// An empty buffer without users.
    pub(crate) fn new(heap: &Heap, capacity: usize) -> Result<NonNull<Buffer>, Fault> {
        let capacity = Buffer::good_capacity(capacity);
        let memory = heap.external_alloc(Buffer::layout(capacity))?;
        // SAFETY: fresh memory of the layout.
        Ok(unsafe { Buffer::initialise(memory, capacity) })
    }

    /// [`Buffer::new`] where the limit cannot be told at once.
    pub(crate) fn new_late(heap: &Heap, capacity: usize) -> NonNull<Buffer> {
        let memory = heap.external_alloc_late(Buffer::layout(capacity));
        // SAFETY: fresh memory of the layout.
        unsafe { Buffer::initialise(memory, capacity) }
    }

    /// # Safety
    /// The memory has the layout for the capacity and is not used.
    unsafe fn initialise(memory: NonNull<u8>, capacity: usize) -> NonNull<Buffer> {
        let buffer = memory.cast::<Buffer>();
        let head = Buffer { users: Cell::new(0), capacity, fill: Cell::new(0) };
        // SAFETY: the caller's promise.
        unsafe { buffer.write(head) };
        buffer
    }

    /// The bytes.
    ///
    /// # Safety
    /// The buffer is alive.
    pub(crate) unsafe fn bytes(buffer: NonNull<Buffer>) -> NonNull<u8> {
        // SAFETY: they follow the head.
        unsafe { buffer.add(1).cast() }
    }

    /// Writes bytes behind the fill mark and moves it.
    ///
    /// # Safety
    /// The buffer is alive, not outgrown, and has room.
    pub(crate) unsafe fn append(buffer: NonNull<Buffer>, source: *const u8, length: usize) {
        // SAFETY: no string looks behind the mark, so nothing is changed under a reference. The
        // source lies before the mark or elsewhere.
        unsafe {
            let fill = buffer.as_ref().fill.get();
            debug_assert!(fill + length <= buffer.as_ref().capacity);
            let target = Buffer::bytes(buffer).as_ptr().add(fill);
            target.copy_from_nonoverlapping(source, length);
            buffer.as_ref().fill.set(fill + length);
        }
    }

    /// Gives a buffer another size.
    ///
    /// # Safety
    /// Nobody uses it but the caller, and its contents fit.
    pub(crate) unsafe fn resize(
        heap: &Heap,
        buffer: NonNull<Buffer>,
        capacity: usize,
    ) -> Result<NonNull<Buffer>, Fault> {
        // SAFETY: the layout it was made with; the new one has the same head.
        unsafe {
            let capacity = Buffer::good_capacity(capacity);
            let old = Buffer::layout(buffer.as_ref().capacity);
            let size = Buffer::layout(capacity).size();
            let moved = heap.external_resize(buffer.cast(), old, size)?.cast::<Buffer>();
            (&raw mut (*moved.as_ptr()).capacity).write(capacity);
            Ok(moved)
        }
    }

    /// Takes a user away; without any the memory is freed.
    ///
    /// # Safety
    /// The buffer is alive and has the user.
    pub(crate) unsafe fn release(heap: &Heap, buffer: NonNull<Buffer>) {
        // SAFETY: the caller's promise; the layout it was made with.
        unsafe {
            let users = buffer.as_ref().users.get().saturating_sub(1);
            buffer.as_ref().users.set(users);
            if users == 0 {
                heap.external_free(buffer.cast(), Buffer::layout(buffer.as_ref().capacity));
            }
        }
    }
}
