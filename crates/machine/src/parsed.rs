//! What reading a text gives.

use crate::fault::{Fault, Rule};
use crate::ir::Module;

/// Largest initialised data, in bytes.
pub(crate) const MAX_DATA: u64 = 1 << 28;

/// A module as it was read, and what was wrong with its text.
#[derive(Debug)]
pub struct Parsed {
    /// What could be read.
    pub module: Module,
    /// What is wrong with the text; there may be more that is wrong with the module.
    pub faults: Vec<Fault>,
}

/// A text whose places do not fit 32 bits is refused.
pub(crate) fn too_long(text: &[u8]) -> Option<Parsed> {
    (text.len() >= 1 << 31).then(|| Parsed {
        module: Module::default(),
        faults: vec![Fault::new(
            Rule::TooLarge,
            "a text may have at most 2 GiB",
            "make several modules and link them",
        )],
    })
}
