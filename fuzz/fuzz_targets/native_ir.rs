//! Arbitrary text through the parsers of both syntaxes of the native IR: what is read can be printed and
//! verified, and a module without faults comes back from its own text in either syntax.
//!
//! ```text
//! cargo +nightly fuzz run native_ir -- -max_total_time=60
//! ```
#![no_main]

use libfuzzer_sys::fuzz_target;
use sox_machine::{Parsed, Syntax, nir, term};

fuzz_target!(|bytes: &[u8]| {
    for syntax in [Syntax::Nir, Syntax::Ir { strict: true }] {
        let Parsed { module, faults } = syntax.parse(bytes);
        let (readable, terms) = (nir::print(&module), term::print(&module));
        let Ok(verified) = sox_machine::verify(module) else { continue };
        if !faults.is_empty() {
            continue;
        }
        for again in [nir::parse(readable.as_bytes()), term::parse(terms.as_bytes(), true)] {
            assert!(again.faults.is_empty(), "{:?}\n{readable}\n{terms}", again.faults);
            assert!(again.module == *verified.module(), "{readable}\n{terms}");
        }
    }
});
