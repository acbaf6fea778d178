//! Bytecode files that verify, run in a sandbox within small limits: as they are, optimized, and with
//! a collection at every safepoint. All runs must do the same.
//!
//! ```text
//! cargo xtask fuzz --target bytecode_run        # begins with the suites' programs
//! cargo +nightly fuzz run bytecode_run FILE     # one input again
//! ```
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};
use sox_fuzz::mutate;
use sox_testkit::bytecode::check_run;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| -> Corpus {
    match check_run(bytes) {
        Some(_) => Corpus::Keep,
        None => Corpus::Reject,
    }
});
