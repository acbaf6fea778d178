//! Bytecode files through reader and verifier, within a small multiple of the file's size in memory.
//! What is accepted can be listed, and optimized to what is accepted.
//!
//! ```text
//! cargo xtask fuzz --target bytecode_verify     # begins with the suites' programs
//! cargo +nightly fuzz run bytecode_verify FILE  # one input again
//! ```
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use sox_fuzz::{mutate, within_memory};
use sox_testkit::bytecode::{check_verify, verified};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    within_memory(bytes, verified);
    check_verify(bytes);
});
