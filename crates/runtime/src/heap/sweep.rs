//! Sweeping: dead objects give back what they own, and blocks without live cells can be used for
//! anything.
//!
//! Cells of dead objects that own nothing are not touched: a cell is free by not being marked. After
//! a minor collection only the blocks that were allocated in are looked at; all others have the marks
//! they had.

use super::Heap;
use super::block::{Block, mark as marks};
use super::collect::LEAST_BUDGET;
use crate::object::*;
use std::alloc;
use std::ptr::NonNull;

/// After a minor collection a block is allocated in again if so much of it is free: this part.
/// (After a full one in any case, so that no hole is lost for ever.)
const WORTHWHILE: u32 = 8;
/// The part of the memory in use that may be idle and yet is not returned to the system.
const RESERVE: usize = 4;
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

    /// Frees everything that is white, after a full marking. Gives the bytes of the rest.
    pub(super) fn sweep(&self) -> usize {
        self.forget_characters();
        // SAFETY: marks are complete; white interned strings are forgotten before they are freed.
        unsafe { self.interner.sweep() };
        let mut live_bytes = 0;
        for space in self.spaces.iter().flatten() {
            space.leave_hole();
            space.used.borrow_mut().clear();
            let (mut blocks, mut room) = (space.blocks.take(), space.room.borrow_mut());
            room.clear();
            // SAFETY: the heap's blocks are alive; a block without live cells is not used.
            blocks.retain(|&block| unsafe {
                let live = self.sweep_block(block, space.finalize);
                live_bytes += live as usize * space.cell_size;
                if live == 0 {
                    self.give_back(block);
                } else if live < block.as_ref().cells {
                    room.push(block);
                }
                live > 0
            });
            for (place, block) in blocks.iter().enumerate() {
                // SAFETY: as above.
                unsafe { block.as_ref() }.place.set(place as u32);
            }
            space.blocks.replace(blocks);
        }
        live_bytes += self.sweep_large(0);
        self.release_buffer_blocks();
        self.return_memory(live_bytes);
        live_bytes
    }

    /// Frees the young objects that are white, after a minor marking. Gives the bytes of those that
    /// are not.
    pub(super) fn sweep_young(&self) -> usize {
        self.forget_characters();
        // SAFETY: marks are complete; white interned strings are forgotten before they are freed.
        unsafe { self.interner.sweep_young() };
        let mut survived = 0;
        for space in self.spaces.iter().flatten() {
            space.leave_hole();
            let mut room = space.room.borrow_mut();
            for block in space.used.borrow_mut().drain(..) {
                // SAFETY: the heap's blocks are alive; a block without live cells is not used.
                unsafe {
                    let before = block.as_ref().live.get();
                    let live = self.sweep_block(block, space.finalize);
                    survived += (live - before) as usize * space.cell_size;
                    if live == 0 {
                        space.remove(block);
                        self.give_back(block);
                    } else if block.as_ref().cells - live >= block.as_ref().cells / WORTHWHILE {
                        room.push(block);
                    }
                }
            }
        }
        survived + self.sweep_large(self.old_large.get())
    }

    /// Frees the white large objects from a place of the list on. Gives the bytes of the others.
    fn sweep_large(&self, from: usize) -> usize {
        let mut large = self.large.borrow_mut();
        let young = large.split_off(from);
        let mut live_bytes = 0;
        for block in young {
            // SAFETY: the block of a large object is alive until freed here.
            unsafe {
                if Block::mark(block, 0).get() != marks::WHITE {
                    live_bytes += block.as_ref().large;
                    large.push(block);
                    continue;
                }
                self.finalize(Block::cell(block, 0));
                self.free_large(block);
            }
        }
        self.old_large.set(large.len());
        live_bytes
    }

    /// Forgets the kept strings of one character that were not reached.
    fn forget_characters(&self) {
        for character in &self.characters {
            // SAFETY: the strings were alive at the last collection, so their block is.
            if character.get().is_some_and(|string| unsafe { !is_marked(string) }) {
                character.set(None);
            }
        }
    }

    /// Makes a block of cells free for any use.
    ///
    /// # Safety
    /// Nothing in it is used, and it is taken off the lists of its space.
    unsafe fn give_back(&self, block: NonNull<Block>) {
        // SAFETY: the caller's promise.
        unsafe {
            let chunk = block.as_ref().chunk;
            self.chunks.borrow_mut().give_back(block, chunk, 1);
        }
    }

    /// Returns idle memory to the system, but for a reserve: what will soon be allocated again, as
    /// far as the limit leaves room for it.
    fn return_memory(&self, live_bytes: usize) {
        let mut chunks = self.chunks.borrow_mut();
        let room = self.room().saturating_add(chunks.idle());
        let reserve = (live_bytes / RESERVE).max(LEAST_BUDGET).min(room / 8);
        let returned = chunks.trim(reserve);
        self.block_bytes.set(self.block_bytes.get() - returned);
        self.count_returned(returned);
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
            let live = Block::marks(block).iter().map(|mark| mark.get() as u32).sum();
            header.live.set(live);
            live
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
                self.count_returned(layout.size());
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
