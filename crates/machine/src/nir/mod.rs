//! The readable syntax, `.nir`. docs/native-ir.md has the grammar.

mod data;
mod directives;
mod lexer;
mod operands;
mod parser;
mod printer;
mod source;

pub(crate) use data::float_bits;
pub use directives::{BadDirective, Expect, Run, expected_faults, runs};
pub use parser::parse;
pub use printer::{print, print_function, print_inst};

/// Whether a name needs no quotes.
fn is_plain(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|&byte| is_name_byte(byte))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.'
}
