//! Building a program into an executable: what `sox build` does, but for flags and printing.
//!
//! ```text
//! Input ─ prepare ─ Prepared ─┐
//!             Target ─ Stub ──┴─ build ─ Built
//! ```
//! The bytes of an executable depend on the program, its assets, the flags and the stub, and on
//! nothing else: not on where these files are, when it was made or by whom.

mod assets;
mod check;
mod error;
mod pattern;
mod stubs;

pub use assets::{AssetMap, ProgramAssets};
use assets::{collect, or_here};
pub use check::Checked as CheckedRun;
pub use error::BuildError;
pub use stubs::{Stub, find_stub, stub_set};

use crate::atomic::{Kind, Staged, replaced};
use crate::input::reason;
use crate::{Debug, Input, Options, Ready, Rejected, bytecode, open};
use sox_bytecode::container::{self, Bundle};
use sox_bytecode::{Module, Source};
use sox_diagnostics::{Diagnostic, SourceMap};
use sox_lang::Unit;
use sox_package::{BuiltSettings, Look, Part, Program, Target, package};
use std::fs;
use std::path::{Path, PathBuf};

/// A program that is ready to be put into stubs.
#[derive(Debug)]
pub struct Prepared {
    /// Warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// The sources they are in.
    pub sources: SourceMap,
    /// How many assets there are.
    pub assets: usize,
    program: Program,
    /// The files that it was made from.
    inputs: Vec<PathBuf>,
    /// What the program is called, if it has a name.
    name: Option<String>,
}

/// A program that was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// Bytes of the executable.
    pub size: usize,
    /// What they are for.
    pub parts: Vec<Part>,
    /// What running it showed, if it was wanted.
    pub checked: Option<CheckedRun>,
}

/// What goes into an executable besides the program.
#[derive(Clone, Debug, Default)]
pub struct Extras<'a> {
    /// Patterns of files that come with it.
    pub include: &'a [String],
    /// Where it may be written: files that are not among them.
    pub outputs: &'a [PathBuf],
    /// How it is run.
    pub settings: BuiltSettings,
    /// Whether it is stored in fewer bytes.
    pub compress: bool,
    /// How much of the sources is put in; of bytecode, only whether their texts are kept.
    pub debug: Debug,
}

/// Checks a program and collects what belongs to it.
///
/// # Errors
/// The outer error if something cannot be read, the inner one if the program is wrong.
pub fn prepare(
    input: &Input,
    options: &Options,
    extras: &Extras<'_>,
) -> Result<Result<Prepared, Rejected>, BuildError> {
    let folder = folder_of(input);
    let (bundle, diagnostics, sources) = match open(input, Unit::Script, options)? {
        Err(rejected) => return Ok(Err(rejected)),
        Ok(Ready::Source(checked)) => {
            let bundle = bytecode::bundle(&checked, options, extras.debug);
            let mut bundle = match bundle {
                Ok(bundle) => bundle,
                Err(diagnostic) => return Ok(Err(checked.too_large(*diagnostic))),
            };
            rename_sources(&mut bundle.module.sources, &folder);
            (bundle, checked.diagnostics, checked.sources)
        }
        Ok(Ready::Bytecode(it)) => {
            let module = Module::clone(&it.module);
            let texts = (extras.debug == Debug::Texts).then(|| it.texts()).flatten();
            let bundle = Bundle { language: it.language, module, texts };
            (bundle, it.diagnostics, it.sources)
        }
    };
    let mut inputs: Vec<PathBuf> =
        sources.files().map(|(_, file)| PathBuf::from(&*file.name)).collect();
    let mut name = None;
    if let Input::File(path) = input {
        inputs.push(path.clone());
        name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    }
    let assets = collect(&folder, extras.include, extras.outputs)?;
    let program = Program {
        bytecode: container::write(&bundle),
        settings: extras.settings,
        assets,
        compress: extras.compress,
    };
    let assets = program.assets.len();
    Ok(Ok(Prepared { diagnostics, sources, assets, program, inputs, name }))
}

/// Where an executable is to be written: at the place that was named or, if none was, in the working
/// folder under the program's name. With several targets each name ends with its target. Programs
/// for Windows must end with `.exe` to be run, so that is added.
///
/// # Errors
/// If no name was given and the program has none.
pub fn output_path(
    input: &Input,
    named: Option<&Path>,
    target: Target,
    several: bool,
) -> Result<PathBuf, BuildError> {
    let base = match (named, input) {
        (Some(path), _) => path.to_path_buf(),
        (None, Input::File(path)) => {
            path.file_stem().map(PathBuf::from).ok_or(BuildError::NoName)?
        }
        (None, Input::Stdin | Input::Code(_)) => return Err(BuildError::NoName),
    };
    let mut path = base.into_os_string();
    if several {
        path.push("-");
        path.push(target.name());
    }
    let has_suffix = path.to_string_lossy().to_lowercase().ends_with(target.suffix());
    if !has_suffix {
        path.push(target.suffix());
    }
    Ok(path.into())
}

impl Prepared {
    /// Puts the program into a stub, and the executable at its place: whole or not at all.
    ///
    /// # Errors
    /// Whatever is wrong; the place is as it was then.
    pub fn build(
        &self,
        stub: &Stub,
        look: &Look,
        place: &Path,
        check: bool,
    ) -> Result<Built, BuildError> {
        self.may_be_written(place)?;
        let name = self
            .name
            .clone()
            .or_else(|| place.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        let look = Look { identifier: identifier(name.as_deref()), ..look.clone() };
        let made = package(&stub.bytes, stub.target, &self.program, &look)
            .map_err(|error| BuildError::Package { stub: stub.path.clone(), error })?;
        let failed = |error: std::io::Error| {
            let path = place.to_path_buf();
            BuildError::Output { path, why: reason(&error) }
        };
        let kind = Kind { sync: true, executable: true };
        let mut checked = None;
        match Staged::write(place, &made.bytes, kind).map_err(failed)? {
            Some(staged) => {
                if check {
                    checked = Some(check::check(&made.bytes, staged.path(), stub.target)?);
                }
                staged.commit().map_err(failed)?;
            }
            // A device or a pipe.
            None => fs::write(place, &made.bytes).map_err(failed)?,
        }
        Ok(Built { size: made.bytes.len(), parts: made.parts, checked })
    }

    fn may_be_written(&self, place: &Path) -> Result<(), BuildError> {
        if place.is_dir() {
            return Err(BuildError::OutputIsFolder(place.to_path_buf()));
        }
        match replaced(place, self.inputs.iter().map(|input| &**input)) {
            Some(_) => Err(BuildError::ReplacesInput(place.to_path_buf())),
            None => Ok(()),
        }
    }
}

/// The folder that a program's assets are below.
pub(crate) fn folder_of(input: &Input) -> PathBuf {
    match input {
        Input::File(path) => path.parent().map(Path::to_path_buf).unwrap_or_default(),
        Input::Stdin | Input::Code(_) => PathBuf::new(),
    }
}

/// What a macOS signature calls a program.
fn identifier(name: Option<&str>) -> String {
    let plain = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' | '_' => letter,
        _ => '-',
    };
    match name {
        None | Some("") => "sox-program".into(),
        Some(name) => name.chars().map(plain).collect(),
    }
}

/// Calls the sources of a program by their places below its folder, wherever that is; those that
/// are elsewhere by their names alone.
fn rename_sources(sources: &mut [Source], folder: &Path) {
    let folder = or_here(folder).canonicalize();
    for source in sources {
        let Ok(path) = Path::new(&*source.name).canonicalize() else { continue };
        let inside = folder.as_ref().ok().and_then(|folder| path.strip_prefix(folder).ok());
        let short = match (inside, path.file_name()) {
            (Some(inside), _) => inside.to_path_buf(),
            (None, Some(name)) => PathBuf::from(name),
            (None, None) => continue,
        };
        let parts = short.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
        source.name = parts.collect::<Vec<_>>().join("/").into();
    }
}
