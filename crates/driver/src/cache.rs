//! Compiled programs, kept to start faster: in the user's cache folder or beside the script.
//!
//! A cached file is a bytecode file that says what decided what came out ([`Origin`]): the compiler,
//! the flags, where imports were looked for and found, and SHA-256 of each text. It is used if
//! compiling would give the same now, which is not told by times: the texts are hashed, and imports
//! looked for again where they were looked for. So it is never stale. The texts are read again only
//! when an error has to show a line; if they have changed since, it tells the place without showing it.
//!
//! Nothing here is an error: what cannot be read, written or understood is not there, and the
//! program is compiled. Files are put in place whole, so that several processes may write the same.

use crate::atomic::write_quickly;
use crate::bytecode::{Bytecode, Debug, Ready, bundle, is_called_bytecode, kept_sources};
use crate::check::check_on_trail;
use crate::imports::Trail;
use crate::input::{BYTE_ORDER_MARK, read_file, reason, shown_name};
use crate::{Checked, EngineKind, Input, Options, Rejected, remarks};
use sha2::{Digest, Sha256};
use sox_bytecode::Module;
use sox_bytecode::container::{self, Contents, Origin};
use sox_diagnostics::{SourceFile, SourceMap};
use sox_lang::Unit;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of source from which on a program is worth keeping. Up to about here a start from the cache
/// gains less than 0.2 ms, and a file would be made for every little script.
const WORTH_KEEPING: usize = 8 << 10;

/// Files of the cache folder at most, and bytes of all of them; the oldest go first.
const MOST_FILES: usize = 512;
const MOST_BYTES: u64 = 256 << 20;

/// Where compiled programs are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Caching {
    /// Nowhere.
    #[default]
    Off,
    /// In a folder, if it gains something.
    In(CacheFolder),
    /// In a folder, whatever its size.
    Always(CacheFolder),
    /// Each beside its script, whatever its size.
    Beside,
}

/// What the cache had to do with a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It was in this file.
    Found(PathBuf),
    /// It was compiled and put into this file.
    Put(PathBuf),
    /// It was compiled and could not be kept, for this reason.
    Not(String),
}

/// Says where compiled programs are kept: `off`, or a folder instead of the user's.
const VARIABLE: &str = "SOX_CACHE";

/// A folder for cached files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheFolder(PathBuf);

/// What a cache folder has in it while it is not to be used.
const OFF: &str = "off";

impl CacheFolder {
    /// A folder, which need not be there yet.
    pub fn at(path: impl Into<PathBuf>) -> CacheFolder {
        CacheFolder(path.into())
    }

    /// The folder that SOX_CACHE names, else the user's; none if there is none or SOX_CACHE is `off`.
    pub fn wanted() -> Option<CacheFolder> {
        match std::env::var_os(VARIABLE) {
            Some(value) if value == "off" => None,
            Some(value) if !value.is_empty() => Some(CacheFolder::at(value)),
            _ => CacheFolder::of_user(),
        }
    }

    /// The folder where the system wants a user's caches; none if it does not say.
    pub fn of_user() -> Option<CacheFolder> {
        let variable = |name: &str| {
            let value = PathBuf::from(std::env::var_os(name)?);
            value.is_absolute().then_some(value)
        };
        let caches = if cfg!(windows) {
            variable("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            variable("HOME").map(|home| home.join("Library/Caches"))
        } else {
            variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")))
        };
        caches.map(|caches| CacheFolder(caches.join("sox")))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Deletes what is in it; gives the number of files and their bytes.
    ///
    /// # Errors
    /// What the system says.
    pub fn clear(&self) -> std::io::Result<(usize, u64)> {
        let files = self.files();
        let bytes = files.iter().map(|file| file.bytes).sum();
        files.iter().try_for_each(|file| remove(&file.path))?;
        Ok((files.len(), bytes))
    }

    /// Clears it and lets nothing be kept in it until it is turned on.
    ///
    /// # Errors
    /// What the system says.
    pub fn turn_off(&self) -> std::io::Result<()> {
        self.clear()?;
        fs::create_dir_all(&self.0)?;
        fs::write(self.0.join(OFF), "sox cache on turns the cache on again\n")
    }

    /// Lets things be kept in it again.
    ///
    /// # Errors
    /// What the system says.
    pub fn turn_on(&self) -> std::io::Result<()> {
        remove(&self.0.join(OFF))
    }

    /// Whether things may be kept in it.
    pub fn is_on(&self) -> bool {
        !self.0.join(OFF).exists()
    }

    /// The cached files, the oldest first.
    fn files(&self) -> Vec<CachedFile> {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        let mut files: Vec<CachedFile> = entries
            .filter_map(|entry| {
                let (path, metadata) = (entry.path(), entry.metadata().ok()?);
                let ours = metadata.is_file() && is_ours(&entry.file_name());
                let (modified, bytes) = (metadata.modified().ok()?, metadata.len());
                ours.then_some(CachedFile { path, modified, bytes })
            })
            .collect();
        files.sort_by_key(|file| file.modified);
        files
    }

    /// Puts a file in, and takes the oldest out if there are too many.
    fn put(&self, file: &Path, bytes: &[u8]) -> std::io::Result<()> {
        if !self.is_on() {
            return Err(std::io::Error::other("the cache is turned off"));
        }
        fs::create_dir_all(&self.0)?;
        write_quickly(file, bytes)?;
        let files = self.files();
        let (mut count, mut bytes) = (files.len(), files.iter().map(|it| it.bytes).sum::<u64>());
        for old in files {
            if count <= MOST_FILES && bytes <= MOST_BYTES {
                break;
            }
            remove(&old.path)?;
            count -= 1;
            bytes -= old.bytes;
        }
        Ok(())
    }
}

/// Removes a file that others may remove, too.
fn remove(file: &Path) -> std::io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether a name is one that [`name`] gives, or that of a file being written that will have it. A
/// folder for cached files may have files of the user's in it.
fn is_ours(file: &std::ffi::OsStr) -> bool {
    let name = file.to_str().unwrap_or_default();
    let hidden = name.strip_prefix('.');
    let Some((digits, rest)) = hidden.unwrap_or(name).split_at_checked(DIGITS) else {
        return false;
    };
    let rest = rest.strip_prefix(".soxc");
    digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        && match hidden {
            None => rest == Some(""),
            Some(_) => rest.is_some_and(|rest| rest.ends_with(".tmp")),
        }
}

struct CachedFile {
    path: PathBuf,
    modified: std::time::SystemTime,
    bytes: u64,
}

/// The cache, as far as one program is concerned.
pub(crate) struct Cache<'o> {
    caching: &'o Caching,
    script: &'o Path,
    file: PathBuf,
    maker: String,
    settings: String,
}

impl<'o> Cache<'o> {
    /// Where a program may be kept, whose text is told if it was read. None if it is not to be kept, or
    /// so small that this depends on the text.
    pub(crate) fn of(
        input: &'o Input,
        text: Option<&str>,
        unit: Unit,
        options: &'o Options,
    ) -> Option<Cache<'o>> {
        let Input::File(script) = input else { return None };
        let compiles =
            options.engine == EngineKind::Vm && unit == Unit::Script && options.signers.is_empty();
        if !compiles || options.cache == Caching::Off || is_called_bytecode(input) {
            return None;
        }
        // What comes from a pipe can be read only once.
        let metadata = fs::metadata(script).ok().filter(fs::Metadata::is_file)?;
        if let Caching::In(_) = &options.cache
            && metadata.len() < WORTH_KEEPING as u64
            && !text.is_some_and(imports_files)
        {
            return None;
        }
        let settings = settings(script, options)?;
        let file = match &options.cache {
            Caching::Off => return None,
            Caching::In(folder) | Caching::Always(folder) => folder.0.join(name(&settings)),
            Caching::Beside => script.with_extension("soxc"),
        };
        Some(Cache { caching: &options.cache, script, file, maker: maker()?, settings })
    }

    /// Compiles the program and puts it into the cache.
    pub(crate) fn fill(
        &self,
        input: &Input,
        text: String,
        unit: Unit,
        options: &Options,
    ) -> Result<Ready, Rejected> {
        let (checked, trail) = check_on_trail(input, &shown_name(input), text, unit, options)?;
        Ok(match self.compile(&checked, &trail, options) {
            Some(bytecode) => Ready::Bytecode(bytecode),
            None => Ready::Source(checked),
        })
    }

    /// What the cache has, if compiling would give the same.
    pub(crate) fn load(&self) -> Option<Bytecode> {
        let bytes = Arc::new(fs::read(&self.file).ok()?);
        let Contents { bundle, origin: Some(origin), .. } = container::read_shared(&bytes).ok()?
        else {
            return None;
        };
        let fresh = *origin.maker == *self.maker
            && *origin.settings == *self.settings
            && origin.found.iter().all(|(path, place)| leads_to(path, place))
            && origin.absent.iter().all(|path| !Path::new(&**path).is_file());
        if !fresh {
            return None;
        }
        let texts = Texts::of(&bundle.module, &origin, self.script)?;
        if !texts.are_there() {
            return None;
        }
        let diagnostics = remarks::read(&origin.remarks, bundle.module.sources.len() as u32)?;
        let bytecode = Bytecode::of_bundle(bundle).ok()?;
        let sources = SourceMap::read_later(move || texts.read().unwrap_or_default());
        let kept = Some(Kept::Found(self.file.clone()));
        Some(Bytecode { sources, diagnostics, kept, ..bytecode })
    }

    /// Compiles a program and puts it into the cache. None if it is small or cannot be compiled.
    fn compile(&self, checked: &Checked, trail: &Trail, options: &Options) -> Option<Bytecode> {
        let sizes = checked.sources.files().map(|(_, file)| file.text.len());
        if matches!(self.caching, Caching::In(_)) && sizes.sum::<usize>() < WORTH_KEEPING {
            return None;
        }
        let bundle = bundle(checked, options, Debug::Places).ok()?;
        let kept = kept_sources(&bundle.module.sources, &checked.sources);
        let number = |id| (0..).zip(&kept).find(|&(_, &kept)| kept == id).map(|(number, _)| number);
        let remarks = remarks::write(&checked.diagnostics, number)?;
        let mut sources = SourceMap::default();
        for file in kept.iter().map(|&id| checked.sources.file(id)) {
            sources.add(&file.name, file.text.as_str());
        }
        let text = |path: &PathBuf| Some(Box::from(path.to_str()?));
        let pair = |(path, place): &(PathBuf, PathBuf)| Some((text(path)?, text(place)?));
        let origin = Origin {
            maker: self.maker.as_str().into(),
            settings: self.settings.as_str().into(),
            texts: sources.files().map(|(_, file)| digest(&file.text)).collect(),
            found: trail.found.iter().map(pair).collect::<Option<_>>()?,
            absent: trail.absent.iter().map(text).collect::<Option<_>>()?,
            remarks: remarks.as_str().into(),
        };
        let bytes = container::write_cached(&bundle, &origin);
        // It is only for the next time.
        let put = match self.caching {
            Caching::In(folder) | Caching::Always(folder) => folder.put(&self.file, &bytes),
            _ if is_somebody_elses(&self.file) => {
                Err(std::io::Error::other("a file that is no cache is in its place"))
            }
            _ => write_quickly(&self.file, &bytes),
        };
        let kept = Some(match put {
            Ok(()) => Kept::Put(self.file.clone()),
            Err(error) => Kept::Not(reason(&error)),
        });
        let diagnostics = remarks::read(&remarks, bundle.module.sources.len() as u32)?;
        Some(Bytecode { sources, diagnostics, kept, ..Bytecode::of_bundle(bundle).ok()? })
    }
}

/// Whether a text may import other files; it may seem so where it does not.
fn imports_files(text: &str) -> bool {
    let mut imports = text
        .match_indices(['i', 'I'])
        .filter_map(|(at, _)| Some((text.get(at..at + 6)?, &text[at + 6..])))
        .filter_map(|(word, rest)| word.eq_ignore_ascii_case("import").then_some(rest));
    imports.any(|rest| {
        let path = rest.split('"').nth(1);
        path.is_some_and(|path| !path.starts_with("std/"))
    })
}

/// The texts that a program was made from. They are hashed to see whether they are what they were, and
/// read only for an error that shows a line.
struct Texts(Vec<Text>);

struct Text {
    name: Box<str>,
    path: PathBuf,
    digest: [u8; 32],
}

impl Texts {
    /// Those of a cached program; `script` is the path of its entry.
    fn of(module: &Module, origin: &Origin, script: &Path) -> Option<Texts> {
        let entry = module.modules.get(module.entry.index())?.source.0 as usize;
        if origin.texts.len() != module.sources.len() {
            return None;
        }
        let sources = module.sources.iter().zip(&origin.texts).enumerate();
        let texts = sources.map(|(number, (source, &digest))| {
            let path = if number == entry { script } else { Path::new(&*source.name) };
            let path = std::path::absolute(path).ok()?;
            Some(Text { name: source.name.clone(), path, digest })
        });
        texts.collect::<Option<_>>().map(Texts)
    }

    /// Whether all files have them now.
    fn are_there(&self) -> bool {
        self.0.iter().all(|text| digest_of_file(&text.path).is_ok_and(|now| now == text.digest))
    }

    /// The texts, if all files still have them.
    fn read(&self) -> Option<Vec<SourceFile>> {
        let read = |Text { name, path, digest: known }: &Text| {
            let text = read_file(path).ok()?;
            (digest(&text) == *known).then(|| SourceFile::new(name, text))
        };
        self.0.iter().map(read).collect()
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// Bytes of a file that are hashed at a time.
const PIECE: u64 = 64 << 10;

/// The digest of the text in a file, without having all of it in memory.
fn digest_of_file(path: &Path) -> std::io::Result<[u8; 32]> {
    let mut file = fs::File::open(path)?;
    let (mut hash, mut piece) = (Sha256::new(), Vec::with_capacity(PIECE as usize));
    let mut first = true;
    loop {
        piece.clear();
        if file.by_ref().take(PIECE).read_to_end(&mut piece)? == 0 {
            return Ok(hash.finalize().into());
        }
        let mark = std::mem::take(&mut first).then(|| piece.strip_prefix(BYTE_ORDER_MARK));
        hash.update(mark.flatten().unwrap_or(&piece));
    }
}

fn leads_to(path: &str, place: &str) -> bool {
    Path::new(path).canonicalize().is_ok_and(|found| found == Path::new(place))
}

/// Whether there is a file that was not made by the cache, and that may be all there is of it.
fn is_somebody_elses(file: &Path) -> bool {
    fs::read(file).is_ok_and(|bytes| {
        !container::read_all(&bytes).is_ok_and(|contents| contents.origin.is_some())
    })
}

/// What compiles: this program, to the byte as far as the system tells.
fn maker() -> Option<String> {
    let program = std::env::current_exe().ok()?;
    let metadata = fs::metadata(program).ok()?;
    let modified = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    let (version, length) = (env!("CARGO_PKG_VERSION"), metadata.len());
    Some(format!("sox {version}, {length} bytes of {}", modified.as_nanos()))
}

/// What else decides what a program is compiled to, texts aside.
fn settings(script: &Path, options: &Options) -> Option<String> {
    let folder = std::env::current_dir().ok()?;
    let (folder, script) = (folder.to_str()?, script.to_str()?);
    let Options { passes, language, module_paths, .. } = options;
    Some(format!("{script}\n{folder}\n{passes:?}\n{language:?}\n{module_paths:?}"))
}

/// Hexadecimal digits of the name of a cached file.
const DIGITS: usize = 32;

/// The name of a file in the cache folder: one for each settings.
fn name(settings: &str) -> String {
    let half = digest(settings).into_iter().take(DIGITS / 2);
    half.map(|byte| format!("{byte:02x}")).collect::<String>() + ".soxc"
}
