//! What instructions take: registers, conditions, shifts.

use std::fmt;

/// A general register: `x0` to `x30` by their numbers, and two that share the number 31 in encodings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct R(pub u8);

impl R {
    /// Frame pointer.
    pub const FP: R = R(29);
    /// Link register: where a call leaves its return address.
    pub const LR: R = R(30);
    /// Stack pointer.
    pub const SP: R = R(31);
    /// Reads as zero, forgets what is written.
    pub const ZR: R = R(32);
}

/// A float and vector register by its number, 0 to 31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct V(pub u8);

macro_rules! named {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $variant_doc:literal])* $variant:ident $text:literal,)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[doc = $variant_doc])* $variant,)* }

        impl $name {
            /// All, in the order of their encodings.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The one with that encoding.
            pub fn from_bits(bits: u32) -> Option<$name> {
                Self::ALL.get(bits as usize).copied()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $($name::$variant => $text,)* })
            }
        }
    };
}

named! {
    #[doc = "A condition on the flags."]
    Cond {
        #[doc = "Equal."] Eq "eq",
        #[doc = "Not equal, or unordered."] Ne "ne",
        #[doc = "Carry set: unsigned higher or same."] Hs "hs",
        #[doc = "Carry clear: unsigned lower."] Lo "lo",
        #[doc = "Negative; of floats: less."] Mi "mi",
        #[doc = "Positive or zero."] Pl "pl",
        #[doc = "Overflow; of floats: unordered."] Vs "vs",
        #[doc = "No overflow."] Vc "vc",
        #[doc = "Unsigned higher."] Hi "hi",
        #[doc = "Unsigned lower or same."] Ls "ls",
        #[doc = "Signed greater or equal."] Ge "ge",
        #[doc = "Signed less."] Lt "lt",
        #[doc = "Signed greater."] Gt "gt",
        #[doc = "Signed less or equal."] Le "le",
        #[doc = "Always."] Al "al",
        #[doc = "Always, too."] Nv "nv",
    }
}

impl Cond {
    /// The one that holds when this one does not; none for the two that always hold.
    pub fn inverted(self) -> Option<Cond> {
        match self {
            Cond::Al | Cond::Nv => None,
            _ => Cond::from_bits(self as u32 ^ 1),
        }
    }
}

named! {
    #[doc = "How a register operand is shifted."]
    Shift {
        #[doc = "To the left."] Lsl "lsl",
        #[doc = "To the right, zeros come in."] Lsr "lsr",
        #[doc = "To the right, copies of the sign come in."] Asr "asr",
        #[doc = "To the right, what falls out comes in."] Ror "ror",
    }
}

named! {
    #[doc = "Which part of a register operand counts, and how it is extended to 64 bits."]
    Extend {
        #[doc = "8 bits, with zeros."] Uxtb "uxtb",
        #[doc = "16 bits, with zeros."] Uxth "uxth",
        #[doc = "32 bits, with zeros."] Uxtw "uxtw",
        #[doc = "All."] Uxtx "uxtx",
        #[doc = "8 bits, with the sign."] Sxtb "sxtb",
        #[doc = "16 bits, with the sign."] Sxth "sxth",
        #[doc = "32 bits, with the sign."] Sxtw "sxtw",
        #[doc = "All, too."] Sxtx "sxtx",
    }
}

impl Extend {
    /// Whether all 64 bits of the register count.
    pub fn is_whole(self) -> bool {
        matches!(self, Extend::Uxtx | Extend::Sxtx)
    }
}

/// The value of any operand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A general register.
    R(R),
    /// A float register.
    V(V),
    /// A number; of jumps and addresses the distance in bytes.
    Imm(i64),
    /// A pattern of bits.
    Bits(u64),
    /// A float.
    Float(f64),
    /// A condition.
    Cond(Cond),
    /// A shift by so many bits.
    Shift(Shift, u8),
    /// An extension, then a shift to the left by so many bits.
    Extend(Extend, u8),
}

macro_rules! into_value {
    ($($from:ty, $value:ident => $to:expr;)*) => {
        $(impl From<$from> for Value {
            #[inline]
            fn from($value: $from) -> Value { $to }
        })*
    };
}

into_value! {
    R, reg => Value::R(reg);
    V, reg => Value::V(reg);
    i64, number => Value::Imm(number);
    u64, bits => Value::Bits(bits);
    f64, float => Value::Float(float);
    Cond, cond => Value::Cond(cond);
    (Shift, u8), shift => Value::Shift(shift.0, shift.1);
    (Extend, u8), extend => Value::Extend(extend.0, extend.1);
}
