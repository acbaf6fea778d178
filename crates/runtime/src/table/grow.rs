//! Memory of a table's entries: growing, squeezing out holes, giving back.

use super::key::hash;
use super::store::{Entry, SMALL, Store};
use crate::Fault;
use crate::bits;
use crate::heap::Heap;
use std::alloc::Layout;
use std::ptr::{NonNull, null_mut};

/// Entries a table has room for at most.
const MOST_ENTRIES: usize = 1 << 30;

fn layout<T>(count: usize) -> Layout {
    // Counts are below 2^32, so this is a valid layout.
    Layout::array::<T>(count).unwrap_or(Layout::new::<T>())
}

/// Words of the index for so many entries: a power of two, or 0.
fn index_size(capacity: usize) -> usize {
    if capacity > SMALL { (2 * capacity).next_power_of_two() } else { 0 }
}

impl Store {
    /// Makes room for an entry: by squeezing out holes if they are many, by growing otherwise.
    ///
    /// # Safety
    /// Keys of the table are alive.
    pub(super) unsafe fn make_room(&self, heap: &Heap) -> Result<(), Fault> {
        let (live, capacity) = (self.live.get() as usize, self.capacity.get() as usize);
        let larger = match capacity {
            0 => 4,
            _ if live <= capacity - capacity / 4 && capacity > 4 => capacity,
            _ => 2 * capacity,
        };
        if larger > MOST_ENTRIES {
            return Err(Fault::value_error(format!("Table is too large. limit={MOST_ENTRIES}")));
        }
        // SAFETY: the caller's promise.
        unsafe {
            if live == self.used.get() as usize && self.numbers.get().is_null() && capacity > 0 {
                self.grow(heap, larger)
            } else {
                self.rebuild(heap, larger)
            }
        }
    }

    /// Gives the entries, of which none is a hole, more room where they are or elsewhere, and makes
    /// a new index. The old index goes first, so that there are never two.
    ///
    /// # Safety
    /// Keys of the table are alive; there are entries, and no numbers.
    unsafe fn grow(&self, heap: &Heap, capacity: usize) -> Result<(), Fault> {
        let index_size = index_size(capacity);
        heap.check(index_size * size_of::<u32>())?;
        // SAFETY: the layouts the arrays were made with; each is forgotten when it is given up.
        unsafe {
            let entries = NonNull::new_unchecked(self.entries.get().cast::<u8>());
            let (old, new) = (self.capacity.get() as usize, layout::<Entry>(capacity).size());
            let entries = heap.external_resize(entries, layout::<Entry>(old), new)?;
            self.entries.set(entries.as_ptr().cast());
            self.capacity.set(capacity as u32);
            self.free_index(heap);
            if index_size > 0 {
                // Should the system refuse, entries are searched one by one from now on.
                let index = heap.external_alloc_zeroed(layout::<u32>(index_size))?;
                self.set_index(heap, index.cast(), index_size);
            }
        }
        Ok(())
    }

    /// Makes this the index.
    ///
    /// # Safety
    /// It is zeroed, of the size for the capacity; there is no other one. Keys of the table are
    /// alive.
    unsafe fn set_index(&self, heap: &Heap, index: NonNull<u32>, size: usize) {
        self.index.set(index.as_ptr());
        self.mask.set(size as u32 - 1);
        for place in 0..self.used.get() as usize {
            // SAFETY: the places are below `used`; the index has room for them.
            unsafe { self.put_index(hash(heap, (*self.entry(place)).key), place) }
        }
    }

    /// Copies the entries that are not holes to new arrays of this capacity, with a new index.
    ///
    /// # Safety
    /// Keys of the table are alive; the capacity suffices.
    pub(super) unsafe fn rebuild(&self, heap: &Heap, capacity: usize) -> Result<(), Fault> {
        let (live, used) = (self.live.get() as usize, self.used.get() as usize);
        debug_assert!(live <= capacity);
        let numbered = !self.numbers.get().is_null() || live < used;
        let index_size = index_size(capacity);
        let bytes = capacity * (size_of::<Entry>() + if numbered { 8 } else { 0 }) + index_size * 4;
        heap.check(bytes)?;
        let entries = heap.external_alloc(layout::<Entry>(capacity))?.cast::<Entry>();
        // After the check only the system can refuse; then what was taken stays with the table.
        let numbers = match numbered {
            true => heap.external_alloc(layout::<u64>(capacity)),
            false => Ok(NonNull::dangling()),
        };
        let index = match index_size > 0 {
            true => heap.external_alloc_zeroed(layout::<u32>(index_size)),
            false => Ok(NonNull::dangling()),
        };
        let (numbers, index) = match (numbers, index) {
            (Ok(numbers), Ok(index)) => (numbers.cast::<u64>(), index.cast::<u32>()),
            (numbers, index) => {
                // SAFETY: allocated just above with these layouts.
                unsafe {
                    heap.external_free(entries.cast(), layout::<Entry>(capacity));
                    if let (Ok(numbers), true) = (&numbers, numbered) {
                        heap.external_free(*numbers, layout::<u64>(capacity));
                    }
                    if let (Ok(index), true) = (&index, index_size > 0) {
                        heap.external_free(*index, layout::<u32>(index_size));
                    }
                }
                return Err(heap.memory_fault());
            }
        };
        // SAFETY: the new arrays have room for the live entries; the old index is only read.
        unsafe {
            let mut place = 0;
            for old in self.first.get() as usize..used {
                let entry = self.entry(old).read();
                if entry.key != bits::EMPTY {
                    entries.add(place).write(entry);
                    if numbered {
                        numbers.add(place).write(self.number(old));
                    }
                    place += 1;
                }
            }
            debug_assert_eq!(place, live);
            self.release(heap);
            self.entries.set(entries.as_ptr());
            self.numbers.set(if numbered { numbers.as_ptr() } else { null_mut() });
            self.capacity.set(capacity as u32);
            self.used.set(live as u32);
            self.first.set(0);
            self.hint_place.set(0);
            self.hint_number.set(0);
            if index_size > 0 {
                self.set_index(heap, index, index_size);
            }
        }
        Ok(())
    }

    /// Gives back what the table owns: it is dead, or gets new arrays.
    ///
    /// # Safety
    /// The arrays are not used any more.
    pub(crate) unsafe fn release(&self, heap: &Heap) {
        let capacity = self.capacity.get() as usize;
        // SAFETY: the layouts they were made with.
        unsafe {
            if let Some(entries) = NonNull::new(self.entries.replace(null_mut())) {
                heap.external_free(entries.cast(), layout::<Entry>(capacity));
            }
            if let Some(numbers) = NonNull::new(self.numbers.replace(null_mut())) {
                heap.external_free(numbers.cast(), layout::<u64>(capacity));
            }
            self.free_index(heap);
        }
    }

    /// # Safety
    /// The index is not used any more.
    unsafe fn free_index(&self, heap: &Heap) {
        if let Some(index) = NonNull::new(self.index.replace(null_mut())) {
            let size = self.mask.get() as usize + 1;
            // SAFETY: the layout it was made with.
            unsafe { heap.external_free(index.cast(), layout::<u32>(size)) }
        }
    }
}
