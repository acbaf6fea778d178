//! Sweeping: dead objects give back what they own, blocks without live cells go back to the system.

use super::Heap;
use super::block::{Block, FIRST_CELL, GRANULE, mark as marks};
use crate::object::*;
use std::alloc;
use std::ptr::NonNull;

/// What freed cells are filled with under stress.
const POISON_BYTE: u8 = kind::POISON;

impl Heap {
    /// Calls with every block, those of large objects too.
    pub(super) fn each_block(&self, mut visit: impl FnMut(NonNull<Block>)) {
        for space in self.spaces.iter().flatten() {
            space.blocks.borrow().iter().for_each(|&block| visit(block));
        }
        self.large.borrow().iter().for_each(|&block| visit(block));
    }

    /// Makes all objects white.
    pub(super) fn clear_marks(&self) {
        // SAFETY: the heap's blocks are alive.
        self.each_block(|block| unsafe { Block::clear_marks(block) });
    }

    /// Frees everything that is white. Gives the bytes of the cells that are not.
    pub(super) fn sweep(&self) -> usize {
        // SAFETY: marks are complete, so white interned strings are dead; they are forgotten
        // before they are freed.
        unsafe { self.interner.sweep() };
        for character in &self.characters {
            // SAFETY: the strings were alive at the last collection, so their block is.
            if character.get().is_some_and(|string| unsafe { !is_marked(string) }) {
                character.set(None);
            }
        }
        let mut live_bytes = 0;
        for space in self.spaces.iter().flatten() {
            space.next.set(std::ptr::null_mut());
            space.end.set(std::ptr::null_mut());
            space.cursor.set(0);
            space.cell.set(0);
            space.blocks.borrow_mut().retain(|&block| {
                // SAFETY: the heap's blocks are alive; a block without live cells is not used.
                unsafe {
                    let live = self.sweep_block(block, space.finalize);
                    block.as_ref().live.set(live);
                    live_bytes += live as usize * space.cell_size;
                    if live == 0 {
                        let chunk = block.as_ref().chunk;
                        self.chunks.borrow_mut().give_back(block, chunk, 1);
                    }
                    live > 0
                }
            });
        }
        self.large.borrow_mut().retain(|&block| {
            // SAFETY: the block of a large object that is alive until freed here.
            unsafe {
                let large = block.as_ref().large;
                if Block::mark(block, 0).get() != marks::WHITE {
                    live_bytes += large;
                    return true;
                }
                self.finalize(Block::cell(block, 0));
                self.free_large(block);
                false
            }
        });
        self.release_buffer_blocks();
        let returned = self.chunks.borrow_mut().trim();
        self.block_bytes.set(self.block_bytes.get() - returned);
        live_bytes
    }

    /// Frees the white cells of a block and counts the others.
    ///
    /// # Safety
    /// The block is alive and marking is complete.
    unsafe fn sweep_block(&self, block: NonNull<Block>, finalize: bool) -> u32 {
        // SAFETY: the marks behind the fields are initialised, the cell numbers valid.
        unsafe {
            let header = block.as_ref();
            if finalize {
                for number in 0..header.cells as usize {
                    let cell = Block::cell(block, number);
                    let object = cell.cast::<Header>().as_ref();
                    if Block::mark(block, number).get() == marks::WHITE
                        && object.kind.get() != kind::FREE
                    {
                        self.finalize(cell);
                        self.poison(cell, header.cell_size as usize);
                        object.kind.set(kind::FREE);
                    }
                }
            } else if self.stress {
                for number in 0..header.cells as usize {
                    // What is poisoned already, and what looks so, needs no more of it.
                    let object = Block::cell(block, number).cast::<Header>();
                    if Block::mark(block, number).get() == marks::WHITE
                        && object.as_ref().kind.get() != kind::POISON
                    {
                        self.poison(Block::cell(block, number), header.cell_size as usize);
                    }
                }
            }
            let first = FIRST_CELL / GRANULE;
            let bytes = block.cast::<u8>().as_ptr().add(first);
            let marks = std::slice::from_raw_parts(bytes, FIRST_CELL - first);
            marks.iter().map(|&mark| mark as u32).sum()
        }
    }

    /// Fills a freed cell under stress, so that its use is noticed.
    ///
    /// # Safety
    /// The cell is free and so large.
    pub(super) unsafe fn poison(&self, cell: NonNull<u8>, size: usize) {
        if self.stress {
            // SAFETY: the caller's promise.
            unsafe { cell.write_bytes(POISON_BYTE, size) };
        }
    }

    /// Gives the memory of a large object's block back.
    ///
    /// # Safety
    /// Nothing in it is used any more, and it is taken off the list.
    unsafe fn free_large(&self, block: NonNull<Block>) {
        // SAFETY: the layout the block was made with.
        unsafe {
            if let Some(layout) = Block::large_layout(block.as_ref().large) {
                self.block_bytes.set(self.block_bytes.get() - layout.size());
                alloc::dealloc(block.as_ptr().cast(), layout);
            }
        }
    }

    /// Gives back what a dead object owns outside its cell.
    ///
    /// # Safety
    /// The object is dead, and not finalized yet. Other objects it refers to may be gone.
    unsafe fn finalize(&self, cell: NonNull<u8>) {
        let object = cell.cast::<Header>();
        // SAFETY: the kind tells the layout; what the object owns is not used by others.
        unsafe {
            match object.as_ref().kind.get() {
                kind::STRING => crate::strings::finalize(self, cell.cast()),
                kind::ARRAY | kind::DEFER_LIST => crate::array::finalize(self, cell.cast()),
                kind::TABLE => {
                    cell.cast::<TableObject>().as_mut().store.release(self);
                }
                kind::CLASS => {
                    let class = cell.cast::<ClassObject>();
                    self.discharge(class.as_ref().charged.get());
                    class.drop_in_place();
                }
                kind::SHAPE => {
                    let shape = cell.cast::<ShapeObject>();
                    self.discharge(shape.as_ref().charged.get());
                    shape.drop_in_place();
                }
                kind::ERROR => crate::error::finalize(self, cell.cast()),
                _ => {}
            }
        }
    }
}

/// Whether the last marking reached an object.
///
/// # Safety
/// Its block is alive.
pub(crate) unsafe fn is_marked<T>(object: NonNull<T>) -> bool {
    // SAFETY: the caller's promise.
    unsafe { super::block::mark_of(object.cast()) }.get() != marks::WHITE
}

impl Drop for Heap {
    fn drop(&mut self) {
        // With all marks white everything is dead.
        self.clear_marks();
        for space in self.spaces.iter().flatten().filter(|space| space.finalize) {
            for &block in space.blocks.borrow().iter() {
                // SAFETY: the block is alive and nobody can reach its objects any more.
                unsafe {
                    self.sweep_block(block, true);
                }
            }
        }
        for block in self.large.take() {
            // SAFETY: as above.
            unsafe {
                self.finalize(Block::cell(block, 0));
                self.free_large(block);
            }
        }
    }
}
