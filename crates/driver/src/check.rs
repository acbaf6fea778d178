//! Checking: from an input to a program without errors.

use crate::imports::{Imports, Trail};
use crate::{Input, InputError, Options, read, status};
use sox_bytecode::container::Language;
use sox_diagnostics::{Code, Diagnostic, SourceMap, closest};
use sox_lang::{Session, Unit};
use sox_program::Program;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

/// A program without compile errors, ready to be loaded.
#[derive(Debug)]
pub struct Checked {
    /// The resolved tree of the program and its imports.
    pub program: Arc<Program>,
    /// All its sources.
    pub sources: SourceMap,
    /// Warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// The language of its first file: the one its errors are reported in.
    pub language: Language,
}

impl Checked {
    /// What is left of a program that exceeds a limit of the bytecode, as this says.
    pub(crate) fn too_large(mut self, diagnostic: Diagnostic) -> Rejected {
        self.diagnostics.push(diagnostic);
        let (diagnostics, sources) = (self.diagnostics, self.sources);
        Rejected { diagnostics, sources, absent: Vec::new(), status: status::DATA }
    }
}

/// What was found instead of a program.
#[derive(Debug)]
pub struct Rejected {
    /// All errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// The sources they are in.
    pub sources: SourceMap,
    /// Where imports were looked for and are not.
    pub absent: Vec<PathBuf>,
    /// The exit status that says so: 66 if an imported file is missing, else 65.
    pub status: i32,
}

/// Reads and checks a program and everything it imports; `unit` says what kind of text it is.
///
/// # Errors
/// The outer error if the input cannot be read, the inner one if the program is wrong.
pub fn check(
    input: &Input,
    unit: Unit,
    options: &Options,
) -> Result<Result<Checked, Rejected>, InputError> {
    let (name, text) = read(input)?;
    Ok(check_text(input, &name, text, unit, options))
}

/// Checks the text of an input, under a name, and everything it imports.
///
/// # Errors
/// If the program is wrong.
pub(crate) fn check_text(
    input: &Input,
    name: &str,
    text: String,
    unit: Unit,
    options: &Options,
) -> Result<Checked, Rejected> {
    check_on_trail(input, name, text, unit, options).map(|(checked, _)| checked)
}

/// The same; tells too where imports were looked for.
pub(crate) fn check_on_trail(
    input: &Input,
    name: &str,
    text: String,
    unit: Unit,
    options: &Options,
) -> Result<(Checked, Trail), Rejected> {
    let mut sources = SourceMap::default();
    let entry = sources.add(name, text);
    let mut imports = Imports::new(options.module_paths.clone());
    if let Input::File(path) = input {
        imports.add_entry(entry, path);
    }
    let language = options.language.unwrap_or_else(|| language_of(name));
    if language == Language::PohLang {
        imports.add_poh(entry);
    }
    let outcome = Session::default().lower(&mut sources, entry, unit, &mut imports);
    let diagnostics = outcome.diagnostics;
    match outcome.program {
        Some(program) => {
            let program = Arc::new(program);
            Ok((Checked { program, sources, diagnostics, language }, imports.trail))
        }
        None => {
            let status = if outcome.import_missing { status::NO_INPUT } else { status::DATA };
            Err(Rejected { diagnostics, sources, absent: imports.trail.absent, status })
        }
    }
}

/// The language of a file, by its name.
pub(crate) fn language_of(name: &str) -> Language {
    if name.ends_with(".poh") { Language::PohLang } else { Language::Sox }
}

/// All codes that `explain` knows.
pub fn codes() -> &'static [&'static Code] {
    static ALL: LazyLock<Vec<&'static Code>> =
        LazyLock::new(|| [sox_lang::codes(), sox_poh_lang::codes()].concat());
    &ALL
}

/// The code with this name, in any case; otherwise the closest one there is.
///
/// # Errors
/// The code that was perhaps meant.
pub fn explain(id: &str) -> Result<&'static Code, Option<&'static Code>> {
    let id = id.to_ascii_uppercase();
    let find = |id: &str| codes().iter().copied().find(|code| code.id == id);
    find(&id).ok_or_else(|| closest(&id, codes().iter().map(|code| code.id)).and_then(find))
}
