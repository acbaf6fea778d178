//! Bytecode files: telling them from sources, reading, verifying and making them.

use crate::cache::{Cache, Kept};
use crate::check::check_text;
use crate::input::{decode, name_in_errors, read_bytes, shown_name};
use crate::maker::BytecodeMaker;
use crate::{Checked, Input, InputError, Options, PublicKey, Rejected, signing, status};
use sox_bytecode::container::{self, Bundle, Contents, Language};
use sox_bytecode::optimize::{Pass, Passes, optimize};
use sox_bytecode::{Module, Source, VerifiedModule, VerifyError};
use sox_diagnostics::{Diagnostic, SourceId, SourceMap};
use sox_lang::Unit;
use std::sync::Arc;

/// A program of verified bytecode, ready to be loaded.
#[derive(Clone, Debug)]
pub struct Bytecode {
    /// The language it was written in.
    pub language: Language,
    /// The program.
    pub module: Arc<VerifiedModule>,
    /// Its sources; none if the file does not hold their texts.
    pub sources: SourceMap,
    /// Warnings, if it was compiled just now or comes from the cache.
    pub diagnostics: Vec<Diagnostic>,
    /// What the cache had to do with it, if anything.
    pub kept: Option<Kept>,
}

/// A program ready to be loaded, whatever form it had.
#[derive(Debug)]
pub enum Ready {
    /// It was text.
    Source(Checked),
    /// It was bytecode.
    Bytecode(Bytecode),
}

/// Reads a program of either form, told by its first bytes, and checks or verifies it. (A file that
/// is called bytecode and does not begin so is not taken for a source.)
///
/// # Errors
/// The outer error if the input cannot be read, or is bytecode that is damaged or breaks a rule;
/// the inner one if it is a source that is wrong.
pub fn open(
    input: &Input,
    unit: Unit,
    options: &Options,
) -> Result<Result<Ready, Rejected>, InputError> {
    let cache = Cache::of(input, None, unit, options);
    if let Some(bytecode) = cache.as_ref().and_then(Cache::load) {
        return Ok(Ok(Ready::Bytecode(bytecode)));
    }
    let bytes = read_bytes(input)?;
    if Language::of(&bytes).is_some() || is_called_bytecode(input) {
        let file = Arc::new(bytes);
        let bytecode = Bytecode::read_signed(&name_in_errors(input), &file, &options.signers)?;
        return Ok(Ok(Ready::Bytecode(bytecode)));
    }
    if !options.signers.is_empty() {
        let message = "is no bytecode, and --require-signature wants a signed file".into();
        return Err(refused(&name_in_errors(input), message));
    }
    let text = decode(&name_in_errors(input), bytes)?;
    if let Some(cache) = cache {
        return Ok(cache.fill(input, text, unit, options));
    }
    if let Some(cache) = Cache::of(input, Some(&text), unit, options) {
        return Ok(match cache.load() {
            Some(bytecode) => Ok(Ready::Bytecode(bytecode)),
            None => cache.fill(input, text, unit, options),
        });
    }
    Ok(check_text(input, &shown_name(input), text, unit, options).map(Ready::Source))
}

/// Reads and verifies a program that must be bytecode.
///
/// # Errors
/// If the input cannot be read, is no bytecode, or breaks a rule.
pub fn open_bytecode(input: &Input, options: &Options) -> Result<Bytecode, InputError> {
    let file = Arc::new(read_bytes(input)?);
    Bytecode::read_signed(&name_in_errors(input), &file, &options.signers)
}

/// Whether the name of a file promises bytecode.
pub(crate) fn is_called_bytecode(input: &Input) -> bool {
    let Input::File(path) = input else { return false };
    path.extension().is_some_and(|extension| extension == "soxc" || extension == "pbc")
}

impl Bytecode {
    /// Reads and verifies a file; `name` is what errors call it.
    ///
    /// # Errors
    /// If it is damaged, breaks a rule, or needs a module of the library that is not there.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Bytecode, InputError> {
        Bytecode::read_signed(name, &Arc::new(bytes.to_vec()), &[])
    }

    /// The same for a file that one of some keys must have signed; if there are none, it need not
    /// be signed. The program keeps the file, where its code is.
    ///
    /// # Errors
    /// As for [`Bytecode::read`], or if it is not signed by one of them.
    pub fn read_signed(
        name: &str,
        file: &Arc<Vec<u8>>,
        signers: &[PublicKey],
    ) -> Result<Bytecode, InputError> {
        let read = || {
            let Contents { bundle, signature, .. } = container::read_shared(file)
                .map_err(|error| format!("is not a bytecode file that can be run: {error}"))?;
            if !signers.is_empty() {
                signing::require(file, signature, signers)?;
            }
            Bytecode::of_bundle(bundle)
        };
        read().map_err(|message| refused(name, message))
    }

    /// The texts of its sources, if the file holds them.
    pub(crate) fn texts(&self) -> Option<Vec<Box<str>>> {
        let texts: Vec<_> =
            self.sources.files().map(|(_, file)| Box::from(file.text.as_str())).collect();
        (!texts.is_empty()).then_some(texts)
    }

    /// Verifies a program.
    ///
    /// # Errors
    /// What is wrong with it, to be put behind its name.
    pub(crate) fn of_bundle(bundle: Bundle) -> Result<Bytecode, String> {
        let Bundle { language, module, texts } = bundle;
        let names: Vec<_> = module.sources.iter().map(|source| source.name.clone()).collect();
        let module = sox_bytecode::verify(module)
            .map_err(|error: VerifyError| format!("is refused: {error}"))?;
        let paths = module.modules.iter().filter_map(|info| info.external);
        let known = |path: &str| path.strip_prefix("std/").and_then(sox_library::std_source);
        if let Some(path) = paths.map(|path| module.name(path)).find(|path| known(path).is_none()) {
            return Err(format!("needs the module \"{path}\", which is not built in"));
        }
        let mut sources = SourceMap::default();
        for (name, text) in names.iter().zip(texts.into_iter().flatten()) {
            sources.add(name, text);
        }
        let diagnostics = Vec::new();
        Ok(Bytecode { language, module: Arc::new(module), sources, diagnostics, kept: None })
    }
}

/// A file is not accepted, for a reason that begins with a verb.
fn refused(name: &str, reason: String) -> InputError {
    InputError { message: format!("{name} {reason}"), help: String::new(), status: status::DATA }
}

/// What there is to say of a sound file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Bytes of the file.
    pub size: usize,
    /// Functions in it.
    pub functions: usize,
    /// Instructions of all of them.
    pub instructions: usize,
    /// Who signed it.
    pub signer: Option<PublicKey>,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Verdict { size, functions, instructions, signer } = self;
        write!(f, "sound: {size} bytes, {functions} functions, {instructions} instructions")?;
        match signer {
            Some(key) => write!(f, ", signed by {key}"),
            None => Ok(()),
        }
    }
}

/// Reads and verifies a bytecode file.
///
/// # Errors
/// If it cannot be read or is not one that can be run.
pub fn verify_file(input: &Input) -> Result<Verdict, InputError> {
    let (name, bytes) = (name_in_errors(input), read_bytes(input)?);
    let Bytecode { module, .. } = Bytecode::read(&name, &bytes)?;
    let signature = container::read_all(&bytes).ok().and_then(|contents| contents.signature);
    let signer = signing::signer(&bytes, signature).map_err(|reason| refused(&name, reason))?;
    let instructions = module.functions.iter().map(|function| function.code.len()).sum();
    let (size, functions) = (bytes.len(), module.functions.len());
    Ok(Verdict { size, functions, instructions, signer })
}

/// How much a bytecode file says about its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Debug {
    /// Nothing: traces have no lines.
    Stripped,
    /// Names, lines and columns.
    #[default]
    Places,
    /// The texts too: errors show the line they come from.
    Texts,
}

/// The bytecode file of a program, optimized as the options say.
///
/// # Errors
/// If the program exceeds a limit of the bytecode.
pub fn compile(
    checked: &Checked,
    options: &Options,
    debug: Debug,
) -> Result<Vec<u8>, Box<Diagnostic>> {
    bundle(checked, options, debug).map(|bundle| container::write(&bundle))
}

/// The program as files hold it, optimized as the options say.
///
/// # Errors
/// If the program exceeds a limit of the bytecode.
pub(crate) fn bundle(
    checked: &Checked,
    options: &Options,
    debug: Debug,
) -> Result<Bundle, Box<Diagnostic>> {
    let mut maker = BytecodeMaker::new(options.passes);
    let verified = maker.verified(&checked.program, &checked.sources)?;
    let module = Module::clone(&verified);
    let mut module = module.into_portable(debug != Debug::Stripped);
    if debug == Debug::Stripped && options.passes.has(Pass::Dedupe) {
        // Without lines more functions cannot be told apart.
        optimize(&mut module, Passes::NONE.with(Pass::Dedupe));
    }
    let text = |id| Box::from(checked.sources.file(id).text.as_str());
    let texts = (debug == Debug::Texts).then(|| {
        let kept = kept_sources(&module.sources, &checked.sources);
        kept.into_iter().map(text).collect()
    });
    Ok(Bundle { language: checked.language, module, texts })
}

/// The numbers that the sources a module kept have among all. They are known by their names.
pub(crate) fn kept_sources(kept: &[Source], all: &SourceMap) -> Vec<SourceId> {
    let mut files = all.files();
    let mut id = |source: &Source| {
        let found = files.find(|(_, file)| *file.name == *source.name);
        found.expect("kept sources are some of all, in order").0
    };
    kept.iter().map(&mut id).collect()
}
