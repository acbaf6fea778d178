//! The entries of a table: insertion-ordered open addressing.
//!
//! Entries stand in an array in order of insertion; an index of twice its size or more, probed
//! linearly, leads to them. A removed entry stays as a hole (its key becomes [`bits::EMPTY`]) until
//! the entries are compacted. Tables of a few entries have no index.
//!
//! # The index
//! A word of the index is 32 bits: the lower ones, as many as a position in the index has, are the
//! place of the entry plus one (0: free); the rest are those bits of the key's hash that the position
//! does not tell. So most probes that lead astray are known as such without a look at the entry, and
//! the index of a large table is small: looking keys up in it is mostly waiting for memory.
//!
//! # Positions
//! An iterator holds a *position*: the number, counted over the life of the table, of the insertion
//! to look at next. Entries are in order of these numbers, and as long as no hole was squeezed out
//! the number is the place in the array. From the first compaction that removes holes on, the numbers
//! stand in an array of their own, and the place of a position is found by binary search (with the
//! last answer as a hint, so walking is constant time a step). So a position survives everything: an
//! iterator sees each entry that is there when it comes by once, and never skips one.

use super::key::{hash, is_string, is_text, normal_key};
use crate::Fault;
use crate::bits;
use crate::heap::Heap;
use crate::strings;
use crate::value::Str;
use std::cell::Cell;

/// A key and its value.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Entry {
    pub(crate) key: u64,
    pub(crate) value: u64,
}

/// Up to so many entries are searched one by one.
pub(super) const SMALL: usize = 8;

/// The entries of a table and their index. What it points to is its own.
#[repr(C)]
pub(crate) struct Store {
    /// `capacity` of them, the first `used` initialised.
    pub(super) entries: Cell<*mut Entry>,
    /// The index; null in small tables.
    pub(super) index: Cell<*mut u32>,
    /// The insertion numbers of the entries (`capacity` of them), or null while they are the places.
    pub(super) numbers: Cell<*mut u64>,
    pub(super) capacity: Cell<u32>,
    /// Entries and holes.
    pub(super) used: Cell<u32>,
    /// Entries.
    pub(super) live: Cell<u32>,
    /// Index mask: a power of two minus one.
    pub(super) mask: Cell<u32>,
    /// No entry is before this place.
    pub(super) first: Cell<u32>,
    /// The place of a position that is likely asked for next: `hint_number`.
    pub(super) hint_place: Cell<u32>,
    pub(super) hint_number: Cell<u64>,
    /// The number of the next insertion.
    pub(super) next_number: Cell<u64>,
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
    pub(super) unsafe fn entry(&self, place: usize) -> *mut Entry {
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

    /// The place of the entry whose key `matches`, given the hash of the key that is looked for
    /// (which is only asked for if there is an index); or where the index is free for such an entry.
    ///
    /// # Safety
    /// The keys of the table are alive.
    #[inline(always)]
    unsafe fn find(
        &self,
        hash: impl FnOnce() -> u32,
        matches: impl Fn(u64) -> bool,
    ) -> Result<usize, usize> {
        // SAFETY: the caller's promise; places in the index are below `used`; the index is never
        // full, so the search ends.
        unsafe {
            let index = self.index.get();
            if index.is_null() {
                return (self.first.get() as usize..self.used.get() as usize)
                    .find(|&place| matches((*self.entry(place)).key))
                    .ok_or(0);
            }
            let (hash, mask) = (hash(), self.mask.get());
            let mut at = (hash & mask) as usize;
            loop {
                let word = index.add(at).read();
                if word == 0 {
                    return Err(at);
                }
                if (word ^ hash) & !mask == 0 {
                    let place = (word & mask) as usize - 1;
                    if matches((*self.entry(place)).key) {
                        return Ok(place);
                    }
                }
                at = (at + 1) & mask as usize;
            }
        }
    }

    /// [`Store::find`] for a normal key.
    ///
    /// # Safety
    /// Keys of the table and the key are alive, and of this heap.
    #[inline(always)]
    unsafe fn find_key(&self, heap: &Heap, key: u64) -> Result<usize, usize> {
        // SAFETY: the caller's promise.
        unsafe {
            if bits::is_number(key) {
                self.find(|| heap.hash.number(f64::from_bits(key)), |other| other == key)
            } else {
                self.find_object(heap, key)
            }
        }
    }

    /// [`Store::find_key`] for keys that are no numbers.
    ///
    /// # Safety
    /// As [`Store::find_key`].
    #[inline(never)]
    unsafe fn find_object(&self, heap: &Heap, key: u64) -> Result<usize, usize> {
        // SAFETY: the caller's promise.
        unsafe {
            if !is_string(key) {
                return self.find(|| heap.hash.word(key), |other| other == key);
            }
            let hash = strings::hash_of(heap, Str::from_bits(key).object());
            self.find(|| hash, |other| is_text(other, hash, Some(key), ""))
        }
    }

    /// The value of a key.
    ///
    /// # Safety
    /// Keys of the table and the key are alive, and of this heap.
    #[inline(always)]
    pub(crate) unsafe fn get(&self, heap: &Heap, key: u64) -> Option<u64> {
        // SAFETY: the caller's promise.
        unsafe {
            let key = normal_key(key).ok()?;
            let place = self.find_key(heap, key).ok()?;
            Some((*self.entry(place)).value)
        }
    }

    /// The value of a key that is a text.
    ///
    /// # Safety
    /// Keys of the table are alive.
    pub(super) unsafe fn get_str(&self, heap: &Heap, text: &str) -> Option<u64> {
        let hash = heap.hash.bytes(text.as_bytes());
        // SAFETY: the caller's promise.
        unsafe {
            let place = self.find(|| hash, |key| is_text(key, hash, None, text)).ok()?;
            Some((*self.entry(place)).value)
        }
    }

    /// Sets the value of a key.
    ///
    /// # Safety
    /// Keys of the table, key and value are alive, and of this heap.
    #[inline(always)]
    pub(crate) unsafe fn set(&self, heap: &Heap, key: u64, value: u64) -> Result<(), Fault> {
        // SAFETY: the caller's promise.
        unsafe {
            let key = normal_key(key)?;
            if is_string(key) {
                // Keys are flat, so that comparing them allocates nothing.
                strings::flatten(heap, Str::from_bits(key).object(), false)?;
            }
            match self.find_key(heap, key) {
                Ok(place) => {
                    (*self.entry(place)).value = value;
                    Ok(())
                }
                Err(free) => self.insert(heap, key, value, free),
            }
        }
    }

    /// Adds an entry whose key is not in the table; the index is free for it at `free`.
    ///
    /// # Safety
    /// As [`Store::set`].
    #[inline(never)]
    unsafe fn insert(&self, heap: &Heap, key: u64, value: u64, free: usize) -> Result<(), Fault> {
        // SAFETY: the caller's promise; room is made before anything is written.
        unsafe {
            let place = if self.used.get() == self.capacity.get() {
                self.make_room(heap)?;
                let place = self.used.get() as usize;
                if !self.index.get().is_null() {
                    self.put_index(hash(heap, key), place);
                }
                place
            } else {
                let place = self.used.get() as usize;
                if !self.index.get().is_null() {
                    let word = self.index_word(hash(heap, key), place);
                    self.index.get().add(free).write(word);
                }
                place
            };
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

    /// What the index holds for a place.
    #[inline(always)]
    fn index_word(&self, hash: u32, place: usize) -> u32 {
        hash & !self.mask.get() | (place as u32 + 1)
    }

    /// Enters a place into the index, which has a free word.
    ///
    /// # Safety
    /// There is an index.
    #[inline(always)]
    pub(super) unsafe fn put_index(&self, hash: u32, place: usize) {
        let mask = self.mask.get() as usize;
        let mut at = hash as usize & mask;
        // SAFETY: `at` stays below the size of the index.
        unsafe {
            while self.index.get().add(at).read() != 0 {
                at = (at + 1) & mask;
            }
            self.index.get().add(at).write(self.index_word(hash, place));
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
            let place = self.find_key(heap, key).ok()?;
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

    /// The insertion number of a place below `used`; of `used` itself, of the next insertion.
    pub(super) fn number(&self, place: usize) -> u64 {
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
}
