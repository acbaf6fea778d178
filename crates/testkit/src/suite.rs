//! The programs of the repository's suites, and their bytecode files.

use sox_bytecode::optimize::{OptLevel, Passes};
use sox_driver::{Debug, Input, Options, Unit, check, compile, on_big_stack};
use std::path::{Path, PathBuf};

/// The folders all programs are in.
pub const EVERYTHING: [&str; 3] = ["tests", "examples", "bench/sox"];

/// The scripts in folders of the repository and in the folders below, of both languages, in the
/// order of their paths.
pub fn scripts(folders: &[&str]) -> Vec<PathBuf> {
    let root = root();
    let mut waiting: Vec<PathBuf> = folders.iter().map(|folder| root.join(folder)).collect();
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let extension = path.extension().and_then(|extension| extension.to_str());
            match extension {
                _ if path.is_dir() => waiting.push(path),
                Some("sox" | "poh") => found.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// The root of the checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The bytecode file of a script, in each of some forms; `None` if it does not compile, as scripts
/// that are about errors.
///
/// # Panics
/// If a script without errors gives no bytecode.
pub fn compiled(script: &Path, forms: &[(OptLevel, Debug)]) -> Option<Vec<Vec<u8>>> {
    let work = || {
        let input = Input::File(script.to_path_buf());
        let checked = check(&input, Unit::Script, &Options::default()).ok()?.ok()?;
        let file = |&(level, debug): &(OptLevel, Debug)| {
            let options = Options { passes: Passes::of(level), ..Options::default() };
            compile(&checked, &options, debug)
        };
        let files: Result<Vec<_>, _> = forms.iter().map(file).collect();
        Some(files.unwrap_or_else(|error| panic!("{}: {}", script.display(), error.message)))
    };
    on_big_stack(work)
}
