//! Blocks of equal cells, and the chunks they are cut from.
//!
//! A block is [`BLOCK`] bytes, aligned to its size, so the block of an object is found by masking
//! its address. It begins with a [`Block`] header of 2 KiB: some fields, then one mark byte per 16
//! bytes of the block. (The marks of the header's own bytes would never be used, which is where the
//! fields stand.) An object too large for a size class has a block of its own, whose memory goes on
//! as far as needed.

use crate::Fault;
use crate::heap::Heap;
use crate::heap::system::System;
use std::alloc::Layout;
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
    /// Its place in the list of the blocks of its space.
    pub(crate) place: Cell<u32>,
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

    /// The marks of the block, without those of its header.
    ///
    /// # Safety
    /// The block is alive.
    pub(crate) unsafe fn marks<'a>(block: NonNull<Block>) -> &'a [Cell<u8>] {
        let first = FIRST_CELL / GRANULE;
        // SAFETY: the mark bytes behind the fields, only accessed as cells.
        unsafe {
            let marks = block.cast::<Cell<u8>>().add(first);
            std::slice::from_raw_parts(marks.as_ptr(), FIRST_CELL - first)
        }
    }

    /// The cell whose mark has this number among [`Block::marks`].
    ///
    /// # Safety
    /// The block is alive.
    pub(crate) unsafe fn marked<T>(block: NonNull<Block>, number: usize) -> NonNull<T> {
        // SAFETY: a mark stands for the granule at the same place of the block.
        unsafe { block.cast::<u8>().add(FIRST_CELL + number * GRANULE).cast() }
    }

    /// Memory of the block of a large object of so many bytes.
    pub(crate) fn large_layout(bytes: usize) -> Option<Layout> {
        Layout::from_size_align(FIRST_CELL.checked_add(bytes)?, BLOCK).ok()
    }
}

/// Memory for several blocks.
struct Chunk {
    /// What the system gave, and the blocks in it.
    mapping: NonNull<u8>,
    memory: NonNull<u8>,
    /// Bits of the blocks in use.
    used: u32,
    /// Bits of the blocks that the system has given memory for.
    touched: u32,
}

/// A block more than needed, so that there is a place to begin that is aligned to one.
const MAPPING: usize = (CHUNK_BLOCKS + 1) * BLOCK;

impl Chunk {
    /// The first of so many neighbouring blocks that are free.
    fn find(&self, count: usize) -> Option<usize> {
        let wanted = run(0, count);
        (0..=CHUNK_BLOCKS - count).find(|&first| self.used & wanted << first == 0)
    }

    /// Bits of the blocks that hold memory and are not in use.
    fn idle(&self) -> u32 {
        self.touched & !self.used
    }
}

/// The bits of so many blocks from one on.
fn run(first: usize, count: usize) -> u32 {
    (((1u64 << count) - 1) << first) as u32
}

/// All chunks of a heap.
#[derive(Default)]
pub(crate) struct Chunks {
    system: System,
    chunks: Vec<Option<Chunk>>,
    /// No chunk before this one has so many free neighbours.
    hints: [usize; CHUNK_BLOCKS + 1],
}

const _: () = assert!(CHUNK_BLOCKS <= 32);

impl Chunks {
    /// Neighbouring blocks, with the number of their chunk and how many were never touched before;
    /// `allow` is asked about those first. `None`: the system has no memory.
    pub(crate) fn take(
        &mut self,
        count: usize,
        allow: impl FnOnce(usize) -> Result<(), Fault>,
    ) -> Result<Option<(NonNull<u8>, u32, usize)>, Fault> {
        let mut number = self.hints[count];
        let found = loop {
            match self.chunks.get(number) {
                None => break None,
                Some(chunk) => {
                    if let Some(first) = chunk.as_ref().and_then(|chunk| chunk.find(count)) {
                        break Some(first);
                    }
                }
            }
            number += 1;
        };
        self.hints[count] = number;
        let fresh = |chunk: &Chunk, first| {
            count - (chunk.touched & run(first, count)).count_ones() as usize
        };
        let (number, first) = match found {
            Some(first) => {
                if let Some(chunk) = &self.chunks[number] {
                    allow(fresh(chunk, first))?;
                }
                (number, first)
            }
            None => {
                allow(count)?;
                match self.add_chunk() {
                    Some(number) => (number, 0),
                    None => return Ok(None),
                }
            }
        };
        let Some(chunk) = &mut self.chunks[number] else { return Ok(None) };
        let fresh = fresh(chunk, first);
        chunk.used |= run(first, count);
        chunk.touched |= run(first, count);
        // SAFETY: within the chunk.
        let block = unsafe { chunk.memory.add(first * BLOCK) };
        Ok(Some((block, number as u32, fresh)))
    }

    fn add_chunk(&mut self) -> Option<usize> {
        let mapping = self.system.allocate(MAPPING)?;
        assert!(mapping.as_ptr() as usize >> 47 == 0, "an address of more than 47 bits");
        let before = mapping.as_ptr().align_offset(BLOCK);
        // SAFETY: less than a block, of which there is one more than needed.
        let memory = unsafe { mapping.add(before) };
        let chunk = Chunk { mapping, memory, used: 0, touched: 0 };
        let number = match self.chunks.iter().position(Option::is_none) {
            Some(number) => {
                self.chunks[number] = Some(chunk);
                number
            }
            None => {
                self.chunks.push(Some(chunk));
                self.chunks.len() - 1
            }
        };
        self.lower_hints(number);
        Some(number)
    }

    fn lower_hints(&mut self, number: usize) {
        for hint in &mut self.hints {
            *hint = (*hint).min(number);
        }
    }

    /// Takes blocks back.
    ///
    /// # Safety
    /// They came from [`Chunks::take`] with this chunk and count, and nothing in them is in use.
    pub(crate) unsafe fn give_back(&mut self, block: NonNull<Block>, number: u32, count: usize) {
        if let Some(chunk) = &mut self.chunks[number as usize] {
            let first = (block.as_ptr() as usize - chunk.memory.as_ptr() as usize) / BLOCK;
            debug_assert!(chunk.used & run(first, count) == run(first, count));
            chunk.used &= !run(first, count);
            self.lower_hints(number as usize);
        }
    }

    /// Bytes of memory in blocks that are not in use.
    pub(crate) fn idle(&self) -> usize {
        let idle = self.chunks.iter().flatten().map(|chunk| chunk.idle().count_ones() as usize);
        idle.sum::<usize>() * BLOCK
    }

    /// Gives memory of blocks that are not in use back to the system, except so many bytes of it:
    /// whole chunks, and single blocks where the system can take them. Gives the bytes.
    pub(crate) fn trim(&mut self, keep: usize) -> usize {
        let mut surplus = (self.idle().saturating_sub(keep) / BLOCK) as u32;
        let before = surplus;
        for whole in [true, false] {
            for place in &mut self.chunks {
                let Some(chunk) = place else { continue };
                let idle = chunk.idle();
                if idle == 0 || idle.count_ones() > surplus || (whole && chunk.used != 0) {
                    continue;
                }
                // SAFETY: the mapping came from here; no block of these is in use.
                unsafe {
                    if whole {
                        self.system.free(chunk.mapping, MAPPING);
                        *place = None;
                    } else if chunk.discard(&self.system, idle) {
                        chunk.touched &= !idle;
                    } else {
                        continue;
                    }
                }
                surplus -= idle.count_ones();
            }
        }
        (before - surplus) as usize * BLOCK
    }
}

impl Chunk {
    /// Gives the memory of blocks back while the chunk stays. False if the system can't.
    ///
    /// # Safety
    /// The blocks are not in use; the chunk is one of this system's.
    unsafe fn discard(&self, system: &System, blocks: u32) -> bool {
        let offset = self.memory.as_ptr() as usize - self.mapping.as_ptr() as usize;
        (0..CHUNK_BLOCKS).filter(|block| blocks >> block & 1 != 0).all(|block| {
            // SAFETY: the caller's promise.
            unsafe { system.discard(self.mapping, offset + block * BLOCK, BLOCK) }
        })
    }
}

impl Drop for Chunks {
    fn drop(&mut self) {
        for chunk in self.chunks.drain(..).flatten() {
            // SAFETY: the mapping came from here; the heap that used it is gone.
            unsafe { self.system.free(chunk.mapping, MAPPING) }
        }
    }
}
