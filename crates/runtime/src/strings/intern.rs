//! The table of interned strings: one object per text. It keeps nothing alive: the collector
//! removes what it did not reach.

use super::{StringObject, hash_of};
use crate::Fault;
use crate::heap::{Heap, is_marked};
use crate::object::flags;
use std::cell::RefCell;
use std::ptr::NonNull;

/// Open addressing by the hash of the text; at most 3/4 full.
#[derive(Default)]
pub(crate) struct Interner {
    table: RefCell<Slots>,
}

#[derive(Default)]
struct Slots {
    slots: Vec<Option<NonNull<StringObject>>>,
    length: usize,
    /// The strings that were interned since the last collection.
    young: Vec<NonNull<StringObject>>,
}

impl Slots {
    /// The place of the text, or where it would go. There is at least one free slot.
    fn position(&self, hash: u32, text: &[u8]) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while let Some(string) = self.slots[at] {
            // SAFETY: dead strings are removed before they are freed; interned ones are flat.
            let found = unsafe {
                let string = string.as_ref();
                string.hash.get() == hash
                    && std::slice::from_raw_parts(string.data.get(), string.length as usize) == text
            };
            if found {
                break;
            }
            at = (at + 1) & mask;
        }
        at
    }

    /// Takes a string out, and moves those behind it that would not be found any more over the gap.
    ///
    /// # Safety
    /// The string is in the table, and none of those in it was freed.
    unsafe fn remove(&mut self, string: NonNull<StringObject>) {
        let mask = self.slots.len() - 1;
        // SAFETY: the caller's promise.
        let home = |string: NonNull<StringObject>| unsafe { string.as_ref() }.hash.get() as usize;
        let mut gap = home(string) & mask;
        while self.slots[gap] != Some(string) {
            gap = (gap + 1) & mask;
        }
        let mut at = gap;
        loop {
            at = (at + 1) & mask;
            let Some(next) = self.slots[at] else { break };
            // It may move if its way from home leads over the gap.
            if (at.wrapping_sub(home(next)) & mask) >= (at.wrapping_sub(gap) & mask) {
                self.slots[gap] = Some(next);
                gap = at;
            }
        }
        self.slots[gap] = None;
        self.length -= 1;
    }

    /// Puts the strings into a table of this many slots.
    fn rebuild(&mut self, capacity: usize) {
        let old = std::mem::replace(&mut self.slots, vec![None; capacity]);
        let mask = capacity - 1;
        for string in old.into_iter().flatten() {
            // SAFETY: as above.
            let mut at = unsafe { string.as_ref() }.hash.get() as usize & mask;
            while self.slots[at].is_some() {
                at = (at + 1) & mask;
            }
            self.slots[at] = Some(string);
        }
    }
}

impl Interner {
    /// The string with this text, made by `make` if there is none.
    pub(crate) fn intern(
        &self,
        heap: &Heap,
        text: &str,
        make: impl FnOnce() -> Result<NonNull<StringObject>, Fault>,
    ) -> Result<NonNull<StringObject>, Fault> {
        let hash = heap.hash.bytes(text.as_bytes());
        let mut table = self.table.borrow_mut();
        if (table.length + 1) * 4 > table.slots.len() * 3 {
            let capacity = (table.slots.len() * 2).max(64);
            let size = size_of::<Option<NonNull<StringObject>>>();
            heap.check(capacity * size)?;
            heap.charge(capacity * size);
            heap.discharge(table.slots.len() * size);
            table.rebuild(capacity);
        }
        let at = table.position(hash, text.as_bytes());
        if let Some(string) = table.slots[at] {
            return Ok(string);
        }
        let string = make()?;
        // SAFETY: just made; its text is flat because it was given as one piece.
        unsafe {
            debug_assert_eq!(hash_of(heap, string), hash);
            let header = &string.as_ref().header;
            header.flags.set(header.flags.get() | flags::INTERNED);
            string.as_ref().hash.set(hash);
        }
        table.slots[at] = Some(string);
        table.length += 1;
        table.young.push(string);
        Ok(string)
    }

    /// The interned string with this text, if there is one.
    pub(crate) fn find(&self, hash: u32, text: &[u8]) -> Option<NonNull<StringObject>> {
        let table = self.table.borrow();
        if table.slots.is_empty() { None } else { table.slots[table.position(hash, text)] }
    }

    /// Forgets the strings that were not reached.
    ///
    /// # Safety
    /// Marking is complete and nothing was freed since.
    pub(crate) unsafe fn sweep(&self) {
        let mut table = self.table.borrow_mut();
        table.young.clear();
        let before = table.length;
        let mut kept = 0;
        for slot in &mut table.slots {
            // SAFETY: the caller's promise.
            *slot = slot.filter(|&string| unsafe { is_marked(string) });
            kept += slot.is_some() as usize;
        }
        table.length = kept;
        if kept < before {
            let capacity = table.slots.len();
            table.rebuild(capacity);
        }
    }
    /// [`Interner::sweep`] after a minor marking: looks at the strings that are new only.
    ///
    /// # Safety
    /// Marking is complete and nothing was freed since.
    pub(crate) unsafe fn sweep_young(&self) {
        let mut table = self.table.borrow_mut();
        for string in std::mem::take(&mut table.young) {
            // SAFETY: the caller's promise.
            unsafe {
                if !is_marked(string) {
                    table.remove(string);
                }
            }
        }
    }
}
