//! Finding and reading the files that `--include` names.

use super::pattern::{Pattern, State};
use super::{BuildError, folder_of};
use crate::Input;
use crate::input::reason;
use sox_library::Assets;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Assets by name: their paths below the program's folder, with `/` on every system.
pub type AssetMap = BTreeMap<String, Vec<u8>>;

/// What a program that is run, not built, finds under `asset:/`.
#[derive(Clone, Debug, Default)]
pub enum ProgramAssets {
    /// Nothing.
    #[default]
    None,
    /// The files below a folder, if it may read files.
    Beside(PathBuf),
    /// Files that were named: it may read them in any case.
    Included(Arc<AssetMap>),
}

impl ProgramAssets {
    /// The files beside the program in a file.
    pub fn beside(program: &Path) -> ProgramAssets {
        ProgramAssets::Beside(program.parent().unwrap_or(Path::new("")).to_path_buf())
    }

    /// Those that patterns name or, if there is none, what is in the program's folder.
    ///
    /// # Errors
    /// If a pattern is none or matches nothing, or a file cannot be read.
    pub fn of(input: &Input, include: &[String]) -> Result<ProgramAssets, BuildError> {
        let folder = folder_of(input);
        match include {
            [] => Ok(ProgramAssets::Beside(folder)),
            _ => collect(&folder, include, &[]).map(Arc::new).map(ProgramAssets::Included),
        }
    }

    /// As the library takes them.
    pub(crate) fn for_host(&self) -> Assets {
        match self {
            ProgramAssets::None => Assets::None,
            ProgramAssets::Beside(folder) => Assets::Folder(folder.clone()),
            ProgramAssets::Included(files) => Assets::Files(Box::new(files.clone())),
        }
    }
}

/// Reads the files below `folder` that some patterns stand for, but none of `without`. A pattern
/// that names a folder stands for all in it.
///
/// # Errors
/// If a pattern is none or matches nothing, or a file cannot be read or named.
pub(crate) fn collect(
    folder: &Path,
    patterns: &[String],
    without: &[PathBuf],
) -> Result<AssetMap, BuildError> {
    let mut found = BTreeMap::new();
    for text in patterns {
        let wrong = |why| BuildError::Pattern { pattern: text.clone(), why };
        let mut pattern = Pattern::parse(text).map_err(wrong)?;
        if pattern.plain().is_some_and(|path| folder.join(path).is_dir()) {
            pattern = pattern.all_below();
        }
        let mut walk =
            Walk { pattern: &pattern, without, found: &mut found, matches: 0, above: Vec::new() };
        walk.folder(folder, "", &pattern.start())?;
        if walk.matches == 0 {
            let folder = or_here(folder).canonicalize().unwrap_or_else(|_| folder.to_path_buf());
            return Err(BuildError::NoMatch { pattern: text.clone(), folder });
        }
    }
    let read = |(name, path): (String, PathBuf)| match read(&path) {
        Ok(bytes) => Ok((name, bytes)),
        Err(why) => Err(BuildError::Asset { path, why }),
    };
    found.into_iter().map(read).collect()
}

/// The folder; an empty path is the working folder.
pub(super) fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// One pattern on its way through the folders.
struct Walk<'a> {
    pattern: &'a Pattern,
    without: &'a [PathBuf],
    found: &'a mut BTreeMap<String, PathBuf>,
    matches: usize,
    /// The folders that lead here, links followed.
    above: Vec<PathBuf>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, name: &str, state: &State) -> Result<(), BuildError> {
        let failed = |error: std::io::Error| {
            let path = folder.to_path_buf();
            BuildError::Asset { path, why: reason(&error) }
        };
        let folder = or_here(folder);
        let here = folder.canonicalize().map_err(failed)?;
        if self.above.contains(&here) {
            // A link that leads back: everything in it has another name already.
            return Ok(());
        }
        self.above.push(here);
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let Some(last) = path.file_name().and_then(|last| last.to_str()) else {
                // It matters only if it would have been taken, which a name like that cannot tell.
                let last = path.file_name().unwrap_or_default().to_string_lossy();
                if self.pattern.after(state, &last).is_some() {
                    let why = "its name is not Unicode text".into();
                    return Err(BuildError::Asset { path, why });
                }
                continue;
            };
            let Some(next) = self.pattern.after(state, last) else { continue };
            let name = if name.is_empty() { last.to_owned() } else { format!("{name}/{last}") };
            if path.is_dir() {
                self.folder(&path, &name, &next)?;
            } else if self.pattern.accepts(&next) && !self.is_left_out(&path) {
                self.matches += 1;
                self.found.insert(name, path);
            }
        }
        self.above.pop();
        Ok(())
    }

    /// Whether this is a file that is being made.
    fn is_left_out(&self, path: &Path) -> bool {
        let same = |other: &PathBuf| match (path.canonicalize(), other.canonicalize()) {
            (Ok(path), Ok(other)) => path == other,
            _ => false,
        };
        self.without.iter().any(same)
    }
}

/// The bytes of a plain file.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    let metadata = fs::metadata(path).map_err(|error| reason(&error))?;
    if !metadata.is_file() {
        return Err("it is neither a file nor a folder".into());
    }
    fs::read(path).map_err(|error| reason(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        folder
    }

    fn names(folder: &Path, patterns: &[&str]) -> Result<String, BuildError> {
        let patterns: Vec<String> = patterns.iter().map(|text| text.to_string()).collect();
        let found = collect(folder, &patterns, &[folder.join("app")])?;
        assert!(found.iter().all(|(name, bytes)| name.as_bytes() == bytes));
        Ok(found.into_keys().collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn files_have_their_paths_for_names() {
        let folder = folder(&["app", "main.sox", "a/x.txt", "a/b/y.txt", "a/.hidden", ".env"]);
        let names = |patterns: &[&str]| names(folder.path(), patterns).unwrap();
        assert_eq!(names(&["a"]), "a/b/y.txt a/x.txt");
        assert_eq!(names(&["a/*", "**/*.txt"]), "a/b/y.txt a/x.txt");
        assert_eq!(names(&["**"]), "a/b/y.txt a/x.txt main.sox");
        assert_eq!(names(&["./a/x.txt", "a/.hidden"]), "a/.hidden a/x.txt");
    }

    #[test]
    fn what_matches_nothing_is_told() {
        let folder = folder(&["app", "a/x"]);
        for pattern in ["b/**", "app", "a/x/y", "A*"] {
            let error = names(folder.path(), &["a", pattern]).unwrap_err();
            assert!(matches!(error, BuildError::NoMatch { .. }), "{pattern} {error:?}");
        }
        let error = names(folder.path(), &["../*"]).unwrap_err();
        assert!(matches!(error, BuildError::Pattern { .. }), "{error:?}");
    }

    #[test]
    #[cfg(unix)]
    fn links_are_followed_and_other_things_refused() {
        use std::os::unix::fs::symlink;
        let folder = folder(&["a/x", "b/y"]);
        symlink("../b", folder.path().join("a/to_b")).unwrap();
        symlink("..", folder.path().join("a/up")).unwrap();
        let found = collect(folder.path(), &["a".into()], &[]).unwrap();
        let names: Vec<_> = found.into_keys().collect();
        assert_eq!(names, ["a/to_b/y", "a/x"]);
        symlink("nowhere", folder.path().join("b/broken")).unwrap();
        let error = collect(folder.path(), &["b".into()], &[]).unwrap_err();
        assert!(error.to_string().contains("b/broken"), "{error}");
    }
}
