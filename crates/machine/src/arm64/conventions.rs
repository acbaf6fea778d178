//! Registers and calling conventions of AArch64.
//!
//! Sources: Procedure Call Standard for the Arm 64-bit Architecture (AAPCS64), sections 6.1 and 6.8;
//! Apple, "Writing ARM64 code for Apple platforms".

use super::operand::{R, V};
use crate::codegen::abi::{Convention, Variadic};
use crate::regalloc::{PReg, RegSet, Registers};

const fn x(number: u8) -> PReg {
    PReg(number)
}

const fn v(number: u8) -> PReg {
    PReg(32 + number)
}

/// The register that instructions and moves may use within themselves.
pub(super) const SCRATCH: R = R(16);
/// Another one for instructions. Between them the allocator breaks cycles of moves with it.
pub(super) const SCRATCH2: R = R(17);
/// The float register that moves may use within themselves.
pub(super) const FLOAT_SCRATCH: V = V(30);

macro_rules! list {
    ($function:ident: $($number:literal)*) => { [$($function($number)),*] };
}

/// Registers that calls destroy come first: what needs no other one takes these. The platform may
/// own x18; x16 and x17 may change between a call and its target.
static INTS: [PReg; 26] = list!(x:
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 19 20 21 22 23 24 25 26 27 28);
static FLOATS: [PReg; 30] = list!(v:
    0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 24 25 26 27 28 29 8 9 10 11 12 13 14 15);

pub(super) static REGISTERS: Registers =
    Registers { order: [&INTS, &FLOATS], scratch: [x(17), v(31)] };

/// x19 to x28, and the low halves of v8 to v15.
const PRESERVED: RegSet = RegSet(0x3ff << 19 | 0xff << (32 + 8));

static INT_ARGUMENTS: [PReg; 8] = list!(x: 0 1 2 3 4 5 6 7);
static FLOAT_ARGUMENTS: [PReg; 8] = list!(v: 0 1 2 3 4 5 6 7);
static INT_RESULTS: [PReg; 2] = list!(x: 0 1);
static FLOAT_RESULTS: [PReg; 2] = list!(v: 0 1);

/// Linux and Windows.
pub static AAPCS64: Convention = Convention {
    name: "AAPCS64",
    arguments: [&INT_ARGUMENTS, &FLOAT_ARGUMENTS],
    results: [&INT_RESULTS, &FLOAT_RESULTS],
    by_position: false,
    preserved: PRESERVED,
    tail_callee: x(9),
    home: 0,
    variadic: Variadic::Same,
};

/// macOS and its relatives.
pub static APPLE: Convention =
    Convention { name: "Apple arm64", variadic: Variadic::OnStack, ..AAPCS64 };

/// Arguments of a system call of Linux, after its number; the result comes in the first one.
pub(super) static SYSTEM_CALL: [PReg; 7] = list!(x: 8 0 1 2 3 4 5);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::abi::{ArgPlace, places};
    use crate::ir::Class::{F64, I64};
    use ArgPlace::{Reg, Stack};

    #[test]
    fn eight_of_each_bank_are_in_registers() {
        let mixed = [[I64, F64]; 9].concat();
        let (found, stack) = places(&AAPCS64, &mixed, 18);
        assert_eq!(found[..2], [Reg(x(0)), Reg(v(0))]);
        assert_eq!(found[14..], [Reg(x(7)), Reg(v(7)), Stack(0), Stack(8)]);
        assert_eq!(stack, 16);
    }

    #[test]
    fn variadic_arguments_are_as_others_but_on_the_stack_for_apple() {
        let printf = [I64, F64, I64];
        let registers = vec![Reg(x(0)), Reg(v(0)), Reg(x(1))];
        assert_eq!(places(&AAPCS64, &printf, 1), (registers, 0));
        assert_eq!(places(&APPLE, &printf, 1), (vec![Reg(x(0)), Stack(0), Stack(8)], 16));
    }

    #[test]
    fn no_register_has_two_uses() {
        let given_out: RegSet = INTS.iter().chain(&FLOATS).copied().collect();
        for kept in [SCRATCH.0, SCRATCH2.0, 18, R::FP.0, R::LR.0, R::SP.0] {
            assert!(!given_out.contains(x(kept)), "x{kept}");
        }
        assert!(!given_out.contains(v(FLOAT_SCRATCH.0)) && !given_out.contains(v(31)));
        assert_eq!(PRESERVED.without(given_out), RegSet::default());
        assert_eq!(PRESERVED.iter().count(), 10 + 8);
    }
}
