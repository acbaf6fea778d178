//! Values at the edges.

use super::chance::Chance;

pub(crate) const EDGES: [i64; 20] = [
    0,
    1,
    -1,
    2,
    7,
    63,
    64,
    127,
    128,
    -128,
    -129,
    255,
    0x7fff_ffff,
    -0x8000_0000,
    0x8000_0000,
    0xffff_ffff,
    1 << 53,
    i64::MAX,
    i64::MIN,
    0x0123_4567_89ab_cdef,
];

const FLOATS: [f64; 14] = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    0.1,
    2.5,
    1e300,
    5e-324,
    9_223_372_036_854_775_808.0,
    -9_223_372_036_854_775_808.0,
    4_503_599_627_370_496.5,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

/// A value for an argument of a class.
pub(crate) fn argument(chance: &mut Chance, class: &str) -> u64 {
    match class {
        "i64" if chance.one_in(3) => chance.next(),
        "i64" => chance.pick(&EDGES) as u64,
        "f64" if chance.one_in(3) => chance.next(),
        "f64" => chance.pick(&FLOATS).to_bits(),
        _ if chance.one_in(3) => chance.next() & 0xffff_ffff,
        _ => (chance.pick(&FLOATS) as f32).to_bits().into(),
    }
}
