//! Blocks of equal cells, and the chunks they are cut from.
//!
//! A block is [`BLOCK`] bytes, aligned to its size, so the block of an object is found by masking
//! its address. It begins with a [`Block`] header of 2 KiB: some fields, then one mark byte per 16
//! bytes of the block. (The marks of the header's own bytes would never be used, which is where the
//! fields stand.) An object too large for a size class has a block of its own, whose memory goes on
//! as far as needed.

use crate::heap::Heap;
use std::alloc::{self, Layout};
use std::cell::Cell;
use std::ptr::NonNull;

/// Bytes of a block, and its alignment.
pub(crate) const BLOCK: usize = 32 * 1024;
/// Cells are multiples of this.
pub(crate) const GRANULE: usize = 16;
/// Where the cells of a block begin.
pub(crate) const FIRST_CELL: usize = BLOCK / GRANULE;
/// Blocks of a chunk.
pub(crate) const CHUNK_BLOCKS: usize = if cfg!(miri) { 4 } else { 16 };

/// Marks of a cell.
pub(crate) mod mark {
    /// Not reached, or free.
    pub(crate) const WHITE: u8 = 0;
    /// Reached and on the work list or done.
    pub(crate) const BLACK: u8 = 1;
    /// Reached while the work list was full: to be found by a walk over the blocks.
    pub(crate) const GREY: u8 = 2;
}

/// The beginning of a block.
#[repr(C)]
pub(crate) struct Block {
    /// Whose it is. Also the identity that stores of values are checked against.
    pub(crate) heap: NonNull<Heap>,
    pub(crate) cell_size: u32,
    pub(crate) cells: u32,
    /// Cells reached by the last collection.
    pub(crate) live: Cell<u32>,
    /// Its chunk; unused in the block of a large object.
    pub(crate) chunk: u32,
    /// Bytes behind the header of the block of a large object; 0 otherwise.
    pub(crate) large: usize,
}

const _: () = assert!(size_of::<Block>() <= FIRST_CELL / GRANULE);

/// The block of an object.
#[inline(always)]
pub(crate) fn block_of(object: NonNull<u8>) -> NonNull<Block> {
    object
        .map_addr(|address| {
            // A block's address is not 0.
            std::num::NonZero::new(address.get() & !(BLOCK - 1)).unwrap_or(address)
        })
        .cast()
}

/// The mark byte of the cell an object is in.
///
/// # Safety
/// The object lies in a block that is alive.
#[inline(always)]
pub(crate) unsafe fn mark_of<'a>(object: NonNull<u8>) -> &'a Cell<u8> {
    let granule = (object.as_ptr() as usize & (BLOCK - 1)) / GRANULE;
    // SAFETY: the mark bytes are within the block's header, and only accessed as cells.
    unsafe { &*block_of(object).as_ptr().cast::<Cell<u8>>().add(granule) }
}

impl Block {
    /// Writes the header of a fresh block.
    ///
    /// # Safety
    /// `place` is the block's memory, nothing in it is in use, and it has room for its cells.
    pub(crate) unsafe fn initialise(place: NonNull<Block>, header: Block) {
        let bytes = place.as_ptr().cast::<u8>();
        // SAFETY: the header of a block is FIRST_CELL bytes, of which `Block` takes the first.
        unsafe {
            bytes.write_bytes(0, FIRST_CELL);
            place.write(header);
        }
    }

    /// The cell with this number.
    ///
    /// # Safety
    /// The block is alive and has so many cells.
    pub(crate) unsafe fn cell(block: NonNull<Block>, number: usize) -> NonNull<u8> {
        // SAFETY: the cells stand one after another behind the header.
        unsafe { block.cast::<u8>().add(FIRST_CELL + number * block.as_ref().cell_size as usize) }
    }

    /// The mark byte of the cell with this number.
    ///
    /// # Safety
    /// As [`Block::cell`].
    pub(crate) unsafe fn mark<'a>(block: NonNull<Block>, number: usize) -> &'a Cell<u8> {
        // SAFETY: the caller's promise.
        unsafe { mark_of(Block::cell(block, number)) }
    }

    /// Sets all marks to white.
    ///
    /// # Safety
    /// The block is alive.
    pub(crate) unsafe fn clear_marks(block: NonNull<Block>) {
        let first = FIRST_CELL / GRANULE;
        // SAFETY: the mark bytes behind the fields.
        unsafe { block.cast::<u8>().add(first).write_bytes(0, FIRST_CELL - first) }
    }

    /// Memory of the block of a large object of so many bytes.
    pub(crate) fn large_layout(bytes: usize) -> Option<Layout> {
        Layout::from_size_align(FIRST_CELL.checked_add(bytes)?, BLOCK).ok()
    }
}

/// Memory for several blocks.
struct Chunk {
    memory: NonNull<u8>,
    /// Blocks handed out so far: the rest was never touched.
    fresh: usize,
    /// Bits of the blocks that were handed out and came back.
    free: u32,
}

/// All chunks of a heap.
#[derive(Default)]
pub(crate) struct Chunks {
    chunks: Vec<Option<Chunk>>,
    /// No chunk before this one has a free block.
    hint: usize,
}

fn chunk_layout() -> Layout {
    const { assert!(CHUNK_BLOCKS <= 32) };
    // A constant that is valid: a size that is a multiple of a power of two.
    Layout::from_size_align(BLOCK * CHUNK_BLOCKS, BLOCK).unwrap_or(Layout::new::<u8>())
}

impl Chunks {
    /// Memory for a block, with the number of its chunk and whether it was never touched before.
    pub(crate) fn take(&mut self) -> Option<(NonNull<u8>, u32, bool)> {
        while self.hint < self.chunks.len() {
            if let Some(chunk) = &mut self.chunks[self.hint] {
                if chunk.free != 0 {
                    let number = chunk.free.trailing_zeros() as usize;
                    chunk.free &= chunk.free - 1;
                    // SAFETY: within the chunk.
                    let block = unsafe { chunk.memory.add(number * BLOCK) };
                    return Some((block, self.hint as u32, false));
                }
                if chunk.fresh < CHUNK_BLOCKS {
                    // SAFETY: within the chunk.
                    let block = unsafe { chunk.memory.add(chunk.fresh * BLOCK) };
                    chunk.fresh += 1;
                    return Some((block, self.hint as u32, true));
                }
            }
            self.hint += 1;
        }
        // SAFETY: the layout is not empty.
        let memory = NonNull::new(unsafe { alloc::alloc(chunk_layout()) })?;
        assert!(memory.as_ptr() as usize >> 47 == 0, "an address of more than 47 bits");
        let chunk = Chunk { memory, fresh: 1, free: 0 };
        match self.chunks.iter().position(Option::is_none) {
            Some(number) => {
                self.chunks[number] = Some(chunk);
                self.hint = number;
            }
            None => {
                self.chunks.push(Some(chunk));
                self.hint = self.chunks.len() - 1;
            }
        }
        Some((memory, self.hint as u32, true))
    }

    /// Takes a block back.
    ///
    /// # Safety
    /// It came from [`Chunks::take`] with this chunk, and nothing in it is in use.
    pub(crate) unsafe fn give_back(&mut self, block: NonNull<Block>, number: u32) {
        if let Some(chunk) = &mut self.chunks[number as usize] {
            let index = (block.as_ptr() as usize - chunk.memory.as_ptr() as usize) / BLOCK;
            debug_assert!(index < CHUNK_BLOCKS && chunk.free & 1 << index == 0);
            chunk.free |= 1 << index;
            self.hint = self.hint.min(number as usize);
        }
    }

    /// Returns chunks with no block in use to the system, except one; gives the bytes that were
    /// touched in them.
    pub(crate) fn trim(&mut self) -> usize {
        let mut touched = 0;
        let mut keep = true;
        for place in &mut self.chunks {
            let Some(chunk) = place else { continue };
            if chunk.free.count_ones() as usize == chunk.fresh && !std::mem::take(&mut keep) {
                touched += chunk.fresh * BLOCK;
                // SAFETY: allocated with this layout; no block of it is in use.
                unsafe { alloc::dealloc(chunk.memory.as_ptr(), chunk_layout()) };
                *place = None;
            }
        }
        touched
    }
}

impl Drop for Chunks {
    fn drop(&mut self) {
        for chunk in self.chunks.drain(..).flatten() {
            // SAFETY: allocated with this layout; the heap that used it is gone.
            unsafe { alloc::dealloc(chunk.memory.as_ptr(), chunk_layout()) };
        }
    }
}
