//! `sox native`: the native back end by itself.

use crate::args::{CommonArgs, Emit, NativeArgs};
use crate::output::{Reporter, replaces, write_output};
use sox_diagnostics::SourceMap;
use sox_driver::status;
use sox_native::machine::ir::{Format, Isa};
use sox_native::machine::{Fault, Syntax, Verified, load, nir, opt, term};
use sox_native::{BuildError, Content, Input, Options, Target, link};
use std::path::Path;

/// Compiles modules of the native IR and links them with objects, or prints a module in another
/// syntax.
pub(crate) fn native(args: &NativeArgs, common: &CommonArgs) -> i32 {
    let reporter = Reporter::new(common);
    let printed = args.dump.is_some() || matches!(args.emit, Emit::Nir | Emit::Ir);
    let several = !printed && matches!(args.emit, Emit::Exe | Emit::Archive);
    if args.files.len() > 1 && !several {
        reporter.error(
            "several files become an executable or an archive; \
             everything else is made of one module",
        );
        return status::USAGE;
    }
    if replaces(&reporter, &args.output, args.files.iter().map(|input| &**input)) {
        return status::USAGE;
    }
    let mut inputs = Vec::new();
    let mut failed = None;
    // All that is wrong in all files is told.
    for path in &args.files {
        match read(&reporter, path, args.strict) {
            Ok(input) => inputs.push(input),
            Err(status) => _ = failed.get_or_insert(status),
        }
    }
    if let Some(status) = failed {
        return status;
    }
    match &inputs[..] {
        [Input { content: Content::Module(module), .. }] if printed => {
            let module = optimized(args, module.clone());
            let text = match args.emit {
                Emit::Ir if args.dump.is_none() => term::print(module.module()),
                _ => nir::print(module.module()),
            };
            write_output(&reporter, &args.output, text.as_bytes())
        }
        [Input { content: Content::Object(_) | Content::Archive(_), name }] if !several => {
            let message = "is compiled already; executables and archives are made of it";
            reporter.error(&format!("'{name}' {message}"));
            status::USAGE
        }
        _ => build(&reporter, args, inputs),
    }
}

/// Reads a file: objects and archives are known by their first bytes, the syntax of a module by its name.
fn read(reporter: &Reporter, path: &Path, strict: bool) -> Result<Input, i32> {
    let piped = path == "-";
    let name = if piped { "standard input".into() } else { path.to_string_lossy().into_owned() };
    if path.is_dir() {
        reporter.error(&format!("'{name}' is a directory, not a module"));
        return Err(status::NO_INPUT);
    }
    let input = if piped { sox_driver::Input::Stdin } else { sox_driver::Input::File(path.into()) };
    let bytes = sox_driver::read_bytes(&input).map_err(|error| {
        reporter.input_error(&error);
        error.status
    })?;
    let binary = Content::binary(&bytes).map_err(|error| {
        let message = format!("{name}: {error}");
        match error.help() {
            Some(help) => reporter.error_and_help(&message, help),
            None => reporter.error(&message),
        }
        status::DATA
    })?;
    if let Some(content) = binary {
        return Ok(Input { name, content });
    }
    let known = if piped { Some(Syntax::Nir) } else { Syntax::of_file(&name) };
    let syntax = known.ok_or_else(|| {
        reporter
            .error(&format!("'{name}' is neither a .nir nor an .ir file, an object or an archive"));
        status::USAGE
    })?;
    let syntax = match syntax {
        Syntax::Ir { .. } => Syntax::Ir { strict },
        Syntax::Nir => Syntax::Nir,
    };
    let module = load(&bytes, syntax).map_err(|faults| {
        report(reporter, &name, &bytes, &faults);
        status::DATA
    })?;
    for &stub in module.stubs() {
        let stub = String::from_utf8_lossy(module.module().name(stub));
        reporter.warning(&format!("'{stub}' is missing and returns 0, as allow_stubs says"));
    }
    Ok(Input { name, content: Content::Module(module) })
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

fn build(reporter: &Reporter, args: &NativeArgs, inputs: Vec<Input>) -> i32 {
    let emit = match args.emit {
        Emit::Obj => sox_native::Emit::Object,
        Emit::Asm => sox_native::Emit::Assembly,
        Emit::Archive => sox_native::Emit::Archive,
        _ => sox_native::Emit::Executable,
    };
    let target = match args.target.map_or_else(|| asked_for(&inputs), Ok) {
        Ok(target) => target,
        Err(message) => {
            reporter.error(&message);
            return status::DATA;
        }
    };
    let mut options = Options { emit, strip: args.strip, ..Options::new(target) };
    options.codegen.optimize = passes(args, 1);
    match link(inputs, &options) {
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
        Err(error) => {
            let all = match &error {
                BuildError::Link(errors) => errors.iter().map(ToString::to_string).collect(),
                other => vec![other.to_string()],
            };
            // What is to be done about it stands behind the last one.
            for (left, message) in (0..all.len()).rev().zip(&all) {
                match error.help().filter(|_| left == 0) {
                    Some(help) => reporter.error_and_help(message, help),
                    None => reporter.error(message),
                }
            }
            status::DATA
        }
    }
}

/// The target that the files ask for.
fn asked_for(inputs: &[Input]) -> Result<Target, String> {
    let mut asked: Option<(&str, Target)> = None;
    for Input { name, content } in inputs {
        let target = match content {
            Content::Module(module) => asked_by_module(module)?,
            other => other.target(),
        };
        match (asked, target) {
            (Some((first, one)), Some(other)) if one != other => {
                let (one, other) = (one.name(), other.name());
                return Err(format!("'{first}' is for {one}, and '{name}' for {other}"));
            }
            (None, Some(target)) => asked = Some((name, target)),
            _ => {}
        }
    }
    Ok(asked.map_or(Target::LinuxX64, |(_, target)| target))
}

fn asked_by_module(module: &Verified) -> Result<Option<Target>, String> {
    let module = module.module();
    match (module.isa, module.format) {
        (None, None | Some(Format::Elf64)) => Ok(None),
        (Some(Isa::X64), None | Some(Format::Elf64)) => Ok(Some(Target::LinuxX64)),
        (Some(Isa::Arm64), None | Some(Format::Elf64)) => Ok(Some(Target::LinuxArm64)),
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
