//! Bytecode files.

use crate::args::Args;
use crate::program::{execute, input, options};
use crate::{report, status};
use sox_driver::{
    Bytecode, CacheFolder, Caching, Checked, Debug, Disassembly, Kept, Options, Ready, Unit, check,
    compile as compile_checked, open, open_bytecode, replaced, write_atomically,
};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Checks a program; what is wrong is reported.
fn checked(file: &Path, args: &Args) -> Result<Checked, i32> {
    let outcome = check(&input(file), Unit::Script, &options(args, Some(file)));
    let checked = report::accepted(outcome, file)?;
    report::diagnostics(&checked.diagnostics, &checked.sources);
    Ok(checked)
}

/// `--compile FILE -o F.pbc`
pub(crate) fn compile(file: &Path, args: &Args) -> i32 {
    let checked = match checked(file, args) {
        Ok(checked) => checked,
        Err(status) => return status,
    };
    let output = match &args.output {
        Some(output) => output.clone(),
        None if file.as_os_str() == "-" => PathBuf::from("program.pbc"),
        None => file.with_extension("pbc"),
    };
    let sources = checked.sources.files().map(|(_, file)| Path::new(&*file.name));
    if let Some(source) = replaced(&output, sources) {
        report::error(&match source == file {
            true => "The bytecode would take the place of the program itself.".into(),
            false => format!("The bytecode would take the place of {}.", source.display()),
        });
        report::hint(&format!("name another file: --compile {} -o program.pbc", file.display()));
        return status::FAILED;
    }
    let bytes = match compile_checked(&checked, &options(args, Some(file)), Debug::Texts) {
        Ok(bytes) => bytes,
        Err(diagnostic) => {
            report::diagnostics(&[*diagnostic], &checked.sources);
            return status::FAILED;
        }
    };
    match write_atomically(&output, &bytes) {
        Ok(()) => {
            report::print(&format!("Compiled {} to {}\n", file.display(), output.display()));
            status::OK
        }
        Err(error) => {
            let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
            let reason = match folder.is_some_and(|folder| !folder.is_dir()) {
                true => "its folder is not there".to_string(),
                false => report::reason(&error),
            };
            report::error(&format!("The file {} cannot be written: {reason}", output.display()));
            status::FAILED
        }
    }
}

/// Reads a bytecode file; what is wrong is reported.
fn read(file: &Path) -> Result<Bytecode, i32> {
    open_bytecode(&input(file), &Options::default()).map_err(|error| {
        report::input_error(&error, file);
        status::FAILED
    })
}

/// `--run-bytecode F.pbc`
pub(crate) fn run(file: &Path, args: &Args) -> i32 {
    let start = Instant::now();
    match read(file) {
        Ok(bytecode) => execute(Ready::Bytecode(bytecode), &options(args, None), args, start),
        Err(status) => status,
    }
}

/// `--disassemble F.pbc`
pub(crate) fn disassemble(file: &Path) -> i32 {
    match read(file) {
        Ok(bytecode) => {
            let listing = Disassembly::of_file(&bytecode).lesson();
            // A reader that went away is no reason to fail.
            let _ = std::io::stdout().lock().write_all(listing.as_bytes());
            status::OK
        }
        Err(status) => status,
    }
}

/// `--bytecode FILE`: what was compiled before is used again as long as it would come out the same.
pub(crate) fn cached(file: &Path, args: &Args) -> i32 {
    let start = Instant::now();
    let folder = CacheFolder::wanted();
    let options = Options {
        cache: folder.map_or(Caching::Off, Caching::Always),
        ..options(args, Some(file))
    };
    match report::accepted(open(&input(file), Unit::Script, &options), file) {
        Ok(ready) => {
            report::print(&what_was_kept(&ready));
            execute(ready, &options, args, start)
        }
        Err(status) => status,
    }
}

/// What `--bytecode` says first.
fn what_was_kept(ready: &Ready) -> String {
    let kept = match ready {
        Ready::Source(_) => None,
        Ready::Bytecode(bytecode) if bytecode.kept.is_none() => {
            return "Bytecode: the file is bytecode already\n".into();
        }
        Ready::Bytecode(bytecode) => bytecode.kept.as_ref(),
    };
    match kept {
        Some(Kept::Found(place)) => format!("Bytecode: used again from {}\n", place.display()),
        Some(Kept::Put(place)) => format!("Bytecode: compiled and kept in {}\n", place.display()),
        Some(Kept::Not(reason)) => format!("Bytecode: compiled, not kept: {reason}\n"),
        None => "Bytecode: compiled, not kept: there is no place for it\n".into(),
    }
}
