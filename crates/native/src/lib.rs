//! The native back end: a module of the IR becomes an object, an executable or an image.
#![forbid(unsafe_code)]

mod image;
mod runtime;

pub use image::{BuildError, entry_symbol, image};
pub use runtime::{System, runtime};
pub use sox_machine as machine;
pub use sox_objfile as objfile;

use sox_machine::Verified;
use sox_machine::codegen::{self, CodegenError, Options};
use sox_machine::x64::X64;
use sox_objfile::object::Object;

/// Compiles a module.
///
/// # Errors
/// If the target has no code for a function.
pub fn object(module: &Verified, options: Options) -> Result<Object, CodegenError> {
    codegen::compile(module, &X64::system_v(), options)
}
