//! Being written.

use crate::Module;
use sox_diagnostics::SourceMap;

/// Prints a module for people.
pub fn listing(_module: &Module, _sources: Option<&SourceMap>) -> String {
    String::new()
}
