//! Arbitrary text through the front end, the compiler and the verifier; what compiles runs on both
//! engines within small limits and without any permission, and must do the same on both.
//!
//! ```text
//! cargo install cargo-fuzz
//! cargo xtask fuzz-corpus                       # first inputs, from the test suites
//! cargo +nightly fuzz run source -- -dict=fuzz/sox.dict -max_total_time=60
//! cargo +nightly fuzz run source FILE           # one input again
//! cargo +nightly fuzz tmin source FILE          # make it smaller
//! ```
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use sox_testkit::bytecode::UNREPEATABLE;
use sox_testkit::differ::{Bounds, Verdict, WAYS, compare};

const BOUNDS: Bounds = Bounds { max_steps: 3_000, max_stack: 200_000, max_memory: 8 << 20 };

/// Collecting at every safepoint is slow; only short texts are run so.
const STRESS_BELOW: usize = 400;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    if UNREPEATABLE.iter().any(|word| text.contains(word)) || imports_a_file(text) {
        return Corpus::Reject;
    }
    let ways = if text.len() < STRESS_BELOW { &WAYS[..] } else { &WAYS[..6] };
    if let Verdict::Disagreed(found) = compare(text, ways, BOUNDS) {
        panic!("{found}");
    }
    Corpus::Keep
});

/// Whether it may import anything but the modules built in.
fn imports_a_file(text: &str) -> bool {
    // Names and parentheses may stand between the word and the path.
    let path = |rest: &str| rest.find('"').is_some_and(|at| rest[at + 1..].starts_with("std/"));
    text.match_indices("import").any(|(at, word)| !path(&text[at + word.len()..]))
        || text.contains("import (")
}
