//! Bytecode files.

use crate::args::Args;
use crate::program::{execute, options};
use crate::{report, status};
use sox_driver::{
    Bytecode, CacheFolder, Caching, Checked, Debug, Disassembly, Input, Kept, Options, Ready, Unit,
    check, compile as compile_checked, open, open_bytecode, write_atomically,
};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// Checks a program; what is wrong is reported.
fn checked(file: &Path, args: &Args) -> Result<Checked, i32> {
    match check(&Input::File(file.into()), Unit::Script, &options(args, Some(file))) {
        Ok(Ok(checked)) => {
            report::diagnostics(&checked.diagnostics, &checked.sources);
            Ok(checked)
        }
        Ok(Err(rejected)) => {
            report::diagnostics(&rejected.diagnostics, &rejected.sources);
            Err(status::FAILED)
        }
        Err(error) => {
            report::input_error(&error);
            Err(status::FAILED)
        }
    }
}

/// `--compile FILE -o F.pbc`
pub(crate) fn compile(file: &Path, args: &Args) -> i32 {
    let output = args.output.clone().unwrap_or_else(|| file.with_extension("pbc"));
    let place = |path: &Path| path.canonicalize().ok();
    if place(file).is_some_and(|source| place(&output) == Some(source)) {
        report::error("The bytecode would take the place of the program itself.");
        report::hint(&format!("name another file: --compile {} -o program.pbc", file.display()));
        return status::FAILED;
    }
    let checked = match checked(file, args) {
        Ok(checked) => checked,
        Err(status) => return status,
    };
    let bytes = match compile_checked(&checked, &options(args, Some(file)), Debug::Texts) {
        Ok(bytes) => bytes,
        Err(message) => {
            report::error(&message);
            return status::FAILED;
        }
    };
    match write_atomically(&output, &bytes) {
        Ok(()) => {
            report::print(&format!("Compiled {} to {}\n", file.display(), output.display()));
            status::OK
        }
        Err(error) => {
            let reason = report::reason(&error);
            report::error(&format!("The file {} cannot be written: {reason}", output.display()));
            status::FAILED
        }
    }
}

/// Reads a bytecode file; what is wrong is reported.
fn read(file: &Path) -> Result<Bytecode, i32> {
    open_bytecode(&Input::File(file.into()), &Options::default()).map_err(|error| {
        report::input_error(&error);
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
            let listing = Disassembly::of_file(&bytecode).text();
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
    match open(&Input::File(file.into()), Unit::Script, &options) {
        Ok(Ok(ready)) => {
            let kept = match &ready {
                Ready::Source(_) => None,
                Ready::Bytecode(bytecode) => bytecode.kept.as_ref(),
            };
            report::print(&match kept {
                Some(Kept::Found(place)) => {
                    format!("Bytecode: used again from {}\n", place.display())
                }
                Some(Kept::Put(place)) => {
                    format!("Bytecode: compiled and kept in {}\n", place.display())
                }
                Some(Kept::Not(reason)) => format!("Bytecode: compiled, not kept: {reason}\n"),
                None => "Bytecode: compiled, not kept: there is no folder for it\n".into(),
            });
            execute(ready, &options, args, start)
        }
        Ok(Err(rejected)) => {
            report::diagnostics(&rejected.diagnostics, &rejected.sources);
            status::FAILED
        }
        Err(error) => {
            report::input_error(&error);
            status::FAILED
        }
    }
}
