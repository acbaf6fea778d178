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

/// Documents that name tests: behind the link to a file stand names of functions in it.
const LISTS_OF_TESTS: [&str; 1] = ["docs/native-faults.md"];

/// The tests that documents name exist.
pub(super) fn named(house: &House) -> Result<Vec<String>, String> {
    let mut complaints = Vec::new();
    for list in LISTS_OF_TESTS {
        let document = house.root.join(list);
        let text = std::fs::read_to_string(&document)
            .map_err(|error| format!("{}: {error}", document.display()))?;
        let folder = document.parent().expect("a file has a folder");
        for (file, name) in named_tests(&text) {
            let text = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
            let is_there = match file.ends_with(".rs") {
                true => text.contains(&format!("fn {name}(")),
                false => text.contains(name),
            };
            if !is_there {
                complaints.push(format!("{list}: there is no `{name}` in {file}"));
            }
        }
        for (number, line) in text.lines().enumerate() {
            let row =
                line.starts_with('|') && !line.starts_with("|---") && line != "| Fault | Test |";
            if row && !line.contains('`') {
                complaints.push(format!("{list}:{}: no test is named", number + 1));
            }
        }
    }
    Ok(complaints)
}

/// The files that a text links to, with the names in backquotes that stand behind each.
fn named_tests(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for rest in text.split("](").skip(1) {
        let Some((file, rest)) = rest.split_once(')') else { continue };
        let end = rest.find(['[', '|', ':', ';']).unwrap_or(rest.len());
        let names = rest[..end].split('`').skip(1).step_by(2);
        found.extend(names.map(|name| (file, name)));
    }
    found
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

#[cfg(test)]
mod tests {
    use super::named_tests;

    #[test]
    fn names_belong_to_the_link_before_them() {
        let text = "`a` | [x.rs](../x.rs) `b`, `c`, [y.nir](y.nir) `d e`: as `f` |\n| `g` | [z](z)";
        let names = [("../x.rs", "b"), ("../x.rs", "c"), ("y.nir", "d e")];
        assert_eq!(named_tests(text), names);
    }
}
