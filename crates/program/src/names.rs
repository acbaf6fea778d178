//! Interned names: one number per distinct text.
//!
//! A front end looks up a name for nearly every second token, so this is made to touch little memory:
//! all texts stand in one string, and a lookup goes through a table of small entries that know a part
//! of the hash. In most cases it reads one entry and compares one text.

use std::hash::{BuildHasher, Hasher};

/// A name or string of a program: its number in the program's [`Interner`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub u32);

/// The texts behind [`Symbol`]s.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    /// All texts, one after the other.
    joined: String,
    /// Where each text ends in `joined`; it begins where the one before ends.
    ends: Vec<usize>,
    /// A hash table with open addressing: an entry is in the first free place from where its hash
    /// points to. The length is a power of two, and at least a quarter of it is free.
    table: Vec<Entry>,
    hasher: foldhash::fast::RandomState,
}

/// A place of the table.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    /// The upper half of the hash.
    hash: u32,
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
        if 4 * (self.ends.len() + 1) > 3 * self.table.len() {
            self.grow();
        }
        let hash = self.hash(text);
        let place = match self.place(text, hash) {
            Ok(known) => return known,
            Err(free) => free,
        };
        let number = u32::try_from(self.ends.len() + 1).expect("fewer than 2^32 names");
        self.joined.push_str(text);
        self.ends.push(self.joined.len());
        self.table[place] = Entry { hash: (hash >> 32) as u32, number };
        Symbol(number - 1)
    }

    /// The symbol of a text, if it was interned.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        if self.table.is_empty() { None } else { self.place(text, self.hash(text)).ok() }
    }

    /// The text of a symbol of this interner.
    pub fn text(&self, symbol: Symbol) -> &str {
        let index = symbol.0 as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.joined[start..self.ends[index]]
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn hash(&self, text: &str) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(text.as_bytes());
        hasher.finish()
    }

    /// The symbol of a text, or the free place for it in the table, which is not empty.
    fn place(&self, text: &str, hash: u64) -> Result<Symbol, usize> {
        let mask = self.table.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let entry = self.table[place];
            if entry.number == 0 {
                return Err(place);
            }
            let symbol = Symbol(entry.number - 1);
            if entry.hash == (hash >> 32) as u32 && self.text(symbol) == text {
                return Ok(symbol);
            }
            place = (place + 1) & mask;
        }
    }

    /// Doubles the table.
    fn grow(&mut self) {
        let len = (2 * self.table.len()).max(64);
        self.table.clear();
        self.table.resize(len, Entry::default());
        for index in 0..self.ends.len() as u32 {
            let hash = self.hash(self.text(Symbol(index)));
            let mut place = hash as usize & (len - 1);
            while self.table[place].number != 0 {
                place = (place + 1) & (len - 1);
            }
            self.table[place] = Entry { hash: (hash >> 32) as u32, number: index + 1 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
