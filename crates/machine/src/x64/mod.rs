//! x86-64: instruction rows and the engine that encodes them.
//!
//! An instruction is a row in one of the family files of [`insts`]: its mnemonic, the kinds of its
//! operands and its opcode. The type of the row says which operands it takes, so that a register
//! where an address belongs does not compile. [`Encoder`] has one method for each type of row. The
//! disassembly of what it emits is compared with that of another assembler, row by row
//! (`tests/x64_encoding.rs`).
//!
//! Source of all numbers: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.

mod condition;
mod conventions;
mod decode;
mod encoder;
mod inst;
pub mod insts;
mod operand;
mod select;
mod select_float;
mod target;
mod text;
mod write;
mod write_arith;
mod write_constant;
mod write_frame;

pub use conventions::{SYSTEM_V, WINDOWS};
pub use encoder::{Encoder, Target};
pub use operand::{BadIndex, Base, Kind, Mem, R, Rm};
pub use target::X64;
pub use text::assembly;
