//! Programs and archives of several files: modules, objects, archives.

use crate::build::{
    BuildError, Emit, Options, Target, compile, executable, main_is_sound, object, object_file,
    with_runtime,
};
use sox_machine::Verified;
use sox_objfile::archive::{Archive, NewMember, archive, is_archive};
use sox_objfile::link::add_members;
use sox_objfile::object::Object;
use sox_objfile::{Error, Machine, elf};

/// A file that goes into a program or an archive.
#[derive(Debug)]
pub struct Input {
    /// What it is called in messages.
    pub name: String,
    /// What it holds.
    pub content: Content,
}

/// What a file holds.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "a program has few files")]
pub enum Content {
    /// A module of the IR.
    Module(Verified),
    /// The bytes of an object.
    Object(Vec<u8>),
    /// An archive, of which a program gets the members that it needs.
    Archive(Archive),
}

impl Content {
    /// An object or an archive, told by its first bytes; other files are nothing.
    ///
    /// # Errors
    /// If an archive is not sound. What is wrong with an object, [`link`] tells.
    pub fn binary(bytes: &[u8]) -> Result<Option<Content>, Error> {
        if is_archive(bytes) {
            return Archive::read(bytes).map(Content::Archive).map(Some);
        }
        Ok(bytes.starts_with(b"\x7fELF").then(|| Content::Object(bytes.to_vec())))
    }

    /// The target that it is for, if it is for one.
    pub fn target(&self) -> Option<Target> {
        let target = |bytes: &[u8]| {
            Some(match sox_objfile::machine(bytes).ok()?.1 {
                Machine::X64 => Target::LinuxX64,
                Machine::Arm64 => Target::LinuxArm64,
            })
        };
        match self {
            Content::Module(_) => None,
            Content::Object(bytes) => target(bytes),
            Content::Archive(archive) => archive.members().find_map(|member| target(member.bytes)),
        }
    }
}

/// Makes an executable or an archive of several files, or of one module what [`compile`] makes of it.
///
/// ```
/// use sox_native::machine::{Syntax, load};
/// use sox_native::{Content, Emit, Input, Options, Target, compile, link};
///
/// let module = |text: &str| load(text.as_bytes(), Syntax::Nir).expect("it keeps all rules");
/// let six = module("export function i64 $six() {\n    ret 6\n}\n");
/// let main = "import $six(0)\nfunction i64 $main() {\n    %n =i64 call $six()\n    ret %n\n}\n";
/// let options = Options::new(Target::LinuxX64);
/// let six = compile(&six, &Options { emit: Emit::Archive, ..options })?;
/// let six = Content::binary(&six).expect("it is sound").expect("it is an archive");
/// let inputs = [("main.nir", Content::Module(module(main))), ("libsix.a", six)]
///     .map(|(name, content)| Input { name: name.to_string(), content });
/// let program = link(inputs.into(), &options)?;
/// assert!(program.starts_with(b"\x7fELF"));
/// # Ok::<(), sox_native::BuildError>(())
/// ```
///
/// # Errors
/// Every [`BuildError`] but that of wrappers.
pub fn link(inputs: Vec<Input>, options: &Options) -> Result<Vec<u8>, BuildError> {
    match (options.emit, &inputs[..]) {
        (Emit::Archive, _) => library(inputs, options),
        (_, [Input { content: Content::Module(module), .. }]) => compile(module, options),
        (Emit::Executable, _) => program(inputs, options),
        (Emit::Object | Emit::Assembly, _) => Err(BuildError::OneModule),
    }
}

/// An executable of modules, objects, and what is missing in them from archives.
fn program(inputs: Vec<Input>, options: &Options) -> Result<Vec<u8>, BuildError> {
    let (mut objects, mut archives) = (Vec::new(), Vec::new());
    for Input { name, content } in inputs {
        let mut object = match content {
            Content::Archive(archive) => {
                archives.push((name, archive));
                continue;
            }
            Content::Object(bytes) => elf::read_relocatable(&bytes).map_err(BuildError::Format),
            Content::Module(module) => {
                main_is_sound(&module).and_then(|()| object(&module, options))
            }
        }
        .map_err(|error| error.in_file(&name))?;
        object.origin = name;
        objects.push(object);
    }
    let runtime: Vec<&Object> = with_runtime([], options)?;
    add_members(&mut objects, &runtime, &archives)
        .map_err(|(name, error)| BuildError::Format(error).in_file(&name))?;
    executable(&objects, options)
}

/// An archive of modules, which are compiled, of objects as they are, and of the members of archives.
fn library(inputs: Vec<Input>, options: &Options) -> Result<Vec<u8>, BuildError> {
    let mut members = Vec::new();
    for Input { name, content } in inputs {
        // The name of the file without its folder.
        let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
        match content {
            Content::Module(module) => {
                let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
                let bytes = object_file(&module, options).map_err(|e| e.in_file(&name))?;
                members.push(NewMember { name: format!("{stem}.o").into_bytes(), bytes });
            }
            Content::Object(bytes) => {
                elf::defined_symbols(&bytes)
                    .map_err(|error| BuildError::Format(error).in_file(&name))?;
                members.push(NewMember { name: file.as_bytes().to_vec(), bytes });
            }
            Content::Archive(archive) => members.extend(archive.members().map(|member| {
                NewMember { name: member.name.to_vec(), bytes: member.bytes.to_vec() }
            })),
        }
    }
    archive(&members).map_err(BuildError::Format)
}
