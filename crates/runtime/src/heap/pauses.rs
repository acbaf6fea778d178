//! How long collections took: a histogram, since a program may have millions of them.

use std::time::Duration;

/// Buckets for each doubling of the time, so a bucket's bounds are about 9 % apart.
const PER_DOUBLING: u64 = 8;
/// Up to 2^40 nanoseconds.
const BUCKETS: usize = 40 * PER_DOUBLING as usize;

/// The times of all pauses.
pub(crate) struct Pauses {
    counts: Box<[u64; BUCKETS]>,
    pub(crate) total: Duration,
    pub(crate) longest: Duration,
}

impl Default for Pauses {
    fn default() -> Pauses {
        Pauses { counts: Box::new([0; BUCKETS]), total: Duration::ZERO, longest: Duration::ZERO }
    }
}

/// The bucket of a time: the position of its highest bit, and the three bits behind that.
fn bucket(nanoseconds: u64) -> usize {
    let doubling = nanoseconds.max(PER_DOUBLING).ilog2() as u64;
    let part = (nanoseconds >> (doubling - PER_DOUBLING.ilog2() as u64)) & (PER_DOUBLING - 1);
    ((doubling * PER_DOUBLING + part) as usize).min(BUCKETS - 1)
}

/// The least time of a bucket.
fn least(bucket: usize) -> u64 {
    let (doubling, part) = (bucket as u64 / PER_DOUBLING, bucket as u64 % PER_DOUBLING);
    ((PER_DOUBLING + part) << doubling) / PER_DOUBLING
}

impl Pauses {
    /// Notes a pause.
    pub(super) fn add(&mut self, pause: Duration) {
        self.counts[bucket(pause.as_nanos() as u64)] += 1;
        self.total += pause;
        self.longest = self.longest.max(pause);
    }

    /// The median, to within 12 %.
    pub(crate) fn median(&self) -> Duration {
        let count: u64 = self.counts.iter().sum();
        let mut before = 0;
        let middle = self.counts.iter().position(|&count_here| {
            before += count_here;
            2 * before > count
        });
        Duration::from_nanos(middle.map_or(0, least)).min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let mut pauses = Pauses::default();
        assert_eq!(pauses.median(), Duration::ZERO);
        for microseconds in [900, 5, 100, 101, 7000] {
            pauses.add(Duration::from_micros(microseconds));
        }
        let median = pauses.median().as_nanos() as u64;
        assert!((88_000..=101_000).contains(&median), "{median}");
        assert_eq!(pauses.longest, Duration::from_millis(7));
    }

    #[test]
    fn buckets_hold_their_least_time() {
        for nanoseconds in [8, 9, 15, 16, 17, 100, 1 << 20, 123_456_789, 1 << 39] {
            let bucket = bucket(nanoseconds);
            assert!(least(bucket) <= nanoseconds && nanoseconds < least(bucket + 1));
        }
    }
}
