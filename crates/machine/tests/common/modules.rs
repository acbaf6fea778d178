//! The modules that tests of the native back end read.

use sox_machine::Syntax;
use std::path::{Path, PathBuf};

/// Modules in a folder of the project and those within it, in order, each with its syntax.
pub(crate) fn modules(folder: &str) -> Vec<(PathBuf, Syntax)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            match path.to_str().and_then(Syntax::of_file) {
                Some(Syntax::Ir { .. }) => found.push((path, Syntax::Ir { strict: true })),
                Some(Syntax::Nir) => found.push((path, Syntax::Nir)),
                None => {}
            }
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found
}
