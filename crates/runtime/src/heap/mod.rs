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

mod account;
pub(crate) mod block;
mod buffers;
mod collect;
mod mark;
mod sweep;
mod system;

pub(crate) use block::block_of;
pub(crate) use buffers::good_size;
pub(crate) use mark::Marker;
pub(crate) use sweep::is_marked;

use crate::Fault;
use crate::bits;
use crate::hash::HashKeys;
use crate::object::{Header, Object, StringObject, kind};
use crate::stack::Attention;
use crate::strings::Interner;
use block::{BLOCK, Block, Chunks, FIRST_CELL, GRANULE, mark as marks};
use buffers::Buffers;
use std::alloc;
use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::sync::Arc;

/// The largest object that is put into a block with others.
pub(crate) const LARGEST_SMALL: usize = 2048;
/// What an isolate needs besides the account: code it touches, tables of functions, work lists.
const OWN_MEMORY: usize = 2 << 20;
/// The cell sizes.
const SIZES: [u16; 28] = [
    16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 320, 384, 448, 512,
    640, 768, 896, 1024, 1280, 1536, 1792, 2048,
];
/// Size in granules → index in [`SIZES`].
const SIZE_CLASS: [u8; LARGEST_SMALL / GRANULE + 1] = size_classes(&SIZES);

/// For each number of granules the index of the smallest size that holds them.
const fn size_classes<const N: usize>(sizes: &[u16]) -> [u8; N] {
    let mut table = [0; N];
    let (mut granules, mut class) = (0, 0);
    while granules < N {
        if granules * GRANULE > sizes[class] as usize {
            class += 1;
        }
        table[granules] = class as u8;
        granules += 1;
    }
    table
}

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
    buffers: Buffers,
    chunks: RefCell<Chunks>,
    large: RefCell<Vec<NonNull<Block>>>,
    /// Bytes of blocks ever touched, and of large objects.
    block_bytes: Cell<usize>,
    /// Bytes owned by objects outside the blocks and what was asked from the system.
    external: Cell<usize>,
    /// Bytes of the value stack that were touched.
    pub(crate) stack_bytes: Cell<usize>,
    /// Bytes allocated since the last collection; and how many until the next.
    allocated: Cell<usize>,
    budget: Cell<usize>,
    /// `usize::MAX`: none.
    limit: usize,
    /// The limit as it was asked for: with what the isolate itself needs.
    configured_limit: usize,
    /// The limit does not hold: the world is being set up.
    lenient: Cell<bool>,
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
        let configured_limit = config.max_memory.unwrap_or(usize::MAX);
        let limit = match configured_limit {
            usize::MAX => usize::MAX,
            bytes => bytes - OWN_MEMORY.min(bytes / 16),
        };
        Heap {
            spaces: [false, true]
                .map(|finalize| std::array::from_fn(|class| space(class, finalize))),
            buffers: Buffers::new(),
            chunks: RefCell::default(),
            large: RefCell::default(),
            block_bytes: Cell::new(0),
            external: Cell::new(0),
            stack_bytes: Cell::new(0),
            allocated: Cell::new(0),
            budget: Cell::new(LEAST_BUDGET.min(limit / 2)),
            limit,
            configured_limit,
            lenient: Cell::new(false),
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
                self.count((end - first) * space.cell_size);
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
        blocks.push(block);
        space.cursor.set(blocks.len());
        space.cell.set(usize::MAX);
        self.count(cells * space.cell_size);
        Ok(())
    }

    /// Blocks side by side, and their chunk. With `late` the limit is told at the next safepoint.
    fn take_blocks(&self, count: usize, late: bool) -> Result<(NonNull<u8>, u32), Fault> {
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

    fn block_header(&self, cell_size: usize, cells: usize, chunk: u32) -> Block {
        Block {
            heap: NonNull::from(self),
            cell_size: cell_size as u32,
            cells: cells as u32,
            live: Cell::new(0),
            chunk,
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
