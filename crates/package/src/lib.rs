//! From a program and a stub to an executable: bytes in, bytes out.
//!
//! A *stub* is the runtime as it came from the linker, for one [`Target`]. [`package`] makes sure
//! that it is one for the target that is wanted, encodes what the program consists of (bytecode,
//! settings, assets), puts that into the stub and signs the result; [`sox_objfile`] knows how. Equal
//! input gives equal bytes, on any host.
//!
//! Nothing here compiles, and nothing here reads or writes files.
#![forbid(unsafe_code)]

mod error;
mod executable;
mod target;

pub use error::Error;
pub use executable::{Executable, Look, Part, Program, package};
pub use sox_execution::BuiltSettings;
pub use sox_objfile::pe::{Icon, Subsystem, VersionInfo};
pub use sox_objfile::{Assets, Refusal, find_in_file};
pub use target::{Target, UnknownTarget};
