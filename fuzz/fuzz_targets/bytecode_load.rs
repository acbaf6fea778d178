//! Bytecode files through the reader: what is read can be written and comes back the same, and memory
//! stays within a small multiple of the file.
//!
//! ```text
//! cargo xtask fuzz --target bytecode_load       # begins with the suites' programs
//! cargo +nightly fuzz run bytecode_load FILE    # one input again
//! ```
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use sox_fuzz::{mutate, within_memory};
use sox_testkit::bytecode::{check_load, read};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    if within_memory(bytes, read).is_some() {
        check_load(bytes);
    }
});
