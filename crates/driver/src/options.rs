//! What a run is asked to be.

use crate::{Caching, EngineKind, ProgramAssets, PublicKey};
use sox_bytecode::container::Language;
use sox_bytecode::optimize::Passes;
use sox_library::Permissions;
use sox_vm::Form;
use std::path::{Path, PathBuf};

/// Settings of checks and runs. The default is that of `sox FILE` without flags.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What executes.
    pub engine: EngineKind,
    /// The language of the program; by default what the name of its file says, else Sox.
    pub language: Option<Language>,
    /// The form of the virtual machine's interpreter; by default the fastest.
    pub form: Option<Form>,
    /// How bytecode is optimized.
    pub passes: Passes,
    /// Where compiled programs are kept.
    pub cache: Caching,
    /// Keys of which one must have signed the program; if there are none, anybody may have made it.
    pub signers: Vec<PublicKey>,
    /// Bytes the program may use.
    pub max_memory: Option<usize>,
    /// Calls and loop turns the program may make.
    pub max_steps: Option<u64>,
    /// Frames of the call stack; the default is 200,000.
    pub max_stack: Option<u32>,
    /// Collect at every safepoint.
    pub gc_stress: bool,
    /// PohLang copies every list and dictionary before it changes it, as if all had several holders:
    /// for tests, which see so whether something has several holders and was not marked.
    pub copy_always: bool,
    /// Seed of the hashes, for repeatable runs; random otherwise.
    pub hash_seed: Option<u64>,
    /// What the program may not do.
    pub permissions: Permissions,
    /// What the program finds under `asset:/`.
    pub assets: ProgramAssets,
    /// Where imports are looked for last.
    pub module_paths: Vec<PathBuf>,
    /// `argv`: the program, the script, and the script's arguments.
    pub argv: Vec<String>,
    /// Drop what `print` writes.
    pub suppress_print: bool,
}

impl Options {
    /// The same for another file that is a program of its own: its name is in `argv`, and its assets are
    /// beside it.
    pub(crate) fn of_program(&self, file: &Path) -> Options {
        let argv = vec!["sox".into(), file.display().to_string()];
        Options { argv, assets: ProgramAssets::beside(file), ..self.clone() }
    }
}
