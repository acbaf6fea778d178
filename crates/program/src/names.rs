//! Interned names: one number per distinct text.
//!
//! A front end looks up a name for nearly every second token, so this is made to touch little memory:
//! a lookup goes through a table of small entries, and an entry has all there is to know of a text of
//! up to eight bytes, as most names are. Of a longer one it has a hash, and the text itself stands with
//! all others in one string.

use std::hash::BuildHasher;
use std::ops::Range;

/// A name or string of a program: its number in the program's [`Interner`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub u32);

/// The texts behind [`Symbol`]s.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    /// All texts, one after the other.
    joined: String,
    /// Where each text begins in `joined`, and at last where the last one ends: empty or longer by
    /// one than there are texts.
    bounds: Vec<usize>,
    /// A hash table with open addressing: an entry is in the first free place from where its hash
    /// points to. The length is a power of two, and at least a quarter of it is free.
    table: Vec<Entry>,
    hasher: foldhash::fast::RandomState,
}

/// Texts of at most so many bytes are told apart by their keys and lengths.
const SHORT: usize = 8;

/// A place of the table.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    /// See [`Interner::key`].
    key: u64,
    /// Length of the text in bytes, or `u32::MAX` if it is more.
    length: u32,
    /// The symbol's number plus one; 0 if the place is free.
    number: u32,
}

impl Interner {
    /// The symbol of a text, new or known.
    ///
    /// ```
    /// let mut names = sox_program::Interner::default();
    /// let x = names.intern("x");
    /// assert_eq!(names.intern("x"), x);
    /// assert_eq!(names.text(x), "x");
    /// ```
    ///
    /// # Panics
    /// If there are 2^32 - 1 texts already.
    pub fn intern(&mut self, text: &str) -> Symbol {
        let key = self.key(text);
        self.place(text, key).unwrap_or_else(|_| self.add(text, key))
    }

    /// The symbol of a part of a text: the same as that of the part alone, found faster if it is
    /// short and known, and more of the text follows.
    ///
    /// # Panics
    /// If the range is none of the text, or cuts a character.
    #[inline]
    pub fn intern_part(&mut self, text: &str, part: Range<usize>) -> Symbol {
        let length = part.len();
        let eight = text.as_bytes().get(part.start..).and_then(|rest| rest.first_chunk());
        if let Some(&eight) = eight
            && (1..=SHORT).contains(&length)
        {
            // No look at how long it is: its key is what remains of eight bytes.
            let key = u64::from_le_bytes(eight) & (u64::MAX >> (64 - 8 * length));
            let known = self.search(key, |entry, _| entry.length == length as u32);
            return known.unwrap_or_else(|_| self.add(&text[part], key));
        }
        self.intern(&text[part])
    }

    /// The symbol of a text, if it was interned.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        self.place(text, self.key(text)).ok()
    }

    /// The text of a symbol of this interner.
    pub fn text(&self, symbol: Symbol) -> &str {
        let index = symbol.0 as usize;
        &self.joined[self.bounds[index]..self.bounds[index + 1]]
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.bounds.len().saturating_sub(1)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.bounds.is_empty()
    }

    /// What a text is known by in the table: of a short one its bytes, the first one lowest, so that no
    /// other of its length has this key, else a hash.
    #[inline]
    fn key(&self, text: &str) -> u64 {
        let bytes = text.as_bytes();
        match (bytes, bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            (_, Some(&first), Some(&last)) if bytes.len() <= SHORT => {
                let shift = 8 * (bytes.len() - last.len());
                u64::from(u32::from_le_bytes(first)) | u64::from(u32::from_le_bytes(last)) << shift
            }
            (_, Some(_), _) => self.hasher.hash_one(bytes),
            _ => bytes.iter().rev().fold(0, |key, &byte| key << 8 | u64::from(byte)),
        }
    }

    /// The symbol of a text with this key, or the free place for it in the table.
    #[inline]
    fn place(&self, text: &str, key: u64) -> Result<Symbol, usize> {
        let length = entry_length(text);
        self.search(key, |entry, symbol| {
            entry.length == length && (text.len() <= SHORT || self.text(symbol) == text)
        })
    }

    /// The symbol of the entry with this key that is the one looked for, or the free place for it.
    #[inline]
    fn search(&self, key: u64, is_it: impl Fn(&Entry, Symbol) -> bool) -> Result<Symbol, usize> {
        let mask = self.table.len().wrapping_sub(1);
        let mut place = self.hasher.hash_one(key) as usize & mask;
        // Only a table that is empty as a whole has no such place.
        while let Some(entry) = self.table.get(place) {
            let symbol = Symbol(entry.number.wrapping_sub(1));
            if entry.key == key && entry.number != 0 && is_it(entry, symbol) {
                return Ok(symbol);
            }
            if entry.number == 0 {
                break;
            }
            place = (place + 1) & mask;
        }
        Err(place)
    }

    /// Adds a text that is new.
    #[cold]
    fn add(&mut self, text: &str, key: u64) -> Symbol {
        if 4 * (self.len() + 1) > 3 * self.table.len() {
            self.grow();
        }
        let number = u32::try_from(self.len() + 1).expect("fewer than 2^32 names");
        if self.bounds.is_empty() {
            self.bounds.push(0);
        }
        self.joined.push_str(text);
        self.bounds.push(self.joined.len());
        if let Err(free) = self.search(key, |_, _| false) {
            self.table[free] = Entry { key, length: entry_length(text), number };
        }
        Symbol(number - 1)
    }

    /// Doubles the table.
    #[cold]
    fn grow(&mut self) {
        let len = (2 * self.table.len()).max(64);
        let old = std::mem::replace(&mut self.table, vec![Entry::default(); len]);
        for entry in old.into_iter().filter(|entry| entry.number != 0) {
            let mut place = self.hasher.hash_one(entry.key) as usize & (len - 1);
            while self.table[place].number != 0 {
                place = (place + 1) & (len - 1);
            }
            self.table[place] = entry;
        }
    }
}

/// The length of a text as the table has it.
fn entry_length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_that_share_their_ends_are_told_apart() {
        let mut names = Interner::default();
        let texts = ["a", "aa", "aaa", "aaaa", "aaaaa", "aaaaaaaa", "aaaaaaaaa", "aba", "abcdabcd"];
        let zeros =
            ["\0", "\0\0", "\0\0\0", "\0\0\0\0", "\0\0\0\0\0", "abcd", "abcdeabcd", "", "ä"];
        let symbols: Vec<Symbol> =
            texts.iter().chain(&zeros).map(|text| names.intern(text)).collect();
        assert_eq!(symbols, (0..texts.len() as u32 + 9).map(Symbol).collect::<Vec<_>>());
        for (text, symbol) in texts.iter().chain(&zeros).zip(symbols) {
            assert_eq!((names.find(text), names.text(symbol)), (Some(symbol), *text));
            for more in ["", "a", "\0\0\0\0\0\0\0\0", "more of it"] {
                let whole = ["ä", text, more].concat();
                assert_eq!(names.intern_part(&whole, 2..2 + text.len()), symbol, "{whole:?}");
            }
        }
    }

    #[test]
    fn each_text_has_one_number_in_the_order_of_the_first_mention() {
        let mut names = Interner::default();
        assert_eq!((names.find("a"), names.is_empty()), (None, true));
        let texts: Vec<String> = (0..5_000).map(|n| format!("name{}", n * 7919)).collect();
        for (number, text) in (0..).zip(&texts) {
            assert_eq!(names.find(text), None);
            assert_eq!(names.intern(text), Symbol(number));
        }
        let empty = names.intern("");
        for (number, text) in (0..).zip(&texts) {
            assert_eq!(names.intern(text), Symbol(number));
            assert_eq!(names.find(text), Some(Symbol(number)));
            assert_eq!(names.text(Symbol(number)), text);
        }
        assert_eq!((names.text(empty), names.find(""), names.len()), ("", Some(empty), 5_001));
    }
}
