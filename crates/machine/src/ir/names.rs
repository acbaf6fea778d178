//! Names and other byte strings, each stored once and known by number.

/// Number of a byte string in a [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(pub u32);

/// Byte strings in one buffer, found again by an open-addressing table of their numbers.
#[derive(Clone, Debug, Default)]
pub struct Names {
    bytes: Vec<u8>,
    /// End of each string in `bytes`; it starts where the one before ends.
    ends: Vec<u32>,
    /// Number of a string plus one, or zero; a power of two long and at most half full.
    table: Vec<u32>,
}

impl Names {
    /// The number of a string, which is stored if it is new.
    pub fn intern(&mut self, text: &[u8]) -> Name {
        if (self.ends.len() + 1) * 2 > self.table.len() {
            self.grow();
        }
        let at = self.find(text);
        if self.table[at] == 0 {
            self.bytes.extend_from_slice(text);
            self.ends.push(self.bytes.len() as u32);
            self.table[at] = self.ends.len() as u32;
        }
        Name(self.table[at] - 1)
    }

    /// The number of a string if it is stored.
    pub fn lookup(&self, text: &[u8]) -> Option<Name> {
        if self.table.is_empty() {
            return None;
        }
        self.table[self.find(text)].checked_sub(1).map(Name)
    }

    /// The string of a number.
    #[inline]
    pub fn get(&self, name: Name) -> &[u8] {
        let index = name.0 as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start as usize..self.ends[index] as usize]
    }

    /// How many strings there are; their numbers are below this.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The place in the table that holds the string or is free for it.
    fn find(&self, text: &[u8]) -> usize {
        let mask = self.table.len() - 1;
        let mut at = hash(text) as usize & mask;
        while self.table[at] != 0 && self.get(Name(self.table[at] - 1)) != text {
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        let size = (self.table.len() * 2).max(64);
        self.table.clear();
        self.table.resize(size, 0);
        for number in 0..self.ends.len() as u32 {
            let mut at = hash(self.get(Name(number))) as usize & (size - 1);
            while self.table[at] != 0 {
                at = (at + 1) & (size - 1);
            }
            self.table[at] = number + 1;
        }
    }
}

/// Multiply-and-fold over eight bytes at a time (as in wyhash); names are short.
fn hash(text: &[u8]) -> u64 {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut state = text.len() as u64 ^ K;
    let mut mix = |word: u64| {
        let product = u128::from(state ^ word) * u128::from(K ^ word.rotate_left(32));
        state = (product as u64) ^ (product >> 64) as u64;
    };
    let mut chunks = text.chunks_exact(8);
    for chunk in &mut chunks {
        mix(u64::from_le_bytes(chunk.try_into().expect("eight bytes")));
    }
    let mut tail = [0; 8];
    tail[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    mix(u64::from_le_bytes(tail));
    state ^ (state >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_has_one_number_and_a_number_one_string() {
        let mut names = Names::default();
        let texts: Vec<String> = (0..5000).map(|n| format!("{}{n}", "x".repeat(n % 13))).collect();
        let numbers: Vec<Name> = texts.iter().map(|text| names.intern(text.as_bytes())).collect();
        for (text, &number) in texts.iter().zip(&numbers) {
            assert_eq!(names.intern(text.as_bytes()), number);
            assert_eq!(names.lookup(text.as_bytes()), Some(number));
            assert_eq!(names.get(number), text.as_bytes());
        }
        assert_eq!(names.len(), 5000);
        assert_eq!(names.lookup(b"absent"), None);
        assert_eq!(names.intern(b""), names.intern(b""));
    }
}
