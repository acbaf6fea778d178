//! What the tests of modules share.

use sox_machine::ir::Class;
use sox_machine::nir::Run;

#[path = "../../../machine/tests/common/modules.rs"]
mod modules;

pub(crate) use modules::modules;
/// The bits of values of these classes.
pub(crate) fn bits(texts: &[String], classes: &[Class]) -> Result<Vec<u64>, String> {
    let pairs = texts.iter().zip(classes);
    pairs
        .map(|(text, &class)| Run::bits(text, class).ok_or_else(|| format!("{text} is no value")))
        .collect()
}
