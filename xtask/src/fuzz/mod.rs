//! Random tests: `cargo xtask fuzz-diff` and `cargo xtask fuzz-corpus`.

use crate::shell::{cargo, root, run};
use std::path::{Path, PathBuf};

/// Searches for programs on which the engines disagree. The work is done by a program of the test
/// kit, so that this one need not be built with the engines.
///
/// # Errors
/// If something was found, or the search does not start.
pub(crate) fn diff(flags: &[&str]) -> Result<(), String> {
    let command =
        ["run", "--release", "--quiet", "--package", "sox-testkit", "--bin", "fuzz-diff", "--"];
    run(cargo().args(command).args(flags))
}

/// Copies every script of the suites into the corpus of the fuzz target `source`.
///
/// # Errors
/// If a file cannot be read or written.
pub(crate) fn corpus() -> Result<(), String> {
    let corpus = root().join("fuzz/corpus/source");
    let attempt = || -> std::io::Result<usize> {
        std::fs::create_dir_all(&corpus)?;
        let mut scripts = Vec::new();
        for folder in ["tests/lang", "tests/run", "tests/fuzz"] {
            collect(&root().join(folder), &mut scripts)?;
        }
        for script in &scripts {
            let name = script.strip_prefix(root()).unwrap_or(script).display().to_string();
            std::fs::copy(script, corpus.join(name.replace(['/', '\\'], "-")))?;
        }
        Ok(scripts.len())
    };
    let count = attempt().map_err(|error| format!("fuzz corpus: {error}"))?;
    eprintln!("{count} scripts in {}", corpus.display());
    Ok(())
}

/// All scripts below a folder.
fn collect(folder: &Path, scripts: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, scripts)?;
        } else if path.extension().is_some_and(|extension| extension == "sox") {
            scripts.push(path);
        }
    }
    Ok(())
}
