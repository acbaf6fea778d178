//! `sox bytecode`, `sox disasm`, `sox asm`, `sox verify`: making, showing and judging bytecode files.

use crate::args::{AsmArgs, BytecodeArgs, CommonArgs, DisasmArgs, VerifyArgs};
use crate::output::{Reporter, print, replaces, write_output};
use crate::run::input_of;
use sox_driver::{
    Debug, Disassembly, Input, Options, Ready, SecretKey, Unit, assemble_file, check,
    compile as compile_checked, open, status, verify_file,
};
use std::path::Path;

/// Compiles a program to a file.
pub(crate) fn compile(args: &BytecodeArgs, common: &CommonArgs) -> i32 {
    let reporter = Reporter::new(common);
    let key = match args.sign.as_deref().map(SecretKey::read).transpose() {
        Ok(key) => key,
        Err(error) => {
            reporter.input_error(&error);
            return error.status;
        }
    };
    let options = Options {
        module_paths: args.module_path.clone(),
        passes: args.optimizer.passes(),
        ..Options::default()
    };
    let checked = match check(&input_of(&args.file), Unit::Script, &options) {
        Ok(Ok(checked)) => checked,
        Ok(Err(rejected)) => {
            reporter.diagnostics(&rejected.diagnostics, &rejected.sources);
            return rejected.status;
        }
        Err(error) => {
            reporter.input_error(&error);
            return error.status;
        }
    };
    reporter.diagnostics(&checked.diagnostics, &checked.sources);
    let sources = checked.sources.files().map(|(_, file)| Path::new(&*file.name));
    if replaces(&reporter, &args.output, sources.chain(args.sign.as_deref())) {
        return status::USAGE;
    }
    let debug = match (args.strip, args.debug) {
        (true, _) => Debug::Stripped,
        (false, true) => Debug::Texts,
        (false, false) => Debug::Places,
    };
    match compile_checked(&checked, &options, debug) {
        Ok(mut bytes) => {
            if let Some(key) = key {
                key.sign(&mut bytes);
            }
            write_output(&reporter, &args.output, &bytes)
        }
        Err(diagnostic) => {
            reporter.diagnostics(&[*diagnostic], &checked.sources);
            status::DATA
        }
    }
}

/// Prints a listing.
pub(crate) fn disasm(args: &DisasmArgs, common: &CommonArgs) -> i32 {
    let reporter = Reporter::new(common);
    let options = Options {
        module_paths: args.module_path.clone(),
        passes: args.optimizer.passes(),
        ..Options::default()
    };
    let input = input_of(&args.file);
    let mut opened = open(&input, Unit::Script, &options);
    if matches!(&opened, Ok(Err(_))) && !matches!(input, Input::Stdin) {
        // Perhaps because it exports something with `return`.
        opened = open(&input, Unit::Module, &options);
    }
    let disassembly = match opened {
        Ok(Ok(Ready::Source(checked))) => match Disassembly::of_source(&checked, &options) {
            Ok(disassembly) => disassembly,
            Err(diagnostic) => {
                reporter.diagnostics(&[*diagnostic], &checked.sources);
                return status::DATA;
            }
        },
        Ok(Ok(Ready::Bytecode(bytecode))) => Disassembly::of_file(&bytecode),
        Ok(Err(rejected)) => {
            reporter.diagnostics(&rejected.diagnostics, &rejected.sources);
            return rejected.status;
        }
        Err(error) => {
            reporter.input_error(&error);
            return error.status;
        }
    };
    match (args.json, args.source) {
        (true, _) => print(&disassembly.json()),
        (false, true) => print(&disassembly.with_sources_at_hand().text()),
        (false, false) => print(&disassembly.text()),
    }
}

/// Makes a file of a listing.
pub(crate) fn asm(args: &AsmArgs, common: &CommonArgs) -> i32 {
    let reporter = Reporter::new(common);
    if replaces(&reporter, &args.output, [Path::new(&args.file)]) {
        return status::USAGE;
    }
    match assemble_file(&input_of(&args.file)) {
        Ok(bytes) => write_output(&reporter, &args.output, &bytes),
        Err(error) => {
            reporter.input_error(&error);
            error.status
        }
    }
}

/// Says of each file whether it is sound; the status is the worst of all.
pub(crate) fn verify(args: &VerifyArgs, common: &CommonArgs) -> i32 {
    let reporter = Reporter::new(common);
    let mut worst = status::OK;
    for file in &args.files {
        let status = match verify_file(&input_of(file)) {
            Ok(_) if common.quiet => status::OK,
            Ok(verdict) => print(&format!("{}: {verdict}\n", file.to_string_lossy())),
            Err(error) => {
                reporter.input_error(&error);
                error.status
            }
        };
        worst = worst.max(status);
    }
    worst
}
