//! `cargo xtask tidy`: the house rules that the compiler does not know.
//!
//! Each rule is a function from the checkout to a list of complaints; all are shown at once.

mod floors;
mod lengths;
mod sources;
mod texts;

use crate::shell::root;
use std::path::PathBuf;

/// What the rules look at.
struct House {
    root: PathBuf,
    layers: toml::Table,
    /// Every Rust file of the checkout and its text, except under `target`.
    rust: Vec<(PathBuf, String)>,
}

/// Checks all rules.
///
/// # Errors
/// If there is a complaint; they were printed.
pub(crate) fn run() -> Result<(), String> {
    let root = root();
    let layers =
        std::fs::read_to_string(root.join("layers.toml")).map_err(|error| error.to_string())?;
    let layers = layers.parse::<toml::Table>().map_err(|error| format!("layers.toml: {error}"))?;
    let rust = sources::rust_files(&root)?;
    let house = House { root, layers, rust };
    let mut complaints = Vec::new();
    for rule in [floors::check, sources::check, lengths::check, texts::check, texts::named] {
        complaints.extend(rule(&house)?);
    }
    for complaint in &complaints {
        eprintln!("tidy: {complaint}");
    }
    match complaints.len() {
        0 => Ok(()),
        count => Err(format!("{count} complaints")),
    }
}
