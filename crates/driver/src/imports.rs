//! Finding imported modules.
//!
//! `std/…` is built in. Anything else is looked for next to the importing file, then in the working
//! directory, then in each `--module-path`; `.sox` may be left out. A module is known by its
//! canonical path, so that each file is loaded once however it is spelt.

use crate::check::language_of;
use crate::input;
use sox_bytecode::container::Language;
use sox_diagnostics::{SourceId, SourceMap, closest};
use sox_lang::{Assembly, Host, ImportError, Imported, Lowered, Unit};
use sox_program::ModuleId;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Where imports were looked for: with the same files, the same is found again.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    /// Files, and where their paths lead.
    pub(crate) found: Vec<(PathBuf, PathBuf)>,
    /// Places without a file that were looked at before one was found, or none was.
    pub(crate) absent: Vec<PathBuf>,
}

/// Answers the front end's questions about names and files.
#[derive(Debug, Default)]
pub(crate) struct Imports {
    module_paths: Vec<PathBuf>,
    /// Folder of each source that came from a file.
    folders: HashMap<SourceId, PathBuf>,
    /// Names the embedder gave.
    host_names: Vec<String>,
    /// Sources by canonical path or `std/` name.
    known: HashMap<String, SourceId>,
    /// Where files were looked for.
    pub(crate) trail: Trail,
    /// The sources that are PohLang.
    poh: HashSet<SourceId>,
    /// The top level of an interactive PohLang session.
    pub(crate) poh_top_level: sox_poh_lang::TopLevel,
}

impl Imports {
    pub(crate) fn new(module_paths: Vec<PathBuf>) -> Self {
        Self { module_paths, ..Self::default() }
    }

    /// Makes the file's folder the first place its imports are looked for, and the file itself a
    /// module that others may import (and so find out that they go in a circle).
    pub(crate) fn add_entry(&mut self, source: SourceId, path: &Path) {
        self.folders.insert(source, folder_of(path));
        if let Ok(canonical) = path.canonicalize() {
            self.known.insert(canonical.display().to_string(), source);
            self.trail.found.push((path.to_path_buf(), canonical));
        }
    }

    /// Notes that a source is PohLang.
    pub(crate) fn add_poh(&mut self, source: SourceId) {
        self.poh.insert(source);
    }

    /// Makes a name of the embedder known.
    pub(crate) fn add_builtin(&mut self, name: &str) {
        self.host_names.push(name.into());
    }

    pub(crate) fn import_std(
        &mut self,
        sources: &mut SourceMap,
        path: &str,
    ) -> Result<Imported, ImportError> {
        let name = &path["std/".len()..];
        let Some(text) = sox_library::std_source(name) else {
            let mut help = Vec::new();
            match closest(name, sox_library::std_names().iter().copied()) {
                Some(known) => help.push(format!("did you mean \"std/{known}\"?")),
                None => {
                    help.push(format!("built-in modules: {}", sox_library::std_names().join(", ")))
                }
            }
            let message = format!("There is no built-in module \"{path}\".");
            return Err(ImportError { message, help, missing: true });
        };
        let source = *self.known.entry(path.into()).or_insert_with(|| sources.add(path, text));
        Ok(Imported { key: path.into(), source, library: true })
    }

    fn candidates(&self, importer: SourceId, path: &str) -> Vec<PathBuf> {
        let beside = self.folders.get(&importer).cloned().unwrap_or_default();
        let mut folders = vec![beside];
        if !folders[0].as_os_str().is_empty() {
            folders.push(PathBuf::new());
        }
        folders.extend(self.module_paths.iter().cloned());
        let mut candidates = Vec::new();
        for folder in folders {
            if !path.ends_with(".sox") && !path.ends_with(".poh") {
                candidates.push(folder.join(format!("{path}.sox")));
            }
            candidates.push(folder.join(path));
        }
        candidates
    }
}

impl Host for Imports {
    fn is_builtin(&self, name: &str) -> bool {
        sox_library::is_builtin(name) || self.host_names.iter().any(|known| known == name)
    }

    fn builtin_names(&self) -> Vec<String> {
        let mut names: Vec<String> = sox_library::builtin_names().map(str::to_string).collect();
        names.extend(self.host_names.iter().cloned());
        names
    }

    fn import(
        &mut self,
        sources: &mut SourceMap,
        importer: SourceId,
        path: &str,
    ) -> Result<Imported, ImportError> {
        if path.starts_with("std/") {
            return self.import_std(sources, path);
        }
        self.import_file(sources, importer, path)
    }

    fn other_language(&self, source: SourceId) -> Option<&'static str> {
        self.poh.contains(&source).then_some("poh.to_sox")
    }

    fn lower_other(
        &mut self,
        assembly: &mut Assembly<'_>,
        source: SourceId,
        module: ModuleId,
        unit: Unit,
    ) -> Lowered {
        crate::pohlang::lower(self, assembly, source, module, unit)
    }
}

impl Imports {
    /// Finds and reads a file.
    pub(crate) fn import_file(
        &mut self,
        sources: &mut SourceMap,
        importer: SourceId,
        path: &str,
    ) -> Result<Imported, ImportError> {
        let candidates = self.candidates(importer, path);
        let Some(position) = candidates.iter().position(|candidate| candidate.is_file()) else {
            let error = not_found(path, &candidates);
            self.trail.absent.extend(candidates);
            return Err(error);
        };
        let found = &candidates[position];
        let place = found.canonicalize().unwrap_or_else(|_| found.clone());
        let key = place.display().to_string();
        self.trail.absent.extend_from_slice(&candidates[..position]);
        self.trail.found.push((found.clone(), place));
        if let Some(&source) = self.known.get(&key) {
            return Ok(Imported { key, source, library: false });
        }
        let text = input::read_file(found).map_err(|error| ImportError {
            message: format!("Cannot import \"{path}\": {}.", error.message),
            help: vec![error.help],
            missing: error.status == crate::status::NO_INPUT,
        })?;
        let source = sources.add(&found.display().to_string(), text);
        if language_of(&key) == Language::PohLang {
            self.add_poh(source);
        }
        self.folders.insert(source, folder_of(found));
        self.known.insert(key.clone(), source);
        Ok(Imported { key, source, library: false })
    }
}

fn not_found(path: &str, candidates: &[PathBuf]) -> ImportError {
    if path.is_empty() {
        let message = "The path of an import must not be empty.".into();
        return ImportError { message, help: Vec::new(), missing: true };
    }
    let looked: Vec<_> = candidates.iter().map(|path| path.display().to_string()).collect();
    let mut help = vec![format!("looked for {}", looked.join(", "))];
    if let Some(folder) = candidates.iter().find(|candidate| candidate.is_dir()) {
        help.push(format!("{} is a directory: name a file in it", folder.display()));
    }
    ImportError { message: format!("Cannot find module \"{path}\"."), help, missing: true }
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}
