//! A judge of minor collections.
//!
//! A store without a write barrier does no harm until the object it concerned is the only one that
//! refers to a young one; then an object is freed that is in use. So under stress, between marking
//! and sweeping of a minor collection, everything is marked again from the roots alone, without
//! knowledge of generations. If that reaches an object which the minor marking did not, a barrier is
//! missing.

use super::block::{Block, mark as marks};
use super::{Heap, Marker};
use crate::object::Header;
use std::ptr::NonNull;

impl Heap {
    /// Panics if a minor marking, now complete, has missed an object that can be reached.
    pub(super) fn verify(&self, roots: &dyn Fn(&mut Marker)) {
        let mut minor: Vec<Vec<u8>> = Vec::new();
        // SAFETY: the heap's blocks are alive.
        self.each_block(|block| unsafe {
            minor.push(Block::marks(block).iter().map(|mark| mark.get()).collect());
        });
        self.clear_marks();
        let mut marker = Marker::default();
        roots(&mut marker);
        marker.drain(self);
        let mut minor = minor.into_iter();
        self.each_block(|block| {
            let minor = minor.next().unwrap_or_default();
            // SAFETY: as above.
            for (number, mark) in unsafe { Block::marks(block) }.iter().enumerate() {
                if mark.get() != marks::WHITE && minor[number] == marks::WHITE {
                    // SAFETY: marks stand for cells of the block.
                    unsafe { lost(Block::marked(block, number)) }
                }
                mark.set(minor[number]);
            }
        });
    }
}

/// # Safety
/// The object is alive.
#[cold]
#[inline(never)]
unsafe fn lost(object: NonNull<Header>) -> ! {
    // SAFETY: the caller's promise.
    let kind = unsafe { object.as_ref() }.kind.get();
    panic!("a young object of kind {kind} is only referred to by old ones: no write barrier")
}
