//! The heap: allocation, collection, and the account of memory.
//!
//! # Two generations without moving anything
//! Tracing everything that is alive costs as much as there is alive, and most of what a program
//! allocates is dead soon after. So most collections should look at what is new only. Objects never
//! move here (engines and generated code hold plain addresses), so there is no nursery to evacuate;
//! instead the mark bits *stick* (Demers et al., "Combining generational and conservative garbage
//! collection", 1990): a marked object has survived a collection and is *old*, an unmarked one is
//! *young*.
//!
//! * A **minor** collection leaves the marks as they are and marks from the roots. It stops wherever
//!   it meets a mark, so it traces young objects only. Whatever it does not reach among the young is
//!   freed; what it reaches is marked now, and thereby old.
//! * A **full** collection clears all marks first.
//!
//! A minor collection would miss a young object that only an old one refers to. So whoever stores a
//! reference into an object calls the *write barrier* ([`Heap::write_barrier`]): if the object is
//! old, it is put into the *remembered set*, whose objects the next minor collection traces as well
//! (`remember`). The header flag [`OLD`](crate::object::flags::OLD) says "old and not remembered",
//! so the barrier is one test of a byte that is near what was just written, and remembers an object
//! once between two collections.
//!
//! What a minor collection touches is in proportion to what was allocated since the last one: the
//! roots, the remembered objects, young objects that live, and the blocks that were allocated in. It
//! does not look at the other blocks, not even to sweep them. When the old generation has grown by
//! half since the last full collection, or very much was allocated since, or memory is short, the
//! next one is full (`collect`).
//!
//! Under stress, each minor collection is judged by an independent full marking, which must not
//! reach anything that the minor one left unmarked (`verify`): a barrier that is missing shows as
//! soon as it matters.
//!
//! # Allocation
//! Objects of up to [`LARGEST_SMALL`] bytes live in blocks of equal cells ([`block`]), one *space*
//! per cell size and per whether the collector must look at dead objects (because they own memory
//! outside). Allocation bumps a pointer through the holes between marked cells; the marks are the
//! free list (`space`). Larger objects have blocks of their own. Blocks without a live cell can be
//! used for any size again; after a full collection what is beyond a reserve goes back to the system.
//!
//! # Memory
//! The account holds the blocks that were touched, the memory objects own outside (exactly, with
//! both buffers while one grows) and the touched part of the value stack. An allocation that would
//! exceed the limit fails at once. So that garbage alone rarely gets there, the next collection is
//! due when half of what is left below the limit was allocated, and is a full one when little is
//! left; and the collector's own lists are bounded.

mod account;
pub(crate) mod block;
mod buffers;
mod collect;
mod mark;
mod pauses;
mod remember;
mod space;
mod sweep;
pub(crate) mod system;
mod verify;

pub(crate) use block::block_of;
pub(crate) use buffers::good_size;
pub(crate) use collect::Extent;
pub(crate) use mark::Marker;
pub(crate) use remember::{write_barrier, write_barrier_for_many};
pub(crate) use sweep::is_marked;

use crate::Fault;
use crate::bits;
use crate::hash::HashKeys;
use crate::object::{Object, StringObject};
use crate::stack::Attention;
use crate::strings::Interner;
use block::{BLOCK, Block, Chunks, GRANULE};
use buffers::Buffers;
use pauses::Pauses;
use remember::Remembered;
use space::Space;
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

/// The heap of an isolate.
pub(crate) struct Heap {
    spaces: [[Space; SIZES.len()]; 2],
    buffers: Buffers,
    chunks: RefCell<Chunks>,
    /// The blocks of large objects; the first `old_large` of them were there at the last collection.
    large: RefCell<Vec<NonNull<Block>>>,
    old_large: Cell<usize>,
    remembered: Remembered,
    /// Bytes of marked cells and large objects: those that survived the last collection.
    marked_bytes: Cell<usize>,
    /// Bytes of blocks ever touched, and of large objects.
    block_bytes: Cell<usize>,
    /// Bytes owned by objects outside the blocks and what was asked from the system.
    external: Cell<usize>,
    /// Bytes of the value stack that were touched.
    pub(crate) stack_bytes: Cell<usize>,
    /// Bytes allocated since the last collection; and how many until the next.
    allocated: Cell<usize>,
    budget: Cell<usize>,
    /// The next collection is full if this much is old by then, or this much was allocated in all;
    /// or in any case.
    full_at: Cell<usize>,
    full_at_total: Cell<u64>,
    full_next: Cell<bool>,
    /// `usize::MAX`: none.
    limit: usize,
    /// The limit as it was asked for: with what the isolate itself needs.
    configured_limit: usize,
    /// The limit does not hold: the world is being set up.
    lenient: Cell<bool>,
    /// An allocation that could not fail went over the limit: told at the next safepoint.
    over_limit: Cell<bool>,
    pub(crate) stress: bool,
    /// Flags that arrays and tables begin with: none, or that they are shared.
    pub(crate) new_containers: u8,
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
    pub(crate) minor: Cell<u64>,
    pub(crate) full: Cell<u64>,
    pub(crate) live: Cell<usize>,
    pub(crate) peak: Cell<usize>,
    /// Bytes of young objects that minor collections found alive.
    pub(crate) survived: Cell<u64>,
    /// Bytes that died, as of the last collection.
    pub(crate) freed: Cell<u64>,
    /// Bytes given back to the system.
    pub(crate) returned: Cell<u64>,
    pub(crate) pauses: RefCell<Pauses>,
}

impl Heap {
    pub(crate) fn new(config: &crate::Config, attention: Arc<Attention>) -> Heap {
        let configured_limit = config.max_memory.unwrap_or(usize::MAX);
        let limit = match configured_limit {
            usize::MAX => usize::MAX,
            bytes => bytes - OWN_MEMORY.min(bytes / 16),
        };
        Heap {
            spaces: [false, true].map(|finalize| {
                std::array::from_fn(|class| Space::new(SIZES[class] as usize, finalize))
            }),
            buffers: Buffers::new(),
            chunks: RefCell::default(),
            large: RefCell::default(),
            old_large: Cell::new(0),
            remembered: Remembered::default(),
            marked_bytes: Cell::new(0),
            block_bytes: Cell::new(0),
            external: Cell::new(0),
            stack_bytes: Cell::new(0),
            allocated: Cell::new(0),
            budget: Cell::new(collect::LEAST_BUDGET.min(limit / 2)),
            full_at: Cell::new(collect::LEAST_GROWTH),
            full_at_total: Cell::new((collect::TURNOVER * collect::LEAST_GROWTH) as u64),
            full_next: Cell::new(false),
            limit,
            configured_limit,
            lenient: Cell::new(false),
            over_limit: Cell::new(false),
            stress: config.gc_stress,
            new_containers: if config.copy_always { crate::object::flags::SHARED } else { 0 },
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

    /// To be called after every store of a value into an object.
    #[inline(always)]
    pub(crate) fn write_barrier<T>(&self, object: NonNull<T>, value: u64) {
        // SAFETY: whoever stores into an object has it alive.
        unsafe { write_barrier(object, value) }
    }

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
