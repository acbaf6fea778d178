//! Texts: links in documents lead somewhere.

use super::House;
use std::path::{Path, PathBuf};

pub(super) fn check(house: &House) -> Result<Vec<String>, String> {
    let mut complaints = Vec::new();
    for document in documents(&house.root) {
        let text = std::fs::read_to_string(&document)
            .map_err(|error| format!("{}: {error}", document.display()))?;
        let folder = document.parent().expect("a file has a folder");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            let outside = path.is_empty() || link.contains("://") || link.contains(' ');
            if !outside && !folder.join(path).exists() {
                complaints
                    .push(format!("{}: the link to {link} leads nowhere", document.display()));
            }
        }
    }
    Ok(complaints)
}

fn documents(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in [root.to_path_buf(), root.join("docs")] {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found
}
