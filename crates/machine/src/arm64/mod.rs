//! AArch64: instruction rows and the engine that encodes them.
//!
//! An instruction is a row in one of the family files of [`insts`]: its assembly text with a place for
//! each operand, the operands' classes with the bits where they stand, and the bits that are fixed.
//! The type of the row says which values it takes, so that a float register where an address belongs
//! does not compile. What a type cannot tell (the range of an immediate, the stack pointer where
//! only the zero register can be named) is a [`Misfit`].
//!
//! Everything else follows from the rows: [`Encoder::emit`] puts the operands into their bits,
//! [`decode`] takes them out again, and [`text`] writes assembly that assembles to the same word.
//! All three are compared with other people's assembler and disassembler, row by row
//! (`tests/arm64_encoding.rs`).
//!
//! Source of all numbers: Arm Architecture Reference Manual for A-profile, part C.

mod bitmask;
mod conventions;
mod encoder;
mod field;
mod inst;
pub mod insts;
mod misfit;
mod operand;
mod reloc;
mod row;
mod select;
mod target;
mod text;
mod write;
mod write_float;
mod write_memory;

pub use conventions::{AAPCS64, APPLE};
pub use encoder::Encoder;
pub use field::{Class, Field};
pub use misfit::Misfit;
pub use operand::{Cond, Extend, R, Shift, V, Value};
pub use reloc::Fixup;
pub use row::{Form, Operand, Operands, Row, decode};
pub use target::Arm64;
pub use text::{assembly, text, value_text};
