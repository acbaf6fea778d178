//! Long texts to be compiled: the programs of a folder, one after the other, again and again, until
//! there are so many lines. So that each copy keeps variables, functions and classes of its own, what
//! it declares at its top level gets the copy's number. Programs that import files are left out.

use std::collections::BTreeSet;
use std::path::Path;

/// The programs of a folder that import nothing but `std/`, in the order of their names.
pub(crate) fn programs(folder: &Path) -> Result<Vec<String>, String> {
    let show = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = std::fs::read_dir(folder).map_err(show)?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(show)?.path();
        if path.extension().is_some_and(|extension| extension == "sox") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut texts = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).map_err(show)?;
        let own_files = text.lines().any(|line| {
            let import = line.trim_start().strip_prefix("import");
            import.is_some_and(|rest| !rest.contains("\"std/"))
        });
        if !own_files {
            texts.push(text);
        }
    }
    Ok(texts)
}

/// The names that stand after a keyword at the beginning of a line: what the top level declares.
fn declared(text: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for line in text.lines() {
        let Some((keyword, rest)) = line.split_once(' ') else { continue };
        if matches!(keyword, "var" | "const" | "fn" | "fun" | "class" | "import") {
            let end = rest.find(|next: char| !is_word(next)).unwrap_or(rest.len());
            names.insert(&rest[..end]);
        }
    }
    names.remove("");
    names
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Appends a program, its own names followed by the number of the copy, but not where they are
/// parts of paths.
pub(crate) fn append_renamed(text: &str, copy: usize, into: &mut String) {
    let names = declared(text);
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        into.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|next: char| !is_word(next)).unwrap_or(rest.len());
        into.push_str(&rest[..end]);
        if names.contains(&rest[..end]) && !into[..into.len() - end].ends_with('/') {
            into.push_str(&format!("_{copy}"));
        }
        rest = &rest[end..];
    }
    into.push_str(rest);
    into.push('\n');
}

/// Programs one after the other, up to this many lines.
pub(crate) fn concatenated(programs: &[String], lines: usize) -> String {
    let mut text = String::new();
    let mut count = 0;
    for (copy, program) in programs.iter().cycle().enumerate() {
        let length = program.lines().count() + 1;
        if count > 0 && count + length > lines {
            break;
        }
        append_renamed(program, copy, &mut text);
        count += length;
    }
    text
}
