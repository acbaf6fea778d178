//! What the tests of modules under `tests/native` share.

use sox_machine::Syntax;
use sox_machine::ir::Class;
use sox_machine::nir::Run;
use std::path::{Path, PathBuf};

/// The modules.
pub(crate) fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/native")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if Syntax::of_file(path.to_str().unwrap()).is_some() {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The bits of values of these classes.
pub(crate) fn bits(texts: &[String], classes: &[Class]) -> Result<Vec<u64>, String> {
    let pairs = texts.iter().zip(classes);
    pairs
        .map(|(text, &class)| Run::bits(text, class).ok_or_else(|| format!("{text} is no value")))
        .collect()
}
