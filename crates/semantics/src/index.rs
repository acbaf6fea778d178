//! Numbers as positions.

use std::ops::Range;

/// The position a number names: its fraction is dropped. `None` below zero, for NaN, and beyond
/// what a container can hold.
///
/// ```
/// use sox_semantics::to_index;
/// assert_eq!(to_index(2.9), Some(2));
/// assert_eq!(to_index(-0.5), Some(0));
/// assert_eq!(to_index(-1.0), None);
/// ```
#[inline]
pub fn to_index(x: f64) -> Option<usize> {
    (x > -1.0 && x < 9_007_199_254_740_992.0).then_some(x as usize)
}

/// A bound cut to `0..=len`; NaN counts as 0.
fn clamp(x: f64, len: usize) -> usize {
    // `as` truncates and saturates: below zero and NaN give 0.
    (x as usize).min(len)
}

/// What a slice `[from:to]` of `len` elements takes: both ends included, bounds cut to what there
/// is, never counted from the end. A missing bound is open.
///
/// ```
/// use sox_semantics::inclusive;
/// assert_eq!(inclusive(Some(0.0), Some(1.0), 3), 0..2);
/// assert_eq!(inclusive(Some(1.0), None, 3), 1..3);
/// assert!(inclusive(Some(0.0), Some(-1.0), 3).is_empty());
/// ```
pub fn inclusive(from: Option<f64>, to: Option<f64>, len: usize) -> Range<usize> {
    let start = from.map_or(0, |x| clamp(x, len));
    let end = match to {
        None => len,
        Some(x) if x > -1.0 => clamp(x, len).saturating_add(1).min(len),
        Some(_) => 0,
    };
    start..end.max(start)
}

/// What `slice(from, to)` of `len` elements takes: `from` included, `to` not. A missing bound is
/// open.
///
/// ```
/// use sox_semantics::half_open;
/// assert_eq!(half_open(Some(1.0), Some(3.0), 9), 1..3);
/// assert_eq!(half_open(Some(-5.0), Some(99.0), 2), 0..2);
/// ```
pub fn half_open(from: Option<f64>, to: Option<f64>, len: usize) -> Range<usize> {
    let start = from.map_or(0, |x| clamp(x, len));
    let end = to.map_or(len, |x| clamp(x, len));
    start..end.max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_cut() {
        assert_eq!(inclusive(Some(-5.0), Some(1.0), 3), 0..2);
        assert!(inclusive(Some(9.0), Some(12.0), 3).is_empty());
        assert!(inclusive(Some(2.0), Some(1.0), 3).is_empty());
        assert_eq!(inclusive(None, None, 3), 0..3);
        assert!(inclusive(Some(0.0), Some(f64::NAN), 3).is_empty());
        assert_eq!(inclusive(Some(0.0), Some(f64::INFINITY), 3), 0..3);
        assert_eq!(inclusive(Some(0.9), Some(1.9), 3), 0..2);
        assert!(inclusive(None, Some(0.0), 0).is_empty());
        assert!(half_open(Some(2.0), Some(1.0), 3).is_empty());
        assert_eq!(to_index(f64::NAN), None);
        assert_eq!(to_index(1e300), None);
    }
}
