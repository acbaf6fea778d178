//! Programs of several files: modules and objects.

use crate::build::{BuildError, Emit, Options, Target, compile, executable, object, start};
use sox_machine::Verified;
use sox_objfile::elf;
use sox_objfile::object::{Arch, Object};

/// A file that goes into a program.
#[derive(Debug)]
pub struct Input {
    /// What it is called in messages.
    pub name: String,
    /// What it holds.
    pub content: Content,
}

/// What a file holds.
#[derive(Debug)]
pub enum Content {
    /// A module of the IR.
    Module(Verified),
    /// An object.
    Object(Object),
}

impl Content {
    /// Reads an object, told by the first bytes; other files are nothing.
    ///
    /// # Errors
    /// If an object is not sound, or has something that is not supported.
    pub fn binary(bytes: &[u8]) -> Result<Option<Content>, sox_objfile::Error> {
        if bytes.starts_with(b"\x7fELF") {
            return elf::read_relocatable(bytes).map(Content::Object).map(Some);
        }
        Ok(None)
    }

    /// The target that it is for, if it is for one.
    pub fn target(&self) -> Option<Target> {
        match self {
            Content::Module(_) => None,
            Content::Object(object) => Some(match object.arch {
                Arch::X64 => Target::LinuxX64,
                Arch::Arm64 => Target::LinuxArm64,
            }),
        }
    }
}

/// Makes an executable of several files, or what [`compile`] makes of one module.
///
/// ```
/// use sox_native::machine::{Syntax, load};
/// use sox_native::{Content, Emit, Input, Options, Target, compile, link};
///
/// let module = |text: &str| load(text.as_bytes(), Syntax::Nir).expect("it keeps all rules");
/// let six = module("export function i64 $six() {\n    ret 6\n}\n");
/// let main = "import $six(0)\nfunction i64 $main() {\n    %n =i64 call $six()\n    ret %n\n}\n";
/// let options = Options::new(Target::LinuxX64);
/// let six = compile(&six, &Options { emit: Emit::Object, ..options })?;
/// let six = Content::binary(&six).expect("it is sound").expect("it is an object");
/// let inputs = [("main.nir", Content::Module(module(main))), ("six.o", six)]
///     .map(|(name, content)| Input { name: name.to_string(), content });
/// let program = link(inputs.into(), &options)?;
/// assert!(program.starts_with(b"\x7fELF"));
/// # Ok::<(), sox_native::BuildError>(())
/// ```
///
/// # Errors
/// Every [`BuildError`] but that of wrappers.
pub fn link(inputs: Vec<Input>, options: &Options) -> Result<Vec<u8>, BuildError> {
    if let [Input { content: Content::Module(module), .. }] = &inputs[..] {
        return compile(module, options);
    }
    if options.emit != Emit::Executable {
        return Err(BuildError::OneModule);
    }
    let (mut objects, mut modules) = (Vec::new(), Vec::new());
    for Input { name, content } in inputs {
        let mut object = match content {
            Content::Object(object) => object,
            Content::Module(module) => {
                let object = object(&module, options);
                modules.push(module);
                object.map_err(|error| BuildError::File(name.clone(), error.into()))?
            }
        };
        object.origin = name;
        objects.push(object);
    }
    let modules: Vec<&Verified> = modules.iter().collect();
    executable(&objects, start(&modules), options)
}
