//! Allocation of cells: the spaces.
//!
//! A space has three lists of blocks: all of them; those with *room*, which were not allocated in
//! since the last collection; and those *used* since then, whose holes are filled one after the
//! other. A minor collection sweeps the used ones only.

use super::block::{BLOCK, Block, FIRST_CELL, GRANULE, mark as marks};
use super::{Heap, LARGEST_SMALL, SIZE_CLASS};
use crate::Fault;
use crate::object::{Header, kind};
use std::alloc;
use std::cell::{Cell, RefCell};
use std::ptr::NonNull;

/// Where objects of one size are put.
pub(super) struct Space {
    /// The next free cell, and the end of the hole it is in.
    pub(super) next: Cell<*mut u8>,
    pub(super) end: Cell<*mut u8>,
    /// In the block used last: the first cell behind the hole.
    pub(super) cell: Cell<usize>,
    pub(super) cell_size: usize,
    pub(super) finalize: bool,
    /// All blocks; each knows its place here.
    pub(super) blocks: RefCell<Vec<NonNull<Block>>>,
    /// Blocks with holes, to be used from the end.
    pub(super) room: RefCell<Vec<NonNull<Block>>>,
    /// Blocks that were allocated in since the last collection, the present one last.
    pub(super) used: RefCell<Vec<NonNull<Block>>>,
}

impl Space {
    pub(super) fn new(cell_size: usize, finalize: bool) -> Space {
        Space {
            next: Cell::new(std::ptr::null_mut()),
            end: Cell::new(std::ptr::null_mut()),
            cell: Cell::new(usize::MAX),
            cell_size,
            finalize,
            blocks: RefCell::default(),
            room: RefCell::default(),
            used: RefCell::default(),
        }
    }

    /// Leaves the hole: a collection begins.
    pub(super) fn leave_hole(&self) {
        self.next.set(std::ptr::null_mut());
        self.end.set(std::ptr::null_mut());
        self.cell.set(usize::MAX);
    }

    /// Takes a block off the list of all.
    ///
    /// # Safety
    /// It is on the list, and alive.
    pub(super) unsafe fn remove(&self, block: NonNull<Block>) {
        // SAFETY: the caller's promise; blocks of the list are alive.
        unsafe {
            let place = block.as_ref().place.get() as usize;
            let mut blocks = self.blocks.borrow_mut();
            debug_assert!(blocks[place] == block);
            blocks.swap_remove(place);
            if let Some(moved) = blocks.get(place) {
                moved.as_ref().place.set(place as u32);
            }
        }
    }

    /// The next run of free cells of the block used last: numbers of the first and of the one
    /// behind.
    ///
    /// # Safety
    /// The block is alive, and one of this space.
    unsafe fn hole_in(&self, block: NonNull<Block>) -> Option<(usize, usize)> {
        // SAFETY: the caller's promise; the numbers stay below the count of cells.
        unsafe {
            let cells = block.as_ref().cells as usize;
            let white = |cell| Block::mark(block, cell).get() == marks::WHITE;
            let mut first = self.cell.get();
            while first < cells && !white(first) {
                first += 1;
            }
            if first >= cells {
                return None;
            }
            let mut end = first + 1;
            while end < cells && white(end) {
                end += 1;
            }
            Some((first, end))
        }
    }
}

impl Heap {
    #[cold]
    #[inline(never)]
    pub(super) fn allocate_slow(&self, size: usize, finalize: bool) -> Result<NonNull<u8>, Fault> {
        if size > LARGEST_SMALL {
            return self.allocate_large(size);
        }
        let class = SIZE_CLASS[size.div_ceil(GRANULE)] as usize;
        let space = &self.spaces[finalize as usize][class];
        if !self.next_hole(space) {
            self.add_block(space)?;
        }
        let cell = space.next.get();
        space.next.set(cell.wrapping_add(space.cell_size));
        // SAFETY: as above.
        Ok(unsafe { NonNull::new_unchecked(cell) })
    }

    /// Finds the next hole in the blocks of a space.
    fn next_hole(&self, space: &Space) -> bool {
        let mut used = space.used.borrow_mut();
        loop {
            if let Some(&block) = used.last() {
                // SAFETY: blocks of the lists are alive; `end` may be the place behind the last
                // cell, which is in the block too.
                unsafe {
                    if let Some((first, end)) = space.hole_in(block) {
                        space.cell.set(end);
                        space.next.set(Block::cell(block, first).as_ptr());
                        space.end.set(Block::cell(block, end).as_ptr());
                        self.count((end - first) * space.cell_size);
                        return true;
                    }
                }
            }
            match space.room.borrow_mut().pop() {
                Some(block) => {
                    used.push(block);
                    space.cell.set(0);
                }
                None => {
                    space.cell.set(usize::MAX);
                    return false;
                }
            }
        }
    }

    /// Gives a space a new block and makes it the hole.
    fn add_block(&self, space: &Space) -> Result<(), Fault> {
        let (memory, chunk) = self.take_blocks(1, false)?;
        let cells = (BLOCK - FIRST_CELL) / space.cell_size;
        let block = memory.cast::<Block>();
        // SAFETY: the memory of a block of our own that nothing uses.
        unsafe {
            Block::initialise(block, self.block_header(space.cell_size, cells, chunk));
            if self.stress {
                // So that the kind of every cell can be asked for.
                Block::cell(block, 0).write_bytes(kind::POISON, cells * space.cell_size);
            }
            if space.finalize {
                for number in 0..cells {
                    let free = Header::new(kind::FREE, 0);
                    Block::cell(block, number).cast::<Header>().write(free);
                }
            }
            space.next.set(Block::cell(block, 0).as_ptr());
            space.end.set(Block::cell(block, cells).as_ptr());
        }
        let mut blocks = space.blocks.borrow_mut();
        // SAFETY: just made.
        unsafe { block.as_ref() }.place.set(blocks.len() as u32);
        blocks.push(block);
        space.used.borrow_mut().push(block);
        space.cell.set(usize::MAX);
        self.count(cells * space.cell_size);
        Ok(())
    }

    /// Blocks side by side, and their chunk. With `late` the limit is told at the next safepoint.
    pub(super) fn take_blocks(
        &self,
        count: usize,
        late: bool,
    ) -> Result<(NonNull<u8>, u32), Fault> {
        let allow = |fresh: usize| match self.check(fresh * BLOCK) {
            Ok(()) => Ok(()),
            Err(_) => self.over(late),
        };
        let taken = self.chunks.borrow_mut().take(count, allow)?;
        let (memory, chunk, fresh) = taken.ok_or_else(|| self.memory_fault())?;
        self.block_bytes.set(self.block_bytes.get() + fresh * BLOCK);
        self.note_peak();
        Ok((memory, chunk))
    }

    pub(super) fn block_header(&self, cell_size: usize, cells: usize, chunk: u32) -> Block {
        Block {
            heap: NonNull::from(self),
            cell_size: cell_size as u32,
            cells: cells as u32,
            live: Cell::new(0),
            chunk,
            place: Cell::new(0),
            large: 0,
        }
    }

    /// A block for one large object.
    fn allocate_large(&self, size: usize) -> Result<NonNull<u8>, Fault> {
        let layout = Block::large_layout(size).ok_or_else(|| self.memory_fault())?;
        self.check(layout.size())?;
        // SAFETY: the layout is not empty.
        let memory = NonNull::new(unsafe { alloc::alloc(layout) });
        let memory = memory.ok_or_else(|| self.memory_fault())?;
        assert!(memory.as_ptr() as usize >> 47 == 0, "an address of more than 47 bits");
        let block = memory.cast::<Block>();
        // SAFETY: fresh memory of that layout.
        unsafe {
            Block::initialise(block, Block { large: size, ..self.block_header(0, 1, 0) });
            self.large.borrow_mut().push(block);
            self.block_bytes.set(self.block_bytes.get() + layout.size());
            self.note_peak();
            self.count(layout.size());
            Ok(Block::cell(block, 0))
        }
    }
}
