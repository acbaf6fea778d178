//! Memory that objects own outside their cells: items, entries, text.
//!
//! Up to [`LARGEST_CELL`] bytes it comes from blocks of equal cells, up to [`LARGEST_RUN`] from runs
//! of neighbouring blocks, so that what is freed but not returned to the system still counts: the
//! limit then holds for the process and not only for the sum of what is asked for, however a program
//! mixes sizes. Beyond, the system is asked directly, and memory goes straight back to it.

use super::Heap;
use super::block::{BLOCK, Block, CHUNK_BLOCKS, FIRST_CELL, GRANULE, block_of};
use super::system::System;
use crate::Fault;
use std::alloc::Layout;
use std::cell::{Cell, RefCell};
use std::ptr::NonNull;

/// The sizes of cells. From 2560 on they divide the room of a block without rest, or nearly so.
const SIZES: [u16; 30] = [
    16, 32, 48, 64, 80, 96, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 1024, 1280,
    1536, 2048, 2560, 3072, 3840, 5120, 6144, 7680, 10240, 15360, 30720,
];
/// The most a cell of a block holds.
const LARGEST_CELL: usize = BLOCK - FIRST_CELL;
/// The most a run of blocks holds: the first one begins with a header.
const LARGEST_RUN: usize = CHUNK_BLOCKS * BLOCK - FIRST_CELL;

/// Sizes up to here find their class in a list.
const LARGEST_LISTED: usize = 2048;
/// Size in granules → index in [`SIZES`].
const SIZE_CLASS: [u8; LARGEST_LISTED / GRANULE + 1] = super::size_classes(&SIZES);

const _: () = assert!(SIZES[SIZES.len() - 1] as usize == LARGEST_CELL);

/// A cell that is free: a link of the list of them.
struct FreeCell {
    next: *mut FreeCell,
}

/// Where buffers of one size are put.
struct Space {
    free: Cell<*mut FreeCell>,
    /// The part of the newest block that was never used.
    next: Cell<*mut u8>,
    end: Cell<*mut u8>,
    blocks: RefCell<Vec<NonNull<Block>>>,
}

/// The buffers of a heap.
pub(super) struct Buffers {
    spaces: [Space; SIZES.len()],
    system: System,
    /// Bytes in use within blocks.
    live: Cell<usize>,
}

/// Where memory of a size comes from.
#[derive(PartialEq)]
enum Source {
    /// A cell of this class.
    Cell(usize),
    /// So many blocks.
    Run(usize),
    System,
}

#[inline]
fn source(size: usize) -> Source {
    if size <= LARGEST_LISTED {
        Source::Cell(SIZE_CLASS[size.div_ceil(GRANULE)] as usize)
    } else if size <= LARGEST_CELL {
        Source::Cell(SIZES.partition_point(|&cell| (cell as usize) < size))
    } else if size <= LARGEST_RUN {
        Source::Run((size + FIRST_CELL).div_ceil(BLOCK))
    } else {
        Source::System
    }
}

impl Source {
    /// Bytes that are taken from a block or blocks.
    fn bytes(&self) -> usize {
        match self {
            Source::Cell(class) => SIZES[*class] as usize,
            Source::Run(blocks) => blocks * BLOCK,
            Source::System => 0,
        }
    }
}

/// What memory of at least this size really has room for.
pub(crate) fn good_size(size: usize) -> usize {
    match source(size) {
        Source::Cell(class) => SIZES[class] as usize,
        Source::Run(blocks) => blocks * BLOCK - FIRST_CELL,
        Source::System => size,
    }
}

impl Buffers {
    pub(super) fn new() -> Buffers {
        Buffers {
            spaces: std::array::from_fn(|_| Space {
                free: Cell::new(std::ptr::null_mut()),
                next: Cell::new(std::ptr::null_mut()),
                end: Cell::new(std::ptr::null_mut()),
                blocks: RefCell::default(),
            }),
            system: System::default(),
            live: Cell::new(0),
        }
    }

    /// Bytes in use within blocks.
    pub(super) fn live(&self) -> usize {
        self.live.get()
    }
}

impl Heap {
    /// Memory outside the cells, not empty, aligned to 8 bytes.
    #[inline]
    pub(crate) fn external_alloc(&self, layout: Layout) -> Result<NonNull<u8>, Fault> {
        self.buffer(layout.size(), false)
    }

    /// [`Heap::external_alloc`] where a limit cannot be told: it is at the next safepoint. The
    /// program ends if the system has no memory.
    pub(crate) fn external_alloc_late(&self, layout: Layout) -> NonNull<u8> {
        match self.buffer(layout.size(), true) {
            Ok(memory) => memory,
            Err(_) => std::alloc::handle_alloc_error(layout),
        }
    }

    /// Zeroed [`Heap::external_alloc`].
    pub(crate) fn external_alloc_zeroed(&self, layout: Layout) -> Result<NonNull<u8>, Fault> {
        let memory = self.external_alloc(layout)?;
        if source(layout.size()) != Source::System {
            // SAFETY: fresh memory of that size.
            unsafe { memory.write_bytes(0, layout.size()) };
        }
        Ok(memory)
    }

    fn buffer(&self, size: usize, late: bool) -> Result<NonNull<u8>, Fault> {
        debug_assert!(size > 0);
        let buffers = &self.buffers;
        let source = source(size);
        let memory = match source {
            Source::Cell(class) => {
                let space = &buffers.spaces[class];
                let cell_size = SIZES[class] as usize;
                let memory = match NonNull::new(space.free.get()) {
                    Some(cell) => {
                        // SAFETY: cells on the list are free, and hold the next one.
                        space.free.set(unsafe { cell.as_ref() }.next);
                        cell.cast()
                    }
                    None => {
                        if space.next.get() == space.end.get() {
                            self.add_buffer_block(space, cell_size, late)?;
                        }
                        let cell = space.next.get();
                        space.next.set(cell.wrapping_add(cell_size));
                        // SAFETY: a cell of a block is not at address 0.
                        unsafe { NonNull::new_unchecked(cell) }
                    }
                };
                // SAFETY: the cell's block is alive.
                let live = unsafe { &block_of(memory).as_ref().live };
                live.set(live.get() + 1);
                memory
            }
            Source::Run(blocks) => {
                let (memory, chunk) = self.take_blocks(blocks, late)?;
                let block = memory.cast::<Block>();
                // SAFETY: blocks of our own that nothing uses. Marks are not needed.
                unsafe {
                    block.write(self.block_header(BLOCK * blocks - FIRST_CELL, 1, chunk));
                    memory.add(FIRST_CELL)
                }
            }
            Source::System => {
                if self.check(size).is_err() {
                    self.over(late)?;
                }
                let memory = buffers.system.allocate(size).ok_or_else(|| self.memory_fault())?;
                self.charge(size);
                return Ok(memory);
            }
        };
        buffers.live.set(buffers.live.get() + source.bytes());
        self.count(source.bytes());
        Ok(memory)
    }

    /// A new block for a space.
    #[cold]
    fn add_buffer_block(&self, space: &Space, cell_size: usize, late: bool) -> Result<(), Fault> {
        let (memory, chunk) = self.take_blocks(1, late)?;
        let cells = LARGEST_CELL / cell_size;
        let block = memory.cast::<Block>();
        // SAFETY: a block of our own that nothing uses; the cells are within it.
        unsafe {
            block.write(self.block_header(cell_size, cells, chunk));
            let first = memory.add(FIRST_CELL).as_ptr();
            space.next.set(first);
            space.end.set(first.add(cells * cell_size));
        }
        space.blocks.borrow_mut().push(block);
        Ok(())
    }

    /// Gives memory back.
    ///
    /// # Safety
    /// It came from [`Heap::external_alloc`] with this layout and is not used any more.
    pub(crate) unsafe fn external_free(&self, memory: NonNull<u8>, layout: Layout) {
        let buffers = &self.buffers;
        let source = source(layout.size());
        // SAFETY: the caller's promise: the memory came from where its size says.
        unsafe {
            match source {
                Source::Cell(class) => {
                    self.poison(memory, SIZES[class] as usize);
                    let space = &buffers.spaces[class];
                    let cell = memory.cast::<FreeCell>();
                    cell.write(FreeCell { next: space.free.get() });
                    space.free.set(cell.as_ptr());
                    let live = &block_of(memory).as_ref().live;
                    live.set(live.get() - 1);
                }
                Source::Run(blocks) => {
                    let block = block_of(memory);
                    let chunk = block.as_ref().chunk;
                    self.chunks.borrow_mut().give_back(block, chunk, blocks);
                }
                Source::System => {
                    buffers.system.free(memory, layout.size());
                    self.discharge(layout.size());
                    self.count_returned(layout.size());
                }
            }
        }
        buffers.live.set(buffers.live.get() - source.bytes());
    }

    /// Changes the size of memory, keeping the contents; while this runs both sizes count
    /// (unless the system can move pages). On failure the old memory stays.
    ///
    /// # Safety
    /// As [`Heap::external_free`]; the new size is not 0.
    pub(crate) unsafe fn external_resize(
        &self,
        memory: NonNull<u8>,
        layout: Layout,
        size: usize,
    ) -> Result<NonNull<u8>, Fault> {
        let (old, new) = (source(layout.size()), source(size));
        if old == new && new != Source::System {
            return Ok(memory);
        }
        // SAFETY: the caller's promise.
        unsafe {
            if old == new {
                let more = size.saturating_sub(layout.size());
                self.check(if System::MOVES { more } else { size })?;
                let moved = self.buffers.system.resize(memory, layout.size(), size);
                let moved = moved.ok_or_else(|| self.memory_fault())?;
                if System::MOVES {
                    // Pages that move are no news for the collector, only those that are added.
                    self.charge(more);
                    self.discharge(layout.size().saturating_sub(size));
                } else {
                    self.charge(size);
                    self.discharge(layout.size());
                }
                return Ok(moved);
            }
            let moved = self.buffer(size, false)?;
            moved.copy_from_nonoverlapping(memory, layout.size().min(size));
            self.external_free(memory, layout);
            Ok(moved)
        }
    }

    /// Returns blocks in which no buffer is left: part of a collection.
    pub(super) fn release_buffer_blocks(&self) {
        for space in &self.buffers.spaces {
            let mut blocks = space.blocks.borrow_mut();
            // SAFETY: the blocks of a space are alive until given back below, which happens after
            // everything that points into them was forgotten.
            unsafe {
                let is_empty = |block: NonNull<Block>| block.as_ref().live.get() == 0;
                if !blocks.iter().any(|&block| is_empty(block)) {
                    continue;
                }
                let mut cell = space.free.replace(std::ptr::null_mut());
                while let Some(free) = NonNull::new(cell) {
                    cell = free.as_ref().next;
                    if !is_empty(block_of(free.cast())) {
                        free.write(FreeCell { next: space.free.get() });
                        space.free.set(free.as_ptr());
                    }
                }
                if let Some(next) = NonNull::new(space.next.get())
                    && next.as_ptr() != space.end.get()
                    && is_empty(block_of(next))
                {
                    space.next.set(std::ptr::null_mut());
                    space.end.set(std::ptr::null_mut());
                }
                blocks.retain(|&block| {
                    if is_empty(block) {
                        let chunk = block.as_ref().chunk;
                        self.chunks.borrow_mut().give_back(block, chunk, 1);
                        return false;
                    }
                    true
                });
            }
        }
    }
}
