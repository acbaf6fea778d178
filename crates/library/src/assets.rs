//! Files that belong to a program, which it finds under `asset:/` wherever it runs.
//!
//! In a built program they are part of the executable; `sox run` takes those that `--include` names, or
//! else the files beside the program. They can be read, never changed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the paths of assets begin with.
const PREFIX: &str = "asset:/";

/// Where a program's assets are.
#[derive(Default)]
pub enum Assets {
    /// It has none.
    #[default]
    None,
    /// Whatever is below this folder. Reading it is an access to files, which may be denied.
    Folder(PathBuf),
    /// In memory: a part of the program, which it may always read.
    Files(Box<dyn AssetFiles>),
}

/// Files in memory. Their names are parts separated by `/`.
pub trait AssetFiles: Send {
    /// All names, sorted.
    fn names(&self) -> Box<dyn Iterator<Item = &str> + '_>;
    /// Bytes of the file with this name.
    fn size(&self, name: &str) -> Option<u64>;
    /// The content of the file with this name.
    ///
    /// # Errors
    /// If there is none, or it was damaged.
    fn bytes(&self, name: &str) -> io::Result<Cow<'_, [u8]>>;
}

impl AssetFiles for BTreeMap<String, Vec<u8>> {
    fn names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        Box::new(self.keys().map(String::as_str))
    }

    fn size(&self, name: &str) -> Option<u64> {
        self.get(name).map(|bytes| bytes.len() as u64)
    }

    fn bytes(&self, name: &str) -> io::Result<Cow<'_, [u8]>> {
        let bytes = self.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(Cow::Borrowed(bytes))
    }
}

impl<T: AssetFiles + Sync> AssetFiles for Arc<T> {
    fn names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        (**self).names()
    }

    fn size(&self, name: &str) -> Option<u64> {
        (**self).size(name)
    }

    fn bytes(&self, name: &str) -> io::Result<Cow<'_, [u8]>> {
        (**self).bytes(name)
    }
}

/// The name of the asset that a path means; none if it means a file. An asset's name is empty for
/// the folder of all of them, and `None` if the path leads out of that.
pub(crate) fn name_in(path: &str) -> Option<Option<String>> {
    let rest = path.strip_prefix(PREFIX)?;
    // Paths that were joined on Windows have its separators.
    let parts = rest.split(['/', '\\']).filter(|part| !["", "."].contains(part));
    let parts: Vec<&str> = parts.collect();
    Some((!parts.contains(&"..")).then(|| parts.join("/")))
}

/// The file below `folder` that has this name.
pub(crate) fn below(folder: &Path, name: &str) -> PathBuf {
    let mut path = folder.to_path_buf();
    path.extend(name.split('/').filter(|part| !part.is_empty()));
    path
}

/// What is in a folder of assets: `None` if there is no such folder.
pub(crate) fn entries(files: &dyn AssetFiles, folder: &str) -> Option<Vec<String>> {
    let inside = |name: &str| match folder {
        "" => Some(name.to_owned()),
        _ => Some(name.strip_prefix(folder)?.strip_prefix('/')?.to_owned()),
    };
    let first = |name: String| name.split('/').next().unwrap_or_default().to_owned();
    let mut entries: Vec<String> = files.names().filter_map(inside).map(first).collect();
    entries.sort();
    entries.dedup();
    (folder.is_empty() || !entries.is_empty()).then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_assets_are_told_from_others() {
        for (path, name) in [
            ("asset:/", ""),
            ("asset:/a/b.txt", "a/b.txt"),
            ("asset://a/./b/", "a/b"),
            (r"asset:/a\b", "a/b"),
        ] {
            assert_eq!(name_in(path), Some(Some(name.into())), "{path}");
        }
        assert_eq!(name_in("asset:/a/../../b"), Some(None));
        for path in ["a", "/asset:/a", "asset:a", "Asset:/a", ""] {
            assert_eq!(name_in(path), None, "{path}");
        }
    }

    #[test]
    fn folders_are_what_names_begin_with() {
        let files = ["a/x", "a/y/z", "ab", "c"].map(|name| (name.to_string(), Vec::new()));
        let files = BTreeMap::from(files);
        let entries = |folder| entries(&files, folder).map(|names| names.join(" "));
        assert_eq!(entries(""), Some("a ab c".into()));
        assert_eq!(entries("a"), Some("x y".into()));
        assert_eq!(entries("c"), None);
        assert_eq!(entries("no"), None);
        let empty: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        assert_eq!(super::entries(&empty, ""), Some(Vec::new()));
    }
}
