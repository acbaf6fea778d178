//! Operands that an instruction cannot have.

use super::operand::{Cond, Extend, R, Shift, V};
use std::fmt;

/// Why an operand cannot be encoded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Misfit {
    /// No such register, or the stack pointer where only the zero register can be, or the other way.
    Register(R),
    /// No such float register.
    FloatRegister(V),
    /// Not within these bounds, which are included.
    Range {
        /// The number.
        value: i64,
        /// Least that can be encoded.
        min: i64,
        /// Most that can be encoded.
        max: i64,
    },
    /// Not a multiple.
    Multiple {
        /// The number.
        value: i64,
        /// What it must be a multiple of.
        of: i64,
    },
    /// Neither below 4096 nor a multiple of 4096 below 2^24.
    Imm12(i64),
    /// Not a rotated run of ones that is repeated through the register.
    Bitmask(u64),
    /// Not ±n/16 × 2^e with n from 16 to 31 and e from -3 to 4.
    Float(f64),
    /// A condition that always holds where its opposite is needed.
    Condition(Cond),
    /// A shift that the instruction does not have.
    Shift(Shift, u8),
    /// An extension that the instruction does not have.
    Extend(Extend, u8),
    /// A value of another kind than the operand.
    Kind,
    /// Registers that must differ are the same: a base that is moved and the register that is loaded or
    /// stored, or two registers that are loaded at once.
    SameRegister,
    /// The instruction has no operand that a symbol could stand for.
    NoSymbol,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Misfit::Register(R::SP) => write!(f, "the stack pointer cannot stand here"),
            Misfit::Register(R::ZR) => write!(f, "the zero register cannot stand here"),
            Misfit::Register(R(number)) => write!(f, "there is no register x{number}"),
            Misfit::FloatRegister(V(number)) => write!(f, "there is no register v{number}"),
            Misfit::Range { value, min, max } => write!(f, "{value} is not from {min} to {max}"),
            Misfit::Multiple { value, of } => write!(f, "{value} is not a multiple of {of}"),
            Misfit::Imm12(value) => {
                write!(f, "{value} is neither below 4096 nor a multiple of it below 2^24")
            }
            Misfit::Bitmask(bits) => write!(f, "{bits:#x} is not a repeated run of ones"),
            Misfit::Float(float) => write!(f, "{float:?} cannot be a float immediate"),
            Misfit::Condition(cond) => write!(f, "the condition `{cond}` has no opposite"),
            Misfit::Shift(shift, amount) => write!(f, "`{shift} #{amount}` cannot stand here"),
            Misfit::Extend(extend, amount) => write!(f, "`{extend} #{amount}` cannot stand here"),
            Misfit::Kind => f.write_str("an operand of another kind is needed here"),
            Misfit::SameRegister => f.write_str("two of the registers must differ"),
            Misfit::NoSymbol => f.write_str("the instruction cannot refer to a symbol"),
        }
    }
}

impl std::error::Error for Misfit {}
