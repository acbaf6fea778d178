//! Rust files: none is dead, none has a stand-in for work not done.

use super::House;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Every Rust file of the checkout with its text.
pub(super) fn rust_files(root: &Path) -> Result<Vec<(PathBuf, String)>, String> {
    let mut found = Vec::new();
    let mut folders = ["crates", "xtask", "fuzz"].map(|name| root.join(name)).to_vec();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                if !path.ends_with("target") && !path.ends_with("corpus") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path)
                    .map_err(|error| format!("{}: {error}", path.display()))?;
                found.push((path, text));
            }
        }
    }
    found.sort();
    Ok(found)
}

pub(super) fn check(house: &House) -> Result<Vec<String>, String> {
    let mut complaints = dead_files(house);
    // Put together here, so that this file does not complain about itself.
    let stand_ins = ["todo", "unimplemented"].map(|name| format!("{name}!("));
    for (path, text) in &house.rust {
        for (number, line) in (1..).zip(text.lines()) {
            let ignored = line.trim_start().starts_with("#[ignore");
            if ignored || stand_ins.iter().any(|word| line.contains(word.as_str())) {
                complaints.push(format!(
                    "{}:{number}: a stand-in: {}",
                    path.display(),
                    line.trim()
                ));
            }
        }
    }
    Ok(complaints)
}

/// Files under a `src` that no `mod` line names.
fn dead_files(house: &House) -> Vec<String> {
    let mut named: BTreeSet<PathBuf> = BTreeSet::new();
    for (path, text) in &house.rust {
        let folder = path.parent().expect("a file has a folder");
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let own = match &*stem {
            "lib" | "main" | "mod" => folder.to_path_buf(),
            stem => folder.join(stem),
        };
        for name in text.lines().filter_map(module_name) {
            named.insert(own.join(format!("{name}.rs")));
            named.insert(own.join(name).join("mod.rs"));
            // A target's root may stand beside its modules (tests, binaries).
            named.insert(folder.join(format!("{name}.rs")));
        }
    }
    let roots = ["lib.rs", "main.rs"];
    house
        .rust
        .iter()
        .map(|(path, _)| path)
        .filter(|path| path.components().any(|part| part.as_os_str() == "src"))
        .filter(|path| !roots.iter().any(|root| path.ends_with(root)) && !named.contains(*path))
        .filter(|path| !path.components().any(|part| part.as_os_str() == "bin"))
        .map(|path| format!("{}: no module names this file", path.display()))
        .collect()
}

/// The name in a line such as `pub(crate) mod name;`.
fn module_name(line: &str) -> Option<&str> {
    let line = line.trim().strip_suffix(';')?;
    let (before, name) =
        line.split_once("mod ").filter(|(before, _)| before.is_empty() || before.ends_with(' '))?;
    let plain = before.is_empty() || before.starts_with("pub");
    (plain && !name.contains(' ')).then_some(name)
}
