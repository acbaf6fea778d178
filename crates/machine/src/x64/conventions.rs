//! Registers and calling conventions of x86-64.
//!
//! Sources: System V ABI, AMD64 supplement, section 3.2; Microsoft, "x64 calling convention".

use super::operand::R;
use crate::codegen::abi::{Convention, Variadic};
use crate::regalloc::{PReg, RegSet, Registers};

const RAX: PReg = PReg(0);
const RCX: PReg = PReg(1);
const RDX: PReg = PReg(2);
const RBX: PReg = PReg(3);
const RSI: PReg = PReg(6);
const RDI: PReg = PReg(7);
const R8: PReg = PReg(8);
const R9: PReg = PReg(9);
const R10: PReg = PReg(10);
const R11: PReg = PReg(11);
const R12: PReg = PReg(12);
const R13: PReg = PReg(13);
const R14: PReg = PReg(14);
const R15: PReg = PReg(15);

pub(super) const ACCUMULATOR: PReg = RAX;
pub(super) const COUNT: PReg = RCX;
pub(super) const DATA: PReg = RDX;

/// The register that instructions may use within themselves.
pub(super) const SCRATCH: R = R(11);
/// The vector register that instructions may use within themselves.
pub(super) const FLOAT_SCRATCH: R = R(15);
/// The frame pointer.
pub(super) const FRAME: R = R(5);

const fn xmm(number: u8) -> PReg {
    PReg(32 + number)
}

/// So many vector registers from one on.
const fn xmms<const N: usize>(first: u8) -> [PReg; N] {
    let mut all = [PReg(0); N];
    let mut at = 0;
    while at < N {
        all[at] = xmm(first + at as u8);
        at += 1;
    }
    all
}

const FLOATS: [PReg; 15] = xmms(0);

/// Registers that calls destroy come first in every order: what needs no other one takes these.
pub(super) static SYSTEM_V_REGISTERS: Registers = Registers {
    order: [&[RAX, RCX, RDX, RSI, RDI, R8, R9, R10, RBX, R12, R13, R14, R15], &FLOATS],
    scratch: [R11, xmm(15)],
};

pub(super) static WINDOWS_REGISTERS: Registers = Registers {
    order: [&[RAX, RCX, RDX, R8, R9, R10, RBX, RSI, RDI, R12, R13, R14, R15], &FLOATS],
    scratch: [R11, xmm(15)],
};

/// The set of registers of these numbers.
const fn set(registers: &[PReg]) -> RegSet {
    let (mut bits, mut at) = (0, 0);
    while at < registers.len() {
        bits |= 1 << registers[at].0;
        at += 1;
    }
    RegSet(bits)
}

/// Linux, macOS and other systems but Windows.
pub static SYSTEM_V: Convention = Convention {
    name: "System V",
    arguments: [&[RDI, RSI, RDX, RCX, R8, R9], &xmms::<8>(0)],
    results: [&[RAX, RDX], &[xmm(0), xmm(1)]],
    by_position: false,
    preserved: set(&[RBX, R12, R13, R14, R15]),
    tail_callee: R10,
    home: 0,
    variadic: Variadic::CountIn(RAX),
};

/// Windows. The second results are this project's own: the system's convention has one.
pub static WINDOWS: Convention = Convention {
    name: "Windows x64",
    arguments: [&[RCX, RDX, R8, R9], &xmms::<4>(0)],
    results: [&[RAX, RDX], &[xmm(0), xmm(1)]],
    by_position: true,
    preserved: set(&[RBX, RSI, RDI, R12, R13, R14, R15]).or(set(&xmms::<10>(6))),
    tail_callee: R10,
    home: 32,
    variadic: Variadic::FloatsInBoth,
};

/// Number and arguments of a system call of Linux.
pub(super) static SYSTEM_CALL: [PReg; 7] = [RAX, RDI, RSI, RDX, R10, R8, R9];
/// What the `syscall` instruction destroys.
pub(super) const SYSTEM_CALL_CLOBBERS: RegSet = set(&[RCX, R11]);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::abi::{ArgPlace, Arguments, places};
    use crate::ir::Class::{F32, F64, I64};

    #[test]
    fn system_v_counts_each_bank_by_itself() {
        use ArgPlace::{Reg, Stack};
        let mixed = [I64, F64, I64, F32];
        let expected = vec![Reg(RDI), Reg(xmm(0)), Reg(RSI), Reg(xmm(1))];
        assert_eq!(places(&SYSTEM_V, &mixed, 4), (expected, 0));
        let (found, stack) = places(&SYSTEM_V, &[I64; 9], 9);
        assert_eq!(found[5..], [Reg(R9), Stack(0), Stack(8), Stack(16)]);
        assert_eq!(stack, 32);
        // Variadic ones are no exception; the number of float registers goes along.
        let mut arguments = Arguments::default();
        SYSTEM_V.assign(&[I64, F64, F64], 1, &mut arguments);
        assert_eq!((arguments.floats, arguments.places[2]), (2, Reg(xmm(1))));
        let results: Vec<_> = SYSTEM_V.result_places(&[F64, I64]).collect();
        assert_eq!(results, [Some(xmm(0)), Some(RAX)]);
    }

    #[test]
    fn windows_counts_positions_and_leaves_a_home() {
        use ArgPlace::{Both, Reg, Stack};
        let (found, stack) = places(&WINDOWS, &[I64, F64, I64, F64, F64], 5);
        assert_eq!(found, [Reg(RCX), Reg(xmm(1)), Reg(R8), Reg(xmm(3)), Stack(32)]);
        assert_eq!(stack, 48);
        assert_eq!(places(&WINDOWS, &[], 0), (vec![], 32));
        // `printf("%f", x)`: the float stands in the integer register too.
        let (found, _) = places(&WINDOWS, &[I64, F64], 1);
        assert_eq!(found, [Reg(RCX), Both(xmm(1), RDX)]);
    }

    #[test]
    fn no_register_has_two_uses() {
        for registers in [&SYSTEM_V_REGISTERS, &WINDOWS_REGISTERS] {
            let given_out: RegSet = registers.order.iter().copied().flatten().copied().collect();
            for kept in [PReg(SCRATCH.0), PReg(FRAME.0), PReg(R::RSP.0), xmm(FLOAT_SCRATCH.0)] {
                assert!(!given_out.contains(kept), "{kept:?}");
            }
            assert!(registers.scratch.iter().all(|&scratch| !given_out.contains(scratch)));
            let count: usize = registers.order.iter().map(|bank| bank.len()).sum();
            assert_eq!(given_out.iter().count(), count, "one is given out twice");
        }
    }
}
