//! Bytecode as text: a [`fn@listing`] for people, and [`assemble`], which reads it back.
//!
//! A listing has two parts. First come the modules, each with its top level and, below the function
//! that makes them, the functions made in it. Of an instruction one sees the place in the source it
//! was made from, its number, the depth of the operand stack before it, its name, its operands in
//! words, and, where a line of the source begins, that line:
//!
//! ```text
//! fn fib(n) #1, 1 local, at 1:1-3:2                              ; 3 operands
//!   locals n
//!    2:6-11      0   0  GetLocal            n                    ; if n < 2 { return n }
//!    2:10-11     1   1  Const               2
//!    2:6-11      2   2  Less
//!                3   1  JumpIfFalse         L1
//! ```
//!
//! Then come the tables that the words stand for. A thing whose name is not its alone is followed by
//! its number, as in `x#3`, one without a name is only that, as in `#3`. What stands behind a `;`
//! is for people, and so are numbers and depths of instructions: the assembler skips them. All the
//! rest is in the file, so that the file the assembler makes of a listing is the one it was made of.
//! docs/bytecode-format.md has the whole syntax.

mod assemble;
mod code;
mod listing;
mod names;
mod place;
mod tables;
mod token;
mod words;

pub use assemble::{AssembleError, assemble};
pub use listing::{Listing, listing};
