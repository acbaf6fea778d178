//! The native back end: a module of the IR becomes an object, an executable or an image.
//!
//! ```
//! use sox_native::machine::{Syntax, load};
//! use sox_native::{Emit, Options, Target, compile};
//!
//! let text = b"function i64 $main() {\n    ret 42\n}\n";
//! let module = load(text, Syntax::Nir).expect("it keeps all rules");
//! let options = Options { strip: true, ..Options::new(Target::LinuxX64) };
//! let program = compile(&module, &options).expect("it has everything it needs");
//! assert!(program.starts_with(b"\x7fELF") && program.len() < 1024);
//! ```
//!
//! What a module may use is told in docs/native-ir.md. `cargo run -p sox-native --example toy` is a
//! small compiler on top of this crate.
#![forbid(unsafe_code)]

mod build;
mod image;
mod link;
mod runtime;

pub use build::{BuildError, Emit, Options, Target, compile};
pub use image::{entry_symbol, image};
pub use link::{Content, Input, link};
pub use runtime::{System, runtime};
pub use sox_machine as machine;
pub use sox_objfile as objfile;
