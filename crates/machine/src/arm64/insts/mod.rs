//! Rows of instructions, by families. A row's type tells its operands.
//!
//! Rows for 32 bits have the name of those for 64 with `32` after it. `_I` is a form with an
//! immediate, `_SHIFT` and `_EXT` are forms whose last register is shifted or extended. Names that
//! Arm calls aliases (`cmp` is a `subs` that forgets its result) come before what they stand for.

pub mod control;
pub mod float;
pub mod immediate;
pub mod integer;
pub mod memory;

use super::row::Form;

/// The rows of all families.
pub const FAMILIES: [&[Form]; 6] =
    [immediate::ROWS, integer::ROWS, memory::ROWS, memory::PAIRS, control::ROWS, float::ROWS];

/// Rows: a constant each, and the list of all.
macro_rules! rows {
    ($($name:ident $syntax:literal ($($operand:ty),*) $bits:literal;)*) => {
        $(
            #[doc = concat!("`", $syntax, "`.")]
            pub const $name: $crate::arm64::row::Row<($($operand,)*)> =
                $crate::arm64::row::Row::new($syntax, $bits);
        )*
        /// All rows of the family.
        pub const ROWS: &[$crate::arm64::row::Form] = &[$($name.form()),*];
    };
}

use rows;
