//! The standard library: natives, the methods of built-in kinds, and the `std/` modules.
//!
//! # How it is put together
//! Every native is one row (`row::Row`) in the table of its topic's file: name, arguments, and
//! function. [`install`] makes them builtins of an isolate. Names that begin with `@` are
//! primitives which only library sources can mention.
//!
//! What calls back into user code (`map`, `sort` with a comparator …) is written in Sox: the
//! *prelude* ([`prelude_source`]) holds the methods, one text per module ([`std_source`]) the rest.
//! So no native re-enters an engine, except where a printed form may need a `toString`.
//!
//! Everything outside the program (files, arguments, clocks, random numbers …) is reached through
//! the [`Host`], which also holds the [`Permissions`].
#![forbid(unsafe_code)]

mod arrays;
mod assets;
mod bits;
mod call;
mod exit;
mod files;
mod globals;
mod host;
mod io;
mod json;
mod limit;
mod modules;
mod numbers;
mod paths;
mod place;
mod poh;
mod prelude;
mod process;
mod random;
mod regex;
mod row;
mod strings;
mod system;
mod tables;
mod time;

pub use assets::{AssetFiles, Assets};
pub use exit::{HandlerFault, run_exit_handlers};
pub use host::{Host, Permission, Permissions, Words, command, words};
pub use modules::{std_names, std_source};
pub use prelude::{PRELUDE_NAMES, install_prelude, prelude_source};
pub use row::{builtin_names, install, is_builtin};
