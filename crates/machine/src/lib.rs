//! The native IR: a small language between compilers and machines.
//!
//! [`ir`] is the form in memory. It is read and written in two syntaxes, [`nir`] (for people) and
//! [`term`] (Erlang terms, for existing producers); both say the same things and lose nothing.
//! [`verify()`] makes a [`Verified`] module or tells everything that is wrong. [`eval`] runs a verified
//! module exactly and slowly: what it does is what every target must do.
//!
//! ```
//! let text = b"function i64 $main() {\n    %x =i64 mul 6, 7\n    ret %x\n}\n";
//! let module = sox_machine::load(text, sox_machine::Syntax::Nir).unwrap();
//! let mut machine = sox_machine::eval::Machine::new(&module, Default::default());
//! assert_eq!(machine.run_main(&[]), sox_machine::eval::Stop::Exit(42));
//! ```
#![forbid(unsafe_code)]

pub mod arm64;
mod assembly;
mod builtins;
pub mod codegen;
pub mod eval;
pub mod fault;
pub mod ir;
pub mod nir;
pub mod opt;
mod parsed;
pub mod regalloc;
mod small;
pub mod term;
mod text;
pub mod verify;

pub mod x64;

pub use builtins::Builtin;
pub use fault::Fault;
pub use parsed::Parsed;
pub use verify::{Verified, verify};

/// One of the two text forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// Erlang terms.
    Ir {
        /// Whether unknown keys are faults.
        strict: bool,
    },
    /// The readable form.
    Nir,
}

impl Syntax {
    /// The syntax of a file's name, by its ending.
    pub fn of_file(name: &str) -> Option<Syntax> {
        match name.rsplit_once('.')?.1 {
            "ir" => Some(Syntax::Ir { strict: false }),
            "nir" => Some(Syntax::Nir),
            _ => None,
        }
    }

    /// Reads a module.
    pub fn parse(self, text: &[u8]) -> Parsed {
        match self {
            Syntax::Ir { strict } => term::parse(text, strict),
            Syntax::Nir => nir::parse(text),
        }
    }
}

/// Reads and verifies a module.
///
/// # Errors
/// Everything that is wrong with the text or the module, in the order of the text.
pub fn load(text: &[u8], syntax: Syntax) -> Result<Verified, Vec<Fault>> {
    let Parsed { module, mut faults } = syntax.parse(text);
    match verify(module) {
        Ok(verified) if faults.is_empty() => return Ok(verified),
        Ok(_) => {}
        Err(more) => faults.extend(more),
    }
    faults.sort_by_key(|fault| fault.span.map_or(u32::MAX, |span| span.0));
    Err(faults)
}
