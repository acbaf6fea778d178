//! Random numbers: one generator per isolate, for the `mathRandom…` globals and `std/random`.
//!
//! xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), its
//! state filled from the seed by SplitMix64. Not for secrets. The sequence after a seed is the same
//! on every machine and part of the library's promise.

use crate::call::{Call, Out};
use crate::row::{Row, rows};
use sox_runtime::{Fault, Value};

pub(crate) const GLOBALS: &[Row] = rows! {
    "mathRandom" (0, 0) leaf float;
    "mathRandomInt" (2, 2) leaf int;
    "mathSrand" (1, 1) leaf seed;
    "@random_seed" (1, 1) leaf seed;
    "@random_float" (0, 0) leaf float;
    "@random_int" (2, 2) leaf int;
    "@random_choice" (1, 1) leaf choice;
    "@random_shuffle" (1, 1) leaf shuffle;
};

/// The generator's state.
#[derive(Clone, Debug)]
pub(crate) struct Generator {
    state: [u64; 4],
}

impl Generator {
    pub(crate) fn from_seed(mut seed: u64) -> Generator {
        // SplitMix64 never fills all four words with zero.
        let state = std::array::from_fn(|_| {
            seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (seed ^ seed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ z >> 31
        });
        Generator { state }
    }

    /// Seeded by the system; by the clock where it has no entropy to give.
    fn from_system() -> Generator {
        let seed = getrandom::u64().unwrap_or_else(|_| {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            now.map_or(0, |since| since.as_nanos() as u64)
        });
        Generator::from_seed(seed)
    }

    fn next(&mut self) -> u64 {
        let [s0, s1, s2, s3] = &mut self.state;
        let result = s0.wrapping_add(*s3).rotate_left(23).wrapping_add(*s0);
        let t = *s1 << 17;
        *s2 ^= *s0;
        *s3 ^= *s1;
        *s1 ^= *s2;
        *s0 ^= *s3;
        *s2 ^= t;
        *s3 = s3.rotate_left(45);
        result
    }

    /// From 0 to below 1, in steps of 2^-53.
    fn float(&mut self) -> f64 {
        (self.next() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// From 0 to `last`, all equally likely: draws of just enough bits until one fits.
    fn up_to(&mut self, last: u64) -> u64 {
        let mask = u64::MAX.checked_shr(last.leading_zeros()).unwrap_or(0);
        loop {
            let drawn = self.next() & mask;
            if drawn <= last {
                return drawn;
            }
        }
    }
}

fn with<T>(c: Call<'_>, use_it: impl FnOnce(&mut Generator) -> T) -> T {
    let mut slot = c.host().random.borrow_mut();
    use_it(slot.get_or_insert_with(Generator::from_system))
}

/// Starts again from a number: the same number gives the same sequence.
fn seed(c: Call<'_>) -> Out<'_> {
    // Both zeros are one seed; otherwise every number is its own.
    let seed = c.number(0)? + 0.0;
    *c.host().random.borrow_mut() = Some(Generator::from_seed(seed.to_bits()));
    Ok(Value::nil())
}

fn float(c: Call<'_>) -> Out<'_> {
    Ok(Value::number(with(c, Generator::float)))
}

/// A whole number, both ends included. Fractions of the bounds are dropped.
pub(crate) fn int(c: Call<'_>) -> Out<'_> {
    let (low, high) = (bound(c, 0)?, bound(c, 1)?);
    if low > high {
        return Err(c.value_error("the lower bound is above the upper one"));
    }
    // Bounds are within ±2^53, so the distance fits easily.
    let drawn = with(c, |generator| generator.up_to((high - low) as u64));
    Ok(Value::number((low + drawn as i64) as f64))
}

fn bound(c: Call<'_>, index: usize) -> Result<i64, Fault> {
    let number = c.number(index)?.trunc();
    if number.abs() <= 9_007_199_254_740_992.0 {
        return Ok(number as i64);
    }
    Err(c.value_error("the bounds must be whole numbers up to 2^53"))
}

fn choice(c: Call<'_>) -> Out<'_> {
    let array = c.array(0)?;
    let Some(last) = array.len().checked_sub(1) else {
        return Err(c.value_error("the array is empty"));
    };
    let index = with(c, |generator| generator.up_to(last as u64));
    Ok(array.get(index as usize).unwrap_or(Value::nil()))
}

/// Puts the elements in a random order, in place (Fisher and Yates).
fn shuffle(c: Call<'_>) -> Out<'_> {
    let array = c.array(0)?;
    for i in (1..array.len()).rev() {
        array.swap(i, with(c, |generator| generator.up_to(i as u64)) as usize);
    }
    Ok(array.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of the authors' C programs for these seeds.
    #[test]
    fn agrees_with_the_reference() {
        let mut generator = Generator { state: [1, 2, 3, 4] };
        let first: Vec<u64> = (0..4).map(|_| generator.next()).collect();
        assert_eq!(first, [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386]);
        let first = Generator::from_seed(1_234_567).state[0];
        assert_eq!(first, 6_457_827_717_110_365_317);
    }

    #[test]
    fn bounds_are_kept() {
        let mut generator = Generator::from_seed(1);
        assert_eq!(generator.up_to(0), 0);
        let mut seen = [0; 3];
        for _ in 0..300 {
            seen[generator.up_to(2) as usize] += 1;
            assert!((0.0..1.0).contains(&generator.float()));
        }
        assert!(seen.iter().all(|&count| count > 60), "{seen:?}");
        generator.up_to(u64::MAX);
    }
}
