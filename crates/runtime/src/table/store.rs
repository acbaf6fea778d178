//! The entries of a table: insertion-ordered open addressing.
//!
//! Entries stand in an array in order of insertion; an index of twice its size or more, probed
//! linearly, holds hash and place of each. A removed entry stays as a hole (its key becomes
//! [`bits::EMPTY`]) until the entries are compacted. Tables of a few entries have no index.
//!
//! # Positions
//! An iterator holds a *position*: the number, counted over the life of the table, of the insertion
//! to look at next. Entries are in order of these numbers, and as long as no hole was squeezed out
//! the number is the place in the array. From the first compaction that removes holes on, the numbers
//! stand in an array of their own, and the place of a position is found by binary search (with the
//! last answer as a hint, so walking is constant time a step). So a position survives everything: an
//! iterator sees each entry that is there when it comes by once, and never skips one.

use crate::Fault;
use crate::bits;
use crate::heap::Heap;
use crate::object::{header_of, kind};
use crate::strings;
use crate::value::Str;
use std::alloc::Layout;
use std::cell::Cell;
use std::ptr::NonNull;

/// A key and its value.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Entry {
    pub(crate) key: u64,
    pub(crate) value: u64,
}

/// Up to so many entries are searched one by one.
const SMALL: usize = 8;
/// Entries a table has room for at most.
const MOST_ENTRIES: usize = 1 << 30;

/// The entries of a table and their index. What it points to is its own.
#[repr(C)]
pub(crate) struct Store {
    /// `capacity` of them, the first `used` initialised.
    entries: Cell<*mut Entry>,
    /// `index_size` words: hash in the upper half, place + 1 in the lower; 0 is free. Null in small
    /// tables.
    index: Cell<*mut u64>,
    /// The insertion numbers of the entries (`capacity` of them), or null while they are the places.
    numbers: Cell<*mut u64>,
    capacity: Cell<u32>,
    /// Entries and holes.
    used: Cell<u32>,
    /// Entries.
    live: Cell<u32>,
    /// Index mask: a power of two minus one.
    mask: Cell<u32>,
    /// No entry is before this place.
    first: Cell<u32>,
    /// The place of a position that is likely asked for next: `hint_number`.
    hint_place: Cell<u32>,
    hint_number: Cell<u64>,
    /// The number of the next insertion.
    next_number: Cell<u64>,
}

fn layout<T>(count: usize) -> Layout {
    // Counts are below 2^32, so this is a valid layout.
    Layout::array::<T>(count).unwrap_or(Layout::new::<T>())
}

/// A key as it is compared: `-0` is `0`. Nil and NaN are refused.
#[inline]
fn normal_key(key: u64) -> Result<u64, Fault> {
    if bits::is_number(key) {
        let number = f64::from_bits(key);
        if number.is_nan() {
            return Err(Fault::value_error("Table key can't be nan."));
        }
        // -0 + 0 is 0, and other numbers stay.
        return Ok((number + 0.0).to_bits());
    }
    match key {
        bits::NIL | bits::UNSET => Err(Fault::value_error("Table key can't be nil.")),
        _ => Ok(key),
    }
}

/// What is compared with the keys of a table.
#[derive(Clone, Copy)]
enum Probe<'a> {
    /// Equal means the same bits.
    Word(u64),
    /// The text decides; `bits` are those of the string.
    Text { bits: u64, hash: u32 },
    /// A text that is no object.
    Raw { text: &'a str, hash: u32 },
}

impl Probe<'_> {
    /// # Safety
    /// The key is alive.
    unsafe fn new(heap: &Heap, key: u64) -> Probe<'static> {
        // SAFETY: the caller's promise.
        unsafe {
            if bits::is_object(key) && header_of(key).kind.get() == kind::STRING {
                let hash = strings::hash_of(heap, Str::from_bits(key).object());
                return Probe::Text { bits: key, hash };
            }
        }
        Probe::Word(key)
    }

    fn hash(self, heap: &Heap) -> u32 {
        match self {
            Probe::Word(word) => heap.hash.word(word),
            Probe::Text { hash, .. } | Probe::Raw { hash, .. } => hash,
        }
    }

    /// # Safety
    /// The key of an entry is alive, or a hole.
    #[inline]
    unsafe fn matches(self, key: u64) -> bool {
        match self {
            Probe::Word(word) => key == word,
            Probe::Text { bits: own, hash } => {
                if own == key {
                    return true;
                }
                // SAFETY: both are alive; keys that are strings have their hash.
                unsafe {
                    is_string(key) && {
                        let (a, b) = (Str::from_bits(own), Str::from_bits(key));
                        b.object_ref().hash.get() == hash && strings::equal(a.object(), b.object())
                    }
                }
            }
            Probe::Raw { text, hash } => {
                // SAFETY: as above.
                unsafe {
                    is_string(key) && {
                        let string = Str::from_bits(key);
                        string.object_ref().hash.get() == hash && string.text() == text
                    }
                }
            }
        }
    }
}

/// # Safety
/// The value is alive.
unsafe fn is_string(value: u64) -> bool {
    // SAFETY: the caller's promise.
    bits::is_object(value) && unsafe { header_of(value) }.kind.get() == kind::STRING
}

impl Store {
    pub(super) const fn new() -> Store {
        Store {
            entries: Cell::new(std::ptr::null_mut()),
            index: Cell::new(std::ptr::null_mut()),
            numbers: Cell::new(std::ptr::null_mut()),
            capacity: Cell::new(0),
            used: Cell::new(0),
            live: Cell::new(0),
            mask: Cell::new(0),
            first: Cell::new(0),
            hint_place: Cell::new(0),
            hint_number: Cell::new(0),
            next_number: Cell::new(0),
        }
    }

    /// How many entries there are.
    pub(crate) fn live(&self) -> usize {
        self.live.get() as usize
    }

    /// # Safety
    /// The place is below `used`.
    #[inline]
    unsafe fn entry(&self, place: usize) -> *mut Entry {
        debug_assert!(place < self.used.get() as usize);
        // SAFETY: the caller's promise.
        unsafe { self.entries.get().add(place) }
    }

    /// The entries that are not holes. The table must not change meanwhile.
    pub(crate) fn live_entries(&self) -> impl Iterator<Item = Entry> + '_ {
        (self.first.get() as usize..self.used.get() as usize)
            // SAFETY: the places are below `used`.
            .map(|place| unsafe { self.entry(place).read() })
            .filter(|entry| entry.key != bits::EMPTY)
    }

    /// The place of a key.
    ///
    /// # Safety
    /// The keys of the table are alive.
    #[inline]
    unsafe fn find(&self, heap: &Heap, probe: Probe<'_>) -> Option<usize> {
        // SAFETY: the caller's promise; places in the index are below `used`; the index is never
        // full, so the search ends.
        unsafe {
            if self.index.get().is_null() {
                return (self.first.get() as usize..self.used.get() as usize)
                    .find(|&place| probe.matches((*self.entry(place)).key));
            }
            let hash = probe.hash(heap);
            let mask = self.mask.get() as usize;
            let mut at = hash as usize & mask;
            loop {
                let word = self.index.get().add(at).read();
                if word == 0 {
                    return None;
                }
                if (word >> 32) as u32 == hash {
                    let place = word as u32 as usize - 1;
                    if probe.matches((*self.entry(place)).key) {
                        return Some(place);
                    }
                }
                at = (at + 1) & mask;
            }
        }
    }

    /// The value of a key.
    ///
    /// # Safety
    /// Keys of the table and the key are alive, and of this heap.
    pub(crate) unsafe fn get(&self, heap: &Heap, key: u64) -> Option<u64> {
        // SAFETY: the caller's promise.
        unsafe {
            let key = normal_key(key).ok()?;
            let place = self.find(heap, Probe::new(heap, key))?;
            Some((*self.entry(place)).value)
        }
    }

    /// The value of a key that is a text.
    ///
    /// # Safety
    /// Keys of the table are alive.
    pub(super) unsafe fn get_str(&self, heap: &Heap, text: &str) -> Option<u64> {
        let probe = Probe::Raw { text, hash: heap.hash.bytes(text.as_bytes()) };
        // SAFETY: the caller's promise.
        unsafe { self.find(heap, probe).map(|place| (*self.entry(place)).value) }
    }

    /// Sets the value of a key.
    ///
    /// # Safety
    /// Keys of the table, key and value are alive, and of this heap.
    pub(super) unsafe fn set(&self, heap: &Heap, key: u64, value: u64) -> Result<(), Fault> {
        // SAFETY: the caller's promise; room is made before anything is written.
        unsafe {
            let key = normal_key(key)?;
            if is_string(key) {
                // Keys are flat, so that comparing them allocates nothing.
                strings::flatten(heap, Str::from_bits(key).object(), false)?;
            }
            let probe = Probe::new(heap, key);
            if let Some(place) = self.find(heap, probe) {
                (*self.entry(place)).value = value;
                return Ok(());
            }
            if self.used.get() == self.capacity.get() {
                self.make_room(heap)?;
            }
            let place = self.used.get() as usize;
            if !self.index.get().is_null() {
                self.put_index(probe.hash(heap), place);
            }
            if !self.numbers.get().is_null() {
                self.numbers.get().add(place).write(self.next_number.get());
            }
            self.used.set(place as u32 + 1);
            self.entry(place).write(Entry { key, value });
            self.live.set(self.live.get() + 1);
            self.next_number.set(self.next_number.get() + 1);
            Ok(())
        }
    }

    /// Enters a place into the index, which has a free slot.
    ///
    /// # Safety
    /// There is an index.
    unsafe fn put_index(&self, hash: u32, place: usize) {
        let mask = self.mask.get() as usize;
        let mut at = hash as usize & mask;
        // SAFETY: `at` stays below the size of the index.
        unsafe {
            while self.index.get().add(at).read() != 0 {
                at = (at + 1) & mask;
            }
            self.index.get().add(at).write((hash as u64) << 32 | (place as u64 + 1));
        }
    }

    /// Takes a key away and gives its value.
    ///
    /// # Safety
    /// As [`Store::get`].
    pub(super) unsafe fn remove(&self, heap: &Heap, key: u64) -> Option<u64> {
        // SAFETY: the caller's promise.
        unsafe {
            let key = normal_key(key).ok()?;
            let place = self.find(heap, Probe::new(heap, key))?;
            let entry = self.entry(place);
            let value = (*entry).value;
            entry.write(Entry { key: bits::EMPTY, value: bits::NIL });
            self.live.set(self.live.get() - 1);
            self.skip_holes();
            let (live, capacity) = (self.live.get() as usize, self.capacity.get() as usize);
            if capacity > 4 * SMALL && live < capacity / 8 {
                // Without memory for the smaller arrays the large ones stay.
                let _ = self.rebuild(heap, (2 * live).max(SMALL));
            }
            Some(value)
        }
    }

    /// Moves `first` over holes.
    ///
    /// # Safety
    /// None but that the store is alive.
    unsafe fn skip_holes(&self) {
        let mut first = self.first.get() as usize;
        // SAFETY: the places are below `used`.
        while first < self.used.get() as usize && unsafe { (*self.entry(first)).key } == bits::EMPTY
        {
            first += 1;
        }
        self.first.set(first as u32);
    }

    /// Makes room for an entry: by squeezing out holes if they are many, by growing otherwise.
    ///
    /// # Safety
    /// Keys of the table are alive.
    unsafe fn make_room(&self, heap: &Heap) -> Result<(), Fault> {
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
        unsafe { self.rebuild(heap, larger) }
    }

    /// Copies the entries that are not holes to new arrays of this capacity, with a new index.
    ///
    /// # Safety
    /// Keys of the table are alive; the capacity suffices.
    unsafe fn rebuild(&self, heap: &Heap, capacity: usize) -> Result<(), Fault> {
        let (live, used) = (self.live.get() as usize, self.used.get() as usize);
        debug_assert!(live <= capacity);
        let numbered = !self.numbers.get().is_null() || live < used;
        let index_size = if capacity > SMALL { (2 * capacity).next_power_of_two() } else { 0 };
        let bytes = capacity * (size_of::<Entry>() + if numbered { 8 } else { 0 }) + index_size * 8;
        heap.check(bytes)?;
        let entries = heap.external_alloc(layout::<Entry>(capacity))?.cast::<Entry>();
        // After the check only the system can refuse; then what was taken stays with the table.
        let numbers = match numbered {
            true => heap.external_alloc(layout::<u64>(capacity)),
            false => Ok(NonNull::dangling()),
        };
        let index = match index_size > 0 {
            true => heap.external_alloc_zeroed(layout::<u64>(index_size)),
            false => Ok(NonNull::dangling()),
        };
        let (numbers, index) = match (numbers, index) {
            (Ok(numbers), Ok(index)) => (numbers.cast::<u64>(), index.cast::<u64>()),
            (numbers, index) => {
                // SAFETY: allocated just above with these layouts.
                unsafe {
                    heap.external_free(entries.cast(), layout::<Entry>(capacity));
                    if let (Ok(numbers), true) = (&numbers, numbered) {
                        heap.external_free(*numbers, layout::<u64>(capacity));
                    }
                    if let (Ok(index), true) = (&index, index_size > 0) {
                        heap.external_free(*index, layout::<u64>(index_size));
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
            self.free_arrays(heap);
            self.entries.set(entries.as_ptr());
            self.numbers.set(if numbered { numbers.as_ptr() } else { std::ptr::null_mut() });
            self.index.set(if index_size > 0 { index.as_ptr() } else { std::ptr::null_mut() });
            self.capacity.set(capacity as u32);
            self.used.set(live as u32);
            self.first.set(0);
            self.mask.set((index_size as u32).wrapping_sub(1));
            self.hint_place.set(0);
            self.hint_number.set(0);
            if index_size > 0 {
                for place in 0..live {
                    let probe = Probe::new(heap, (*self.entry(place)).key);
                    self.put_index(probe.hash(heap), place);
                }
            }
        }
        Ok(())
    }

    /// The insertion number of a place below `used`; of `used` itself, of the next insertion.
    fn number(&self, place: usize) -> u64 {
        if place >= self.used.get() as usize {
            return self.next_number.get();
        }
        if self.numbers.get().is_null() {
            return place as u64;
        }
        // SAFETY: the place is below `used`.
        unsafe { self.numbers.get().add(place).read() }
    }

    /// The first place whose number is at least this.
    fn place_of(&self, number: u64) -> usize {
        let used = self.used.get() as usize;
        if self.numbers.get().is_null() {
            return number.min(used as u64) as usize;
        }
        if number == self.hint_number.get() {
            return self.hint_place.get() as usize;
        }
        let (mut low, mut high) = (0, used);
        while low < high {
            let middle = (low + high) / 2;
            if self.number(middle) < number { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The first entry at or after a position, with the position behind it.
    pub(super) fn entry_from(&self, position: u64) -> Option<(u64, Entry)> {
        let mut place = self.place_of(position).max(self.first.get() as usize);
        while place < self.used.get() as usize {
            // SAFETY: the place is below `used`.
            let entry = unsafe { self.entry(place).read() };
            if entry.key != bits::EMPTY {
                let next = self.number(place) + 1;
                self.hint_place.set(place as u32 + 1);
                self.hint_number.set(next);
                return Some((next, entry));
            }
            place += 1;
        }
        None
    }

    /// # Safety
    /// The arrays are not used any more.
    unsafe fn free_arrays(&self, heap: &Heap) {
        let capacity = self.capacity.get() as usize;
        // SAFETY: the layouts they were made with.
        unsafe {
            if let Some(entries) = NonNull::new(self.entries.get()) {
                heap.external_free(entries.cast(), layout::<Entry>(capacity));
            }
            if let Some(numbers) = NonNull::new(self.numbers.get()) {
                heap.external_free(numbers.cast(), layout::<u64>(capacity));
            }
            if let Some(index) = NonNull::new(self.index.get()) {
                let size = self.mask.get() as usize + 1;
                heap.external_free(index.cast(), layout::<u64>(size));
            }
        }
    }

    /// Gives back what a dead table owns.
    ///
    /// # Safety
    /// The table is dead and not released yet.
    pub(crate) unsafe fn release(&self, heap: &Heap) {
        // SAFETY: the caller's promise.
        unsafe { self.free_arrays(heap) }
    }
}
