//! Seeded hashes of table keys.
//!
//! Keys come from programs that may be hostile, so every kind of key is mixed with secret words of
//! the isolate: someone who does not know them cannot make keys that collide. The primitive is the
//! folded multiplication (the 128-bit product of two words, its halves xored), used twice on a
//! single word and once per 16 bytes of text.

use std::hash::{BuildHasher, Hasher};

/// Whole numbers whose hashes differ in place only: as many as words of a table's index are in a
/// line of a cache.
const NEIGHBOURS: i64 = 16;

/// The secret words of an isolate.
pub(crate) struct HashKeys {
    words: [u64; 6],
}

#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    product as u64 ^ (product >> 64) as u64
}

/// The finaliser of SplitMix64 over a counter: spreads one seed over several words.
fn spread(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut x = *state;
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

impl HashKeys {
    /// Words from this seed, or random ones.
    pub(crate) fn new(seed: Option<u64>) -> HashKeys {
        let mut words = [0; 6];
        match seed {
            Some(mut seed) => words.fill_with(|| spread(&mut seed)),
            None => {
                // The standard library's hasher is keyed by the system's random source.
                let random = std::collections::hash_map::RandomState::new();
                for (number, word) in words.iter_mut().enumerate() {
                    let mut hasher = random.build_hasher();
                    hasher.write_usize(number);
                    *word = hasher.finish();
                }
            }
        }
        words[1] |= 1;
        words[3] |= 1;
        HashKeys { words }
    }

    /// The hash of a key that is one word: a number, an address, a boolean.
    #[inline]
    pub(crate) fn word(&self, word: u64) -> u32 {
        let once = fold(word ^ self.words[0], self.words[1]);
        let twice = fold(once ^ self.words[2], self.words[3]);
        twice as u32
    }

    /// The hash of a number. Whole numbers that are near each other have hashes that are: a table
    /// of them is mostly walked through in order, and then looks at one line of memory for
    /// [`NEIGHBOURS`] of them. Which line that is, only the secret words tell.
    #[inline(always)]
    pub(crate) fn number(&self, number: f64) -> u32 {
        let whole = number as i64;
        if whole as f64 != number {
            return self.word(number.to_bits());
        }
        let group = self.word((whole >> NEIGHBOURS.ilog2()) as u64 ^ self.words[4]);
        // Each group begins elsewhere in its line, for those who only use every sixteenth number.
        let low = NEIGHBOURS as u32 - 1;
        let place = group.wrapping_add(whole as u32) & low;
        // In the upper bits too, which tables compare before they look at a key.
        (group & !low | place) ^ place << (32 - NEIGHBOURS.ilog2())
    }

    /// The hash of a text; never 0.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> u32 {
        let [k0, k1, k2, k3, k4, k5] = self.words;
        let mut state = k4 ^ bytes.len() as u64;
        let mut chunks = bytes.chunks_exact(16);
        for chunk in &mut chunks {
            let (low, high) = chunk.split_at(8);
            state = fold(load(low) ^ k0 ^ state, load(high) ^ k5 ^ state.rotate_left(32)) ^ k2;
        }
        let rest = chunks.remainder();
        if rest.len() > 8 {
            state = fold(load(&rest[..8]) ^ k0 ^ state, load(&rest[8..]) ^ k5) ^ k2;
        } else if !rest.is_empty() {
            state = fold(load(rest) ^ k0 ^ state, k1) ^ k2;
        }
        (fold(state ^ k2, k3) as u32).max(1)
    }
}

/// Up to eight bytes as a word.
#[inline(always)]
fn load(bytes: &[u8]) -> u64 {
    match bytes.try_into() {
        Ok(word) => u64::from_le_bytes(word),
        Err(_) => bytes.iter().rev().fold(0, |word, &byte| word << 8 | byte as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn seeds_decide() {
        let (a, b) = (HashKeys::new(Some(1)), HashKeys::new(Some(2)));
        assert_eq!(a.word(7), HashKeys::new(Some(1)).word(7));
        assert_ne!(a.word(7), b.word(7));
        assert_ne!(a.bytes(b"seven"), b.bytes(b"seven"));
        assert_ne!(HashKeys::new(None).words, HashKeys::new(None).words);
    }

    #[test]
    fn lengths_and_places_count() {
        let keys = HashKeys::new(Some(3));
        let texts: Vec<Vec<u8>> = (0..40).map(|length| vec![0; length]).collect();
        let mut hashes: Vec<u32> = texts.iter().map(|text| keys.bytes(text)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), 40);
    }

    #[test]
    fn neighbours_are_near_and_differ() {
        let keys = HashKeys::new(Some(5));
        for first in [-32.0, 0.0, 16.0, 4096.0, 1e15] {
            let hashes: Vec<u32> = (0..16).map(|at| keys.number(first + at as f64)).collect();
            assert!(hashes.iter().all(|hash| (hash ^ hashes[0]) << 4 >> 4 < 16));
            for part in [|hash: u32| hash & 15, |hash: u32| hash >> 28] {
                let different: HashSet<u32> = hashes.iter().copied().map(part).collect();
                assert_eq!(different.len(), 16);
            }
            assert_ne!(hashes[0] >> 4, keys.number(first + 16.0) >> 4);
        }
        assert_ne!(keys.number(0.5), keys.number(0.25));
    }

    #[test]
    fn low_bits_are_spread() {
        let keys = HashKeys::new(Some(4));
        for step in [1, 16, 100, 1024] {
            let mut buckets = [0u32; 64];
            for number in 0..6400 {
                buckets[keys.number((step * number) as f64) as usize % 64] += 1;
            }
            let even = buckets.iter().all(|&count| (50..170).contains(&count));
            assert!(even, "{step}: {buckets:?}");
        }
    }
}
