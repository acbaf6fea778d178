//! The bit patterns of values.
//!
//! A value is 64 bits. Everything up to [`NUMBER_MAX`], compared as an unsigned integer, is an IEEE
//! double as it stands; that includes the NaNs hardware makes (`0x7FF8…` and `0xFFF8…`). The rest of
//! the negative quiet-NaN space holds everything else:
//!
//! | bits | value |
//! |---|---|
//! | `0 ..= 0xFFF8_0000_0000_0000` | a double |
//! | `0xFFFA_0000_0000_000n` | nil, false, true, unset, empty |
//! | `0xFFFC_pppp_pppp_pppp` | a pointer to an object of 48 bits |

/// The largest bit pattern that is a number.
pub const NUMBER_MAX: u64 = 0xFFF8_0000_0000_0000;
/// The NaN every NaN from outside becomes.
pub const CANONICAL_NAN: u64 = 0x7FF8_0000_0000_0000;
/// `nil`. `bits | 1 == FALSE` holds for exactly the false values.
pub const NIL: u64 = 0xFFFA_0000_0000_0000;
/// `false`.
pub const FALSE: u64 = 0xFFFA_0000_0000_0001;
/// `true`.
pub const TRUE: u64 = 0xFFFA_0000_0000_0002;
/// A parameter not given, a global not declared.
pub const UNSET: u64 = 0xFFFA_0000_0000_0003;
/// The key of a removed table entry. Never a value.
pub(crate) const EMPTY: u64 = 0xFFFA_0000_0000_0004;
/// `v ^ TAG` is the pointer if its upper 16 bits are zero, and then only.
pub const TAG: u64 = 0xFFFC_0000_0000_0000;

/// Whether the bits are a double.
#[inline(always)]
pub const fn is_number(bits: u64) -> bool {
    bits <= NUMBER_MAX
}

/// Whether the bits are a pointer to an object.
#[inline(always)]
pub const fn is_object(bits: u64) -> bool {
    (bits ^ TAG) >> 48 == 0
}

/// The address in the bits of an object.
#[inline(always)]
pub const fn address(bits: u64) -> usize {
    (bits ^ TAG) as usize
}

/// The bits of a number; NaNs are made canonical.
#[inline(always)]
pub const fn number(value: f64) -> u64 {
    if value.is_nan() { CANONICAL_NAN } else { value.to_bits() }
}
