//! Loads and stores.
//!
//! Each access comes with all its forms of addresses in one [`Access`] or [`Pair`].

use crate::arm64::row::{
    B, D, Form, IndexW, IndexX, Jump19, PairOffset, PairStep, Q, RA, RD, RM, RN, Row, S, Scaled,
    Step, Unscaled, W, X, Xsp,
};

/// A load or store of `T`, whose size is 1 shifted by `SCALE`. Base registers may be the stack
/// pointer.
pub struct Access<T, const SCALE: u8> {
    /// `[base, #offset]`: not negative, a multiple of the size.
    pub scaled: Row<(T, Xsp<RN>, Scaled<SCALE>)>,
    /// `[base, #offset]`: any from -256 to 255.
    pub unscaled: Row<(T, Xsp<RN>, Unscaled)>,
    /// `[base, #step]!`: the base is moved first.
    pub pre: Row<(T, Xsp<RN>, Step)>,
    /// `[base], #step`: the base is moved afterwards.
    pub post: Row<(T, Xsp<RN>, Step)>,
    /// `[base, x]`: an index of 64 bits.
    pub indexed: Row<(T, Xsp<RN>, X<RM>, IndexX<SCALE>)>,
    /// `[base, w]`: an index of 32 bits.
    pub indexed32: Row<(T, Xsp<RN>, W<RM>, IndexW<SCALE>)>,
}

/// A load or store of two `T` that lie one after the other; their size is 1 shifted by `SCALE`.
pub struct Pair<T, U, const SCALE: u8> {
    /// `[base, #offset]`.
    pub offset: Row<(T, U, Xsp<RN>, PairOffset<SCALE>)>,
    /// `[base, #step]!`: the base is moved first.
    pub pre: Row<(T, U, Xsp<RN>, PairStep<SCALE>)>,
    /// `[base], #step`: the base is moved afterwards.
    pub post: Row<(T, U, Xsp<RN>, PairStep<SCALE>)>,
}

macro_rules! accesses {
    ($($name:ident $text:literal $unscaled:literal ($operand:ty, $scale:literal) $bits:literal;)*) => {
        $(
            #[doc = concat!("`", $text, "`.")]
            pub const $name: Access<$operand, $scale> = Access {
                scaled: Row::new(concat!($text, " {}, [{}{}]"), $bits),
                unscaled: Row::new(concat!($unscaled, " {}, [{}{}]"), $bits & !OFFSET),
                pre: Row::new(concat!($text, " {}, [{}, {}]!"), $bits & !OFFSET | PRE),
                post: Row::new(concat!($text, " {}, [{}], {}"), $bits & !OFFSET | POST),
                indexed: Row::new(concat!($text, " {}, [{}, {}{}]"), $bits & !OFFSET | INDEX),
                indexed32: Row::new(concat!($text, " {}, [{}, {}{}]"), $bits & !OFFSET | INDEX),
            };
        )*
        /// All rows of loads and stores of one register.
        pub const ROWS: &[Form] = &[
            $(
                $name.scaled.form(), $name.unscaled.form(), $name.pre.form(),
                $name.post.form(), $name.indexed.form(), $name.indexed32.form(),
            )*
            LDR_AT.form(), LDR_AT32.form(), LDRSW_AT.form(),
            LDR_AT_S.form(), LDR_AT_D.form(), LDR_AT_Q.form(),
        ];
    };
}

macro_rules! pairs {
    ($($name:ident $text:literal ($first:ident, $scale:literal) $bits:literal;)*) => {
        $(
            #[doc = concat!("`", $text, "`.")]
            pub const $name: Pair<$first<RD>, $first<RA>, $scale> = Pair {
                offset: Row::new(concat!($text, " {}, {}, [{}{}]"), $bits),
                pre: Row::new(concat!($text, " {}, {}, [{}, {}]!"), $bits | 1 << 23),
                post: Row::new(concat!($text, " {}, {}, [{}], {}"), $bits & !(1 << 24) | 1 << 23),
            };
        )*
        /// All rows of loads and stores of two registers.
        pub const PAIRS: &[Form] =
            &[$($name.offset.form(), $name.pre.form(), $name.post.form(),)*];
    };
}

/// What tells the scaled form from the others.
const OFFSET: u32 = 1 << 24;
const POST: u32 = 0b01 << 10;
const PRE: u32 = 0b11 << 10;
const INDEX: u32 = 1 << 21 | 0b10 << 10;

accesses! {
    STRB "strb" "sturb" (W<RD>, 0) 0x3900_0000;
    LDRB "ldrb" "ldurb" (W<RD>, 0) 0x3940_0000;
    LDRSB "ldrsb" "ldursb" (X<RD>, 0) 0x3980_0000;
    LDRSB32 "ldrsb" "ldursb" (W<RD>, 0) 0x39c0_0000;
    STRH "strh" "sturh" (W<RD>, 1) 0x7900_0000;
    LDRH "ldrh" "ldurh" (W<RD>, 1) 0x7940_0000;
    LDRSH "ldrsh" "ldursh" (X<RD>, 1) 0x7980_0000;
    LDRSH32 "ldrsh" "ldursh" (W<RD>, 1) 0x79c0_0000;
    STR32 "str" "stur" (W<RD>, 2) 0xb900_0000;
    LDR32 "ldr" "ldur" (W<RD>, 2) 0xb940_0000;
    LDRSW "ldrsw" "ldursw" (X<RD>, 2) 0xb980_0000;
    STR "str" "stur" (X<RD>, 3) 0xf900_0000;
    LDR "ldr" "ldur" (X<RD>, 3) 0xf940_0000;
    STR_B "str" "stur" (B<RD>, 0) 0x3d00_0000;
    LDR_B "ldr" "ldur" (B<RD>, 0) 0x3d40_0000;
    STR_S "str" "stur" (S<RD>, 2) 0xbd00_0000;
    LDR_S "ldr" "ldur" (S<RD>, 2) 0xbd40_0000;
    STR_D "str" "stur" (D<RD>, 3) 0xfd00_0000;
    LDR_D "ldr" "ldur" (D<RD>, 3) 0xfd40_0000;
    STR_Q "str" "stur" (Q<RD>, 4) 0x3d80_0000;
    LDR_Q "ldr" "ldur" (Q<RD>, 4) 0x3dc0_0000;
}

/// `ldr` from a distance.
pub const LDR_AT: Row<(X<RD>, Jump19)> = Row::new("ldr {}, {}", 0x5800_0000);
/// `ldr` from a distance.
pub const LDR_AT32: Row<(W<RD>, Jump19)> = Row::new("ldr {}, {}", 0x1800_0000);
/// `ldrsw` from a distance.
pub const LDRSW_AT: Row<(X<RD>, Jump19)> = Row::new("ldrsw {}, {}", 0x9800_0000);
/// `ldr` from a distance.
pub const LDR_AT_S: Row<(S<RD>, Jump19)> = Row::new("ldr {}, {}", 0x1c00_0000);
/// `ldr` from a distance.
pub const LDR_AT_D: Row<(D<RD>, Jump19)> = Row::new("ldr {}, {}", 0x5c00_0000);
/// `ldr` from a distance.
pub const LDR_AT_Q: Row<(Q<RD>, Jump19)> = Row::new("ldr {}, {}", 0x9c00_0000);

pairs! {
    STP32 "stp" (W, 2) 0x2900_0000;
    LDP32 "ldp" (W, 2) 0x2940_0000;
    LDPSW "ldpsw" (X, 2) 0x6940_0000;
    STP "stp" (X, 3) 0xa900_0000;
    LDP "ldp" (X, 3) 0xa940_0000;
    STP_S "stp" (S, 2) 0x2d00_0000;
    LDP_S "ldp" (S, 2) 0x2d40_0000;
    STP_D "stp" (D, 3) 0x6d00_0000;
    LDP_D "ldp" (D, 3) 0x6d40_0000;
    STP_Q "stp" (Q, 4) 0xad00_0000;
    LDP_Q "ldp" (Q, 4) 0xad40_0000;
}
