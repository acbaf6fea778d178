//! Finding the files of `sox test` and `sox bench`.

use crate::input::reason;
use std::path::{Path, PathBuf};

/// The files at and below the paths whose names end so, sorted; a file that is named itself is taken
/// whatever its name.
///
/// # Errors
/// The first path that is missing or unreadable.
pub fn find_files(paths: &[PathBuf], ending: &str) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            find_below(path, ending, &mut found)?;
        } else {
            std::fs::metadata(path).map_err(|error| {
                std::io::Error::new(
                    error.kind(),
                    format!("'{}': {}", path.display(), reason(&error)),
                )
            })?;
            found.push(path.clone());
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn find_below(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            // Links are not followed, so that there is no way round in a circle.
            let kind = entry.file_type()?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if kind.is_dir() && !name.starts_with('.') {
                folders.push(entry.path());
            } else if kind.is_file() && name.ends_with(ending) {
                found.push(entry.path());
            }
        }
    }
    Ok(())
}
