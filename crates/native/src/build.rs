//! Objects and executables.

use crate::runtime::{System, runtime};
use sox_machine::arm64::{self, Arm64};
use sox_machine::codegen;
use sox_machine::ir::Class;
use sox_machine::x64::{self, X64};
use sox_machine::{Fault, Verified};
use sox_objfile::archive::{NewMember, archive};
use sox_objfile::link::{self, LinkError};
use sox_objfile::object::Object;
use std::fmt;

/// Why there is no image or no executable.
#[derive(Debug)]
pub enum BuildError {
    /// The target has no code for the module.
    Codegen(codegen::CodegenError),
    /// Symbols are missing, or defined twice.
    Link(Vec<LinkError>),
    /// An executable has no beginning.
    NoMain,
    /// Programs do not begin in functions with the parameters or results that `main` has.
    MainSignature,
    /// The wrappers of the functions break rules.
    Wrapper(Vec<Fault>),
    /// The object cannot be written in its format.
    Format(sox_objfile::Error),
    /// Something is wrong in one of several files.
    File(String, Box<BuildError>),
    /// An object or text is made of one module, and of nothing else.
    OneModule,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::Codegen(error) => write!(f, "{error}"),
            BuildError::Link(errors) => {
                let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
                f.write_str(&lines.join("\n"))
            }
            BuildError::NoMain => f.write_str(
                "there is no function `main`, where a program begins; an object needs none",
            ),
            BuildError::MainSignature => f.write_str(
                "`main` takes nothing, or the number of arguments and the address of their array, \
                 both i64; it returns nothing or one i64",
            ),
            BuildError::Format(error) => write!(f, "{error}"),
            BuildError::File(name, error) => write!(f, "{name}: {error}"),
            BuildError::OneModule => {
                write!(f, "this is made of one module; of several files, executables are made")
            }
            BuildError::Wrapper(faults) => {
                let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
                f.write_str(&lines.join("\n"))
            }
        }
    }
}

impl std::error::Error for BuildError {}

impl BuildError {
    /// What to do about it, if that is known.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            BuildError::Link(errors) => {
                let missing = errors.iter().filter_map(|error| match error {
                    LinkError::Undefined { symbol, .. } => Some(symbol == "__stack_chk_fail"),
                    _ => None,
                });
                let (guards, others): (Vec<_>, Vec<_>) = missing.partition(|&is_guard| is_guard);
                match (guards.is_empty(), others.is_empty()) {
                    (_, false) => Some(
                        "name the file that defines it, too; for shared libraries such as C's make \
                         an object, and link that with cc",
                    ),
                    (false, true) => Some("compile the C files with -fno-stack-protector"),
                    (true, true) => None,
                }
            }
            BuildError::Format(error) => error.help(),
            BuildError::File(_, error) => error.help(),
            _ => None,
        }
    }

    /// The error of one of several files.
    pub(crate) fn in_file(self, name: &str) -> BuildError {
        BuildError::File(name.to_string(), Box::new(self))
    }
}

/// A machine with its system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Linux on x86-64.
    LinuxX64,
    /// Linux on AArch64.
    LinuxArm64,
}

impl Target {
    /// All of them.
    pub const ALL: &'static [Target] = &[Target::LinuxX64, Target::LinuxArm64];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Target::LinuxX64 => "linux-x64",
            Target::LinuxArm64 => "linux-arm64",
        }
    }

    /// The target of a name: its own, or a triple that means the same.
    pub fn from_name(name: &str) -> Option<Target> {
        match name {
            "linux-x64"
            | "x86_64-unknown-linux-gnu"
            | "x86_64-unknown-linux-musl"
            | "x86_64-linux-gnu"
            | "x86_64-linux-musl" => Some(Target::LinuxX64),
            "linux-arm64"
            | "aarch64-unknown-linux-gnu"
            | "aarch64-unknown-linux-musl"
            | "aarch64-linux-gnu"
            | "aarch64-linux-musl" => Some(Target::LinuxArm64),
            _ => None,
        }
    }
}

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emit {
    /// An executable that needs nothing else.
    Executable,
    /// An object for other linkers. The runtime it needs is in it.
    Object,
    /// That object as text, of which llvm-mc makes the same bytes.
    Assembly,
    /// An archive with an object for each module.
    Archive,
}

/// How a module is compiled.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// For what.
    pub target: Target,
    /// Into what.
    pub emit: Emit,
    /// Leave the names of functions and data out of executables.
    pub strip: bool,
    /// Of the code generator.
    pub codegen: codegen::Options,
}

impl Options {
    /// An executable with names.
    pub fn new(target: Target) -> Options {
        Options { target, emit: Emit::Executable, strip: false, codegen: Default::default() }
    }
}

/// Compiles a module to the bytes of a file. The member of an archive is called `module.o`.
///
/// # Errors
/// Every [`BuildError`] but that of wrappers.
pub fn compile(module: &Verified, options: &Options) -> Result<Vec<u8>, BuildError> {
    match options.emit {
        Emit::Executable => {
            main_is_sound(module)?;
            executable(&[object(module, options)?], options)
        }
        Emit::Object => object_file(module, options),
        Emit::Assembly => {
            let merged = merged(module, options)?;
            let text = match options.target {
                Target::LinuxX64 => x64::assembly(&merged),
                Target::LinuxArm64 => arm64::assembly(&merged),
            };
            Ok(text.into_bytes())
        }
        Emit::Archive => {
            let (name, bytes) = (b"module.o".to_vec(), object_file(module, options)?);
            archive(&[NewMember { name, bytes }]).map_err(BuildError::Format)
        }
    }
}

/// A module as an object with the part of the runtime that it needs.
fn merged(module: &Verified, options: &Options) -> Result<Object, BuildError> {
    let own = object(module, options)?;
    let merged = link::merge(&with_runtime([&own], options)?).map_err(BuildError::Link)?;
    Ok(merged.unwrap_or(own))
}

/// That object as a file.
pub(crate) fn object_file(module: &Verified, options: &Options) -> Result<Vec<u8>, BuildError> {
    sox_objfile::elf::relocatable(&merged(module, options)?).map_err(BuildError::Format)
}

/// A module as an object, without the runtime.
pub(crate) fn object(module: &Verified, options: &Options) -> Result<Object, BuildError> {
    match options.target {
        Target::LinuxX64 => codegen::compile(module, &X64::system_v(), options.codegen),
        Target::LinuxArm64 => codegen::compile(module, &Arm64::aapcs64(), options.codegen),
    }
    .map_err(BuildError::Codegen)
}

/// Whether a program may begin in the module's `main`, if it has one.
pub(crate) fn main_is_sound(module: &Verified) -> Result<(), BuildError> {
    let Some(main) = module.function(b"main") else { return Ok(()) };
    let main = module.module().func(main);
    let params = main.params();
    let sound = params.len() <= 2
        && params.iter().all(|&param| main.class(param) == Class::I64)
        && matches!(*main.function.results, [] | [Class::I64]);
    if sound { Ok(()) } else { Err(BuildError::MainSignature) }
}

/// Objects and the runtime behind them.
pub(crate) fn with_runtime<'a>(
    objects: impl IntoIterator<Item = &'a Object>,
    options: &Options,
) -> Result<Vec<&'a Object>, BuildError> {
    let system = match options.target {
        Target::LinuxX64 => System::LinuxX64,
        Target::LinuxArm64 => System::LinuxArm64,
    };
    let runtime = runtime(system, options.codegen.optimize).map_err(BuildError::Codegen)?;
    Ok(objects.into_iter().chain(runtime).collect())
}

/// Objects and the part of the runtime that they need as an executable.
pub(crate) fn executable(objects: &[Object], options: &Options) -> Result<Vec<u8>, BuildError> {
    const START: &[u8] = b"sys.start";
    let objects = with_runtime(objects, options)?;
    link::executable(&objects, START, !options.strip).map_err(|errors| match &errors[..] {
        // The start of programs is nothing that a user has written.
        [LinkError::Undefined { symbol, user: Some(user) }]
            if symbol == "main" && user.starts_with("`sys.start`") =>
        {
            BuildError::NoMain
        }
        _ => BuildError::Link(errors),
    })
}
