//! The heap: allocation, and the account of memory.
//!
//! Objects of up to [`LARGEST_SMALL`] bytes live in blocks of equal cells ([`block`]), one *space*
//! per cell size and per whether the collector must look at dead objects (because they own memory
//! outside). Allocation bumps a pointer through the holes between the cells that the last
//! collection marked; the marks themselves are the free list. Nothing ever moves.
//!
//! # Memory
//! The account holds the blocks that were touched, the memory objects own outside (exactly, with
//! both buffers while one grows) and the touched part of the value stack. An allocation that would
//! exceed the limit fails at once. So that garbage alone rarely gets there, the next collection is
//! due when half of what is left below the limit was allocated; and the collector's own work list
//! is bounded.

pub(crate) mod block;
mod collect;
mod mark;
mod sweep;

pub(crate) use block::block_of;
pub(crate) use mark::Marker;
pub(crate) use sweep::is_marked;

use crate::bits;
use crate::hash::HashKeys;
use crate::object::{Header, Object, StringObject};
use crate::stack::Attention;
use crate::strings::Interner;
use crate::{Fault, Limit};
use block::{BLOCK, Block, Chunks, FIRST_CELL, GRANULE, mark as marks};
use std::alloc::{self, Layout};
use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::sync::Arc;

/// The largest object that is put into a block with others.
pub(crate) const LARGEST_SMALL: usize = 2048;
/// The cell sizes.
const SIZES: [u16; 28] = [
    16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 320, 384, 448, 512,
    640, 768, 896, 1024, 1280, 1536, 1792, 2048,
];
/// Size in granules → index in [`SIZES`].
const SIZE_CLASS: [u8; LARGEST_SMALL / GRANULE + 1] = {
    let mut table = [0; LARGEST_SMALL / GRANULE + 1];
    let (mut granules, mut class) = (0, 0);
    while granules < table.len() {
        if granules * GRANULE > SIZES[class] as usize {
            class += 1;
        }
        table[granules] = class as u8;
        granules += 1;
    }
    table
};
/// Allocated before the first collection, and at least between two.
const LEAST_BUDGET: usize = 2 << 20;

/// Where objects of one size are put.
struct Space {
    /// The next free cell, and the end of the hole it is in.
    next: Cell<*mut u8>,
    end: Cell<*mut u8>,
    cell_size: usize,
    finalize: bool,
    blocks: RefCell<Vec<NonNull<Block>>>,
    /// The block the hole is in is the one before this.
    cursor: Cell<usize>,
    /// The first cell of that block behind the hole.
    cell: Cell<usize>,
}

/// The heap of an isolate.
pub(crate) struct Heap {
    spaces: [[Space; SIZES.len()]; 2],
    chunks: RefCell<Chunks>,
    large: RefCell<Vec<NonNull<Block>>>,
    /// Bytes of blocks ever touched, and of large objects.
    block_bytes: Cell<usize>,
    /// Bytes owned by objects outside the blocks.
    external: Cell<usize>,
    /// Bytes of the value stack that were touched.
    pub(crate) stack_bytes: Cell<usize>,
    /// Bytes allocated since the last collection; and how many until the next.
    allocated: Cell<usize>,
    budget: Cell<usize>,
    /// `usize::MAX`: none.
    limit: usize,
    /// An allocation that could not fail went over the limit: told at the next safepoint.
    over_limit: Cell<bool>,
    pub(crate) stress: bool,
    pub(crate) max_length: usize,
    pub(crate) hash: HashKeys,
    pub(crate) interner: Interner,
    /// Strings of one ASCII character, made when first wanted.
    pub(crate) characters: [Cell<Option<NonNull<StringObject>>>; 128],
    next_shape: Cell<u32>,
    pub(crate) attention: Arc<Attention>,
    collect_soon: Cell<bool>,
    total: Cell<u64>,
    pub(crate) counters: Counters,
}

/// What `--stats` tells of collections.
#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) collections: Cell<u64>,
    pub(crate) live: Cell<usize>,
    pub(crate) peak: Cell<usize>,
    pub(crate) pause_total: Cell<std::time::Duration>,
    pub(crate) pause_max: Cell<std::time::Duration>,
}

impl Heap {
    pub(crate) fn new(config: &crate::Config, attention: Arc<Attention>) -> Heap {
        let space = |class: usize, finalize: bool| Space {
            next: Cell::new(std::ptr::null_mut()),
            end: Cell::new(std::ptr::null_mut()),
            cell_size: SIZES[class] as usize,
            finalize,
            blocks: RefCell::default(),
            cursor: Cell::new(0),
            cell: Cell::new(0),
        };
        let limit = config.max_memory.unwrap_or(usize::MAX);
        Heap {
            spaces: [false, true]
                .map(|finalize| std::array::from_fn(|class| space(class, finalize))),
            chunks: RefCell::default(),
            large: RefCell::default(),
            block_bytes: Cell::new(0),
            external: Cell::new(0),
            stack_bytes: Cell::new(0),
            allocated: Cell::new(0),
            budget: Cell::new(LEAST_BUDGET.min(limit / 2)),
            limit,
            over_limit: Cell::new(false),
            stress: config.gc_stress,
            max_length: config.max_length as usize,
            hash: HashKeys::new(config.hash_seed),
            interner: Interner::default(),
            characters: [const { Cell::new(None) }; 128],
            next_shape: Cell::new(crate::object::FIRST_SHAPE),
            attention,
            collect_soon: Cell::new(false),
            total: Cell::new(0),
            counters: Counters::default(),
        }
    }

    // ---- The account ------------------------------------------------------------------------

    /// Bytes in use as the limit sees them.
    pub(crate) fn used(&self) -> usize {
        self.block_bytes.get() + self.external.get() + self.stack_bytes.get()
    }

    pub(crate) fn memory_fault(&self) -> Fault {
        Fault::Limit(Limit::Memory(self.limit))
    }

    /// Fails if so many bytes more would exceed the limit.
    #[inline]
    pub(crate) fn check(&self, bytes: usize) -> Result<(), Fault> {
        match self.limit.checked_sub(self.used()) {
            Some(room) if bytes <= room => Ok(()),
            _ => Err(self.memory_fault()),
        }
    }

    /// Fails if so many bytes could never fit.
    pub(crate) fn check_size(&self, bytes: usize) -> Result<(), Fault> {
        if bytes > self.limit { Err(self.memory_fault()) } else { Ok(()) }
    }

    fn count(&self, bytes: usize) {
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
        self.total.set(self.total.get() + bytes as u64);
        let used = self.used();
        if used > self.counters.peak.get() {
            self.counters.peak.set(used);
        }
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
            self.over_limit.set(true);
            self.attention.call();
        }
        self.charge(bytes);
    }

    /// Memory outside the blocks; not empty.
    pub(crate) fn external_alloc(&self, layout: Layout) -> Result<NonNull<u8>, Fault> {
        self.check(layout.size())?;
        // SAFETY: callers ask for more than nothing.
        let memory = NonNull::new(unsafe { alloc::alloc(layout) });
        let memory = memory.ok_or_else(|| self.memory_fault())?;
        self.charge(layout.size());
        Ok(memory)
    }

    /// [`Heap::external_alloc`] where a limit cannot be told: the program ends if the system has no
    /// memory.
    pub(crate) fn external_alloc_late(&self, layout: Layout) -> NonNull<u8> {
        self.charge_late(layout.size());
        // SAFETY: callers ask for more than nothing.
        NonNull::new(unsafe { alloc::alloc(layout) })
            .unwrap_or_else(|| alloc::handle_alloc_error(layout))
    }

    /// Gives memory back.
    ///
    /// # Safety
    /// It came from [`Heap::external_alloc`] with this layout and is not used any more.
    pub(crate) unsafe fn external_free(&self, memory: NonNull<u8>, layout: Layout) {
        self.discharge(layout.size());
        // SAFETY: the caller's promise.
        unsafe { alloc::dealloc(memory.as_ptr(), layout) }
    }

    /// Changes the size of memory; while this runs both sizes are charged. On failure the old
    /// memory stays.
    ///
    /// # Safety
    /// As [`Heap::external_free`]; the new size is not 0 and valid with the layout's alignment.
    pub(crate) unsafe fn external_resize(
        &self,
        memory: NonNull<u8>,
        layout: Layout,
        size: usize,
    ) -> Result<NonNull<u8>, Fault> {
        if size > layout.size() {
            self.check(size)?;
        }
        // SAFETY: the caller's promise.
        let moved = NonNull::new(unsafe { alloc::realloc(memory.as_ptr(), layout, size) });
        let moved = moved.ok_or_else(|| self.memory_fault())?;
        self.charge(size);
        self.discharge(layout.size());
        Ok(moved)
    }

    /// Zeroed external memory.
    pub(crate) fn external_alloc_zeroed(&self, layout: Layout) -> Result<NonNull<u8>, Fault> {
        self.check(layout.size())?;
        // SAFETY: callers ask for more than nothing.
        let memory = NonNull::new(unsafe { alloc::alloc_zeroed(layout) });
        let memory = memory.ok_or_else(|| self.memory_fault())?;
        self.charge(layout.size());
        Ok(memory)
    }

    // ---- Allocation -------------------------------------------------------------------------

    /// A cell of at least so many bytes; its contents are arbitrary.
    #[inline]
    pub(crate) fn allocate(&self, size: usize, finalize: bool) -> Result<NonNull<u8>, Fault> {
        if size <= LARGEST_SMALL {
            let class = SIZE_CLASS[size.div_ceil(GRANULE)] as usize;
            let space = &self.spaces[finalize as usize][class];
            let cell = space.next.get();
            if cell != space.end.get() {
                // `next` goes from cell to cell, so it meets the end of the hole exactly.
                space.next.set(cell.wrapping_add(space.cell_size));
                // SAFETY: a cell of a block is not at address 0.
                return Ok(unsafe { NonNull::new_unchecked(cell) });
            }
        }
        self.allocate_slow(size, finalize)
    }

    #[cold]
    #[inline(never)]
    fn allocate_slow(&self, size: usize, finalize: bool) -> Result<NonNull<u8>, Fault> {
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

    /// Finds the next run of free cells in the blocks of a space.
    fn next_hole(&self, space: &Space) -> bool {
        let blocks = space.blocks.borrow();
        loop {
            let Some(&block) = space.cursor.get().checked_sub(1).and_then(|at| blocks.get(at))
            else {
                if blocks.is_empty() || space.cursor.get() > 0 {
                    return false;
                }
                space.cursor.set(1);
                space.cell.set(0);
                continue;
            };
            // SAFETY: blocks of the list are alive.
            let header = unsafe { block.as_ref() };
            let cells = header.cells as usize;
            let mut first = space.cell.get();
            if header.live.get() == header.cells {
                first = cells;
            }
            // SAFETY: the numbers stay below the count of cells.
            let white = |cell| unsafe { Block::mark(block, cell) }.get() == marks::WHITE;
            while first < cells && !white(first) {
                first += 1;
            }
            if first < cells {
                let mut end = first + 1;
                while end < cells && white(end) {
                    end += 1;
                }
                space.cell.set(end);
                // SAFETY: `end` may be the place behind the last cell, which is in the block too.
                unsafe {
                    space.next.set(Block::cell(block, first).as_ptr());
                    space.end.set(Block::cell(block, end).as_ptr());
                }
                let bytes = (end - first) * space.cell_size;
                self.total.set(self.total.get() + bytes as u64);
                self.count(bytes);
                return true;
            }
            space.cell.set(0);
            space.cursor.set(space.cursor.get() + 1);
            if space.cursor.get() > blocks.len() {
                space.cursor.set(blocks.len());
                space.cell.set(usize::MAX);
                return false;
            }
        }
    }

    /// Gives a space a new block and makes it the hole.
    fn add_block(&self, space: &Space) -> Result<(), Fault> {
        self.check(BLOCK)?;
        let taken = self.chunks.borrow_mut().take();
        let (memory, chunk, fresh) = taken.ok_or_else(|| self.memory_fault())?;
        if fresh {
            self.block_bytes.set(self.block_bytes.get() + BLOCK);
            self.counters.peak.set(self.counters.peak.get().max(self.used()));
        }
        let cells = (BLOCK - FIRST_CELL) / space.cell_size;
        let block = memory.cast::<Block>();
        // SAFETY: the memory of a block of our own that nothing uses.
        unsafe {
            Block::initialise(
                block,
                Block {
                    heap: NonNull::from(self),
                    cell_size: space.cell_size as u32,
                    cells: cells as u32,
                    live: Cell::new(0),
                    chunk,
                    large: 0,
                },
            );
            if space.finalize {
                for number in 0..cells {
                    let free = Header::new(crate::object::kind::FREE, 0);
                    Block::cell(block, number).cast::<Header>().write(free);
                }
            }
            space.next.set(Block::cell(block, 0).as_ptr());
            space.end.set(Block::cell(block, cells).as_ptr());
        }
        let mut blocks = space.blocks.borrow_mut();
        blocks.push(block);
        space.cursor.set(blocks.len());
        space.cell.set(usize::MAX);
        let bytes = cells * space.cell_size;
        self.total.set(self.total.get() + bytes as u64);
        self.count(bytes);
        Ok(())
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
            Block::initialise(
                block,
                Block {
                    heap: NonNull::from(self),
                    cell_size: size.min(u32::MAX as usize) as u32,
                    cells: 1,
                    live: Cell::new(0),
                    chunk: 0,
                    large: size,
                },
            );
            self.large.borrow_mut().push(block);
            self.block_bytes.set(self.block_bytes.get() + layout.size());
            self.total.set(self.total.get() + layout.size() as u64);
            self.counters.peak.set(self.counters.peak.get().max(self.used()));
            self.count(layout.size());
            Ok(Block::cell(block, 0))
        }
    }

    /// An object with `extra` uninitialised bytes behind it.
    #[inline]
    pub(crate) fn make<T: Object>(&self, object: T, extra: usize) -> Result<NonNull<T>, Fault> {
        self.make_in(object, extra, T::FINALIZE)
    }

    /// [`Heap::make`], choosing whether dead ones are finalized.
    #[inline]
    pub(crate) fn make_in<T: Object>(
        &self,
        object: T,
        extra: usize,
        finalize: bool,
    ) -> Result<NonNull<T>, Fault> {
        // Large objects are all finalized alike, whatever the space.
        let cell = self.allocate(size_of::<T>() + extra, finalize)?.cast::<T>();
        // SAFETY: the cell is large enough, aligned to 16, and free.
        unsafe { cell.write(object) };
        Ok(cell)
    }

    /// The number of a new shape.
    pub(crate) fn new_shape_number(&self) -> Result<u32, Fault> {
        let number = self.next_shape.get();
        let next = number.checked_add(1);
        self.next_shape.set(next.ok_or_else(|| {
            Fault::value_error("Too many classes and fields were made. limit=4294967295")
        })?);
        Ok(number)
    }

    // ---- Stores -----------------------------------------------------------------------------

    /// Called after every store of a value into an object. The collector is not generational yet,
    /// so there is nothing to remember.
    #[inline(always)]
    pub(crate) fn write_barrier<T>(&self, _object: NonNull<T>, _value: u64) {}

    /// Panics if the value is an object of another isolate.
    #[inline]
    pub(crate) fn check_own(&self, value: u64) {
        if bits::is_object(value) {
            let object = crate::object::object_at(value);
            // SAFETY: values are alive, so their block is.
            let owner = unsafe { block_of(object.cast()).as_ref().heap };
            if !std::ptr::eq(owner.as_ptr(), self) {
                foreign_value();
            }
        }
    }
}

#[cold]
#[inline(never)]
fn foreign_value() -> ! {
    panic!("a value of one isolate was stored in another");
}
