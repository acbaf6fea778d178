//! Chance, and values at the edges.

/// Small, repeatable chance (splitmix64).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub(crate) fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

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
