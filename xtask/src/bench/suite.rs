//! The programs of the suite and how large they are run.

/// A program that stands in `bench` in every language.
pub(super) struct Benchmark {
    /// The stem of its files.
    pub(super) name: &'static str,
    /// Its argument in a run whose figures count.
    pub(super) size: u64,
    /// Its argument with `--quick`.
    pub(super) quick: u64,
}

const fn benchmark(name: &'static str, size: u64, quick: u64) -> Benchmark {
    Benchmark { name, size, quick }
}

/// All of them, in the order of the table.
pub(super) const SUITE: [Benchmark; 18] = [
    benchmark("fib", 35, 27),
    benchmark("loop", 100_000_000, 5_000_000),
    benchmark("nbody", 2_000_000, 100_000),
    benchmark("spectral", 500, 120),
    benchmark("fannkuch", 10, 8),
    benchmark("binary_trees", 15, 11),
    benchmark("mandelbrot", 1000, 250),
    benchmark("string_append", 1_000_000, 100_000),
    benchmark("string_build", 1_000_000, 50_000),
    benchmark("hash", 2_000_000, 100_000),
    benchmark("array", 10_000_000, 500_000),
    benchmark("method", 20_000_000, 1_000_000),
    benchmark("closure", 20_000_000, 1_000_000),
    benchmark("quicksort", 1_000_000, 60_000),
    benchmark("sieve", 5_000_000, 300_000),
    benchmark("richards", 50, 3),
    benchmark("deltablue", 400, 20),
    benchmark("json", 10_000, 500),
];

/// What stands in `bench/poh` too: all that PohLang can say in the same way.
pub(super) const POH: [Benchmark; 14] = [
    benchmark("fib", 30, 20),
    benchmark("list_sum", 100, 5),
    benchmark("concatenation", 100, 5),
    benchmark("loop", 10_000_000, 200_000),
    benchmark("list_items", 1_000_000, 30_000),
    benchmark("counting", 500_000, 20_000),
    benchmark("sieve", 1_000_000, 50_000),
    benchmark("quicksort", 200_000, 10_000),
    benchmark("mandelbrot", 300, 60),
    benchmark("fannkuch", 9, 7),
    benchmark("spectral", 200, 40),
    benchmark("string_append", 300_000, 20_000),
    benchmark("string_build", 100_000, 10_000),
    benchmark("closure", 2_000_000, 50_000),
];

/// What the evaluator is compared with the machine on; they exist in Sox only or are small enough.
pub(super) const EVALUATOR: [Benchmark; 3] = [
    benchmark("fib", 30, 24),
    benchmark("list_sum", 100, 10),
    benchmark("string_build", 300_000, 30_000),
];
