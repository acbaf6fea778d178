//! Arbitrary text through PohLang's front end, the compiler and the verifier; what compiles runs on
//! all engines, from files too, within small limits and without any permission, and must do the same
//! everywhere.
//!
//! ```text
//! cargo xtask fuzz --target poh                 # begins with the scripts of the suites
//! cargo +nightly fuzz run poh FILE              # one input again
//! cargo +nightly fuzz tmin poh FILE             # make it smaller
//! ```
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use sox_driver::Language;
use sox_testkit::differ::{Bounds, Verdict, compare_in, ways};

const BOUNDS: Bounds = Bounds { max_steps: 3_000, max_stack: 200_000, max_memory: 8 << 20 };

/// Collecting at every safepoint is slow; only short texts are run so.
const STRESS_BELOW: usize = 400;

/// Words, in lower case, of what two runs may rightly do differently (time, chance, input), and of what
/// reaches outside.
const UNREPEATABLE: [&str; 4] = ["now", "random", "ask", "import"];

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    let words = text.to_ascii_lowercase();
    if UNREPEATABLE.iter().any(|word| words.contains(word)) {
        return Corpus::Reject;
    }
    let mut ways = ways(Language::PohLang);
    if text.len() >= STRESS_BELOW {
        ways.retain(|way| !way.gc_stress());
    }
    if let Verdict::Disagreed(found) = compare_in(Language::PohLang, text, &ways, BOUNDS) {
        panic!("{found}");
    }
    Corpus::Keep
});
