//! A small hash map from interned names to words: methods, transitions of shapes, members of the
//! built-in kinds.

use crate::object::StringObject;
use std::ptr::NonNull;

/// Keys are addresses of interned strings; nothing is ever removed.
#[derive(Default)]
pub(crate) struct PointerMap {
    /// A power of two of them, at most 3/4 in use.
    slots: Vec<(Option<NonNull<StringObject>>, u64)>,
    length: usize,
}

impl PointerMap {
    fn start(&self, key: NonNull<StringObject>) -> usize {
        let word = (key.as_ptr() as usize as u64 >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (word >> 32) as usize & (self.slots.len() - 1)
    }

    /// Where the key is, or where it would go. There is at least one slot.
    fn position(&self, key: NonNull<StringObject>) -> usize {
        let mut at = self.start(key);
        while let Some(found) = self.slots[at].0 {
            if found == key {
                break;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        at
    }

    pub(crate) fn get(&self, key: NonNull<StringObject>) -> Option<u64> {
        if self.slots.is_empty() {
            return None;
        }
        let (found, word) = self.slots[self.position(key)];
        found.map(|_| word)
    }

    pub(crate) fn insert(&mut self, key: NonNull<StringObject>, word: u64) {
        if (self.length + 1) * 4 > self.slots.len() * 3 {
            let capacity = (self.slots.len() * 2).max(4);
            let old = std::mem::replace(&mut self.slots, vec![(None, 0); capacity]);
            for (key, word) in old {
                if let Some(key) = key {
                    let at = self.position(key);
                    self.slots[at] = (Some(key), word);
                }
            }
        }
        let at = self.position(key);
        if self.slots[at].0.is_none() {
            self.length += 1;
        }
        self.slots[at] = (Some(key), word);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (NonNull<StringObject>, u64)> + '_ {
        self.slots.iter().filter_map(|&(key, word)| key.map(|key| (key, word)))
    }

    /// Bytes of memory held.
    pub(crate) fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<(Option<NonNull<StringObject>>, u64)>()
    }
}
