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

/// Which bytes may stand in names without quotes.
const NAME_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] =
            (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_' || byte as u8 == b'.';
        byte += 1;
    }
    table
};

fn is_name_byte(byte: u8) -> bool {
    NAME_BYTES[byte as usize]
}
