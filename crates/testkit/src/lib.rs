//! What the tests share. For development only: no shipped crate depends on it.
#![forbid(unsafe_code)]

pub mod bytecode;
pub mod campaign;
pub mod command;
pub mod differ;
pub mod expectations;
pub mod generate;
mod random;
pub mod shrink;
pub mod suite;
