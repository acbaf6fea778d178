//! `sox native`: the native back end by itself.

use crate::args::{CommonArgs, Emit, NativeArgs};
use crate::output::{Reporter, write_output};
use sox_diagnostics::SourceMap;
use sox_driver::status;
use sox_native::machine::ir::{Format, Isa};
use sox_native::machine::{Fault, Syntax, Verified, load, nir, opt, term};
use sox_native::{BuildError, Options, Target, compile};
use std::path::Path;

/// Compiles a module of the native IR, or prints it in another syntax.
pub(crate) fn native(args: &NativeArgs, common: &CommonArgs) -> i32 {
    let reporter = Reporter::new(common);
    let name = args.file.to_string_lossy();
    let Some(syntax) = Syntax::of_file(&name) else {
        reporter.error(&format!("'{name}' is neither a .nir nor an .ir file"));
        return status::USAGE;
    };
    let syntax = match syntax {
        Syntax::Ir { .. } => Syntax::Ir { strict: args.strict },
        Syntax::Nir => Syntax::Nir,
    };
    let text = match std::fs::read(&args.file) {
        Ok(text) => text,
        Err(error) => {
            reporter.error(&format!("cannot read '{name}': {error}"));
            return status::NO_INPUT;
        }
    };
    let module = match load(&text, syntax) {
        Ok(module) => module,
        Err(faults) => {
            report(&reporter, &name, &text, &faults);
            return status::DATA;
        }
    };
    for &stub in module.stubs() {
        let stub = String::from_utf8_lossy(module.module().name(stub));
        reporter.warning(&format!("'{stub}' is missing and returns 0, as allow_stubs says"));
    }
    let text = match args.emit {
        _ if args.dump.is_some() => nir::print(optimized(args, module).module()),
        Emit::Nir => nir::print(optimized(args, module).module()),
        Emit::Ir => term::print(optimized(args, module).module()),
        Emit::Exe | Emit::Obj | Emit::Asm => return build(&reporter, args, &module),
    };
    write_output(&reporter, &args.output, text.as_bytes())
}

/// What the optimizer is to do.
fn passes(args: &NativeArgs, default: u8) -> opt::Options {
    let level = opt::Options::level(args.level.unwrap_or(default));
    args.without.iter().fold(level, |passes, &pass| passes.without(pass))
}

/// The module as it is to be printed.
fn optimized(args: &NativeArgs, mut module: Verified) -> Verified {
    let passes = match args.dump {
        Some(last) => passes(args, 1).until(last),
        None => passes(args, 0),
    };
    opt::optimize(&mut module, passes);
    module
}

fn report(reporter: &Reporter, name: &str, text: &[u8], faults: &[Fault]) {
    let mut sources = SourceMap::default();
    // Text that is no UTF-8 is shown as well as it can be.
    let source = sources.add(name, String::from_utf8_lossy(text));
    let diagnostics: Vec<_> = faults.iter().map(|fault| fault.diagnostic(source)).collect();
    let errors = reporter.list(&diagnostics, &sources);
    reporter.count(errors, "; nothing was made");
}

fn build(reporter: &Reporter, args: &NativeArgs, module: &Verified) -> i32 {
    let emit = match args.emit {
        Emit::Obj => sox_native::Emit::Object,
        Emit::Asm => sox_native::Emit::Assembly,
        _ => sox_native::Emit::Executable,
    };
    let target = match args.target.map_or_else(|| asked_for(module), Ok) {
        Ok(target) => target,
        Err(message) => {
            reporter.error(&message);
            return status::DATA;
        }
    };
    let mut options = Options { emit, strip: args.strip, ..Options::new(target) };
    options.codegen.optimize = passes(args, 1);
    match compile(module, &options) {
        Ok(bytes) if args.emit == Emit::Exe && args.output != "-" => {
            match sox_driver::write_program(Path::new(&args.output), &bytes) {
                Ok(()) => status::OK,
                Err(error) => {
                    let output = args.output.to_string_lossy();
                    reporter.error(&format!("cannot write '{output}': {error}"));
                    status::CANNOT_WRITE
                }
            }
        }
        Ok(bytes) => write_output(reporter, &args.output, &bytes),
        Err(BuildError::Link(errors)) => {
            errors.iter().for_each(|error| reporter.error(&error.to_string()));
            status::DATA
        }
        Err(error) => {
            reporter.error(&error.to_string());
            status::DATA
        }
    }
}

/// The target that the module asks for.
fn asked_for(module: &Verified) -> Result<Target, String> {
    let module = module.module();
    match (module.isa, module.format) {
        (None | Some(Isa::X64), None | Some(Format::Elf64)) => Ok(Target::LinuxX64),
        (Some(Isa::Arm64), None | Some(Format::Elf64)) => Ok(Target::LinuxArm64),
        (isa, format) => {
            let isa = isa.map_or("any", Isa::name);
            let format = format.map_or("any", Format::name);
            Err(format!(
                "the module asks for {isa} and {format}, which is not made yet; \
                 a --target overrides that"
            ))
        }
    }
}
