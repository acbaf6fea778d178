//! The pure rules of the language: arithmetic, comparison, and numbers as text.
//!
//! Constant folding, the interpreters, the helpers of generated code and the library all ask here,
//! so that one program gives one result wherever a number is computed. Nothing in this crate knows
//! of a heap; every function takes and gives plain Rust values.
#![forbid(unsafe_code)]

mod arithmetic;
mod fixed;
mod index;
pub mod math;
mod parse;
mod power;
mod text;

pub use arithmetic::{exit_status, remainder, round, sort_order, to_int32, to_uint32};
pub use fixed::{MAX_FIXED_DIGITS, to_fixed};
pub use index::{half_open, inclusive, to_index};
pub use parse::{LiteralError, parse_literal, text_to_number};
pub use text::{NumberText, number_to_text, write_number};
