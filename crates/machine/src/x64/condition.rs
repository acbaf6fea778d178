//! Conditions of the flags, and the instructions that test them.

use super::insts::control::*;
use super::insts::integer::*;
use super::insts::{RegRm, Rel, Rel8, RmOnly};
use crate::ir::Cond;

/// A condition by its number in encodings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Condition(u8);

static LONG: [&Rel; 16] =
    [&JO, &JNO, &JB, &JAE, &JE, &JNE, &JBE, &JA, &JS, &JNS, &JP, &JNP, &JL, &JGE, &JLE, &JG];
static SHORT: [&Rel8; 16] = [
    &JO8, &JNO8, &JB8, &JAE8, &JE8, &JNE8, &JBE8, &JA8, &JS8, &JNS8, &JP8, &JNP8, &JL8, &JGE8,
    &JLE8, &JG8,
];
static SET: [&RmOnly; 16] = [
    &SETO, &SETNO, &SETB, &SETAE, &SETE, &SETNE, &SETBE, &SETA, &SETS, &SETNS, &SETP, &SETNP,
    &SETL, &SETGE, &SETLE, &SETG,
];

static MOVE: [&RegRm; 16] = [
    &CMOVO, &CMOVNO, &CMOVB, &CMOVAE, &CMOVE, &CMOVNE, &CMOVBE, &CMOVA, &CMOVS, &CMOVNS, &CMOVP,
    &CMOVNP, &CMOVL, &CMOVGE, &CMOVLE, &CMOVG,
];

impl Condition {
    pub(super) const O: Condition = Condition(0);
    pub(super) const NO: Condition = Condition(1);
    pub(super) const B: Condition = Condition(2);
    pub(super) const AE: Condition = Condition(3);
    pub(super) const E: Condition = Condition(4);
    pub(super) const NE: Condition = Condition(5);
    pub(super) const BE: Condition = Condition(6);
    pub(super) const A: Condition = Condition(7);
    pub(super) const P: Condition = Condition(10);
    pub(super) const NP: Condition = Condition(11);
    pub(super) const L: Condition = Condition(12);
    pub(super) const GE: Condition = Condition(13);
    pub(super) const LE: Condition = Condition(14);
    pub(super) const G: Condition = Condition(15);

    /// All of them.
    #[cfg(test)]
    fn all() -> impl Iterator<Item = Condition> {
        (0..16).map(Condition)
    }

    /// Its number in encodings.
    pub(super) fn number(self) -> u8 {
        self.0
    }

    pub(super) fn from_number(number: u8) -> Condition {
        Condition(number & 15)
    }

    pub(super) fn inverse(self) -> Condition {
        Condition(self.0 ^ 1)
    }

    pub(super) fn jump(self) -> &'static Rel {
        LONG[self.0 as usize]
    }

    pub(super) fn short_jump(self) -> &'static Rel8 {
        SHORT[self.0 as usize]
    }

    /// The move that depends on it.
    pub(super) fn move_if(self) -> &'static RegRm {
        MOVE[self.0 as usize]
    }

    pub(super) fn set(self) -> &'static RmOnly {
        SET[self.0 as usize]
    }

    /// The condition between two integers that were compared.
    pub(super) fn of_integers(cond: Cond) -> Condition {
        match cond {
            Cond::Ne => Condition::NE,
            Cond::Lt => Condition::L,
            Cond::Le => Condition::LE,
            Cond::Gt => Condition::G,
            Cond::Ge => Condition::GE,
            Cond::Ltu => Condition::B,
            Cond::Leu => Condition::BE,
            Cond::Gtu => Condition::A,
            Cond::Geu => Condition::AE,
            // Float conditions never get here: the verifier tells them from these.
            _ => Condition::E,
        }
    }
}

/// What to test after `ucomisd a, b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FloatTest {
    /// One condition.
    One(Condition),
    /// Equal and not unordered.
    OrderedEqual,
    /// Not equal, or unordered.
    UnorderedNotEqual,
}

/// How to compare floats: whether with exchanged operands, and what to test. Unordered operands set the
/// zero, parity and carry flags; otherwise zero means equal and carry means below (Intel manual,
/// volume 2, UCOMISD).
pub(super) fn of_floats(cond: Cond) -> (bool, FloatTest) {
    use FloatTest::One;
    match cond {
        Cond::Oeq => (false, FloatTest::OrderedEqual),
        Cond::Une => (false, FloatTest::UnorderedNotEqual),
        Cond::One => (false, One(Condition::NE)),
        Cond::Ueq => (false, One(Condition::E)),
        Cond::Ogt => (false, One(Condition::A)),
        Cond::Oge => (false, One(Condition::AE)),
        Cond::Olt => (true, One(Condition::A)),
        Cond::Ole => (true, One(Condition::AE)),
        Cond::Ult => (false, One(Condition::B)),
        Cond::Ule => (false, One(Condition::BE)),
        Cond::Ugt => (true, One(Condition::B)),
        Cond::Uge => (true, One(Condition::BE)),
        Cond::Ord => (false, One(Condition::NP)),
        // The rest is `uno`: integer conditions never get here.
        _ => (false, One(Condition::P)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_the_instructions_of_its_name() {
        for condition in Condition::all() {
            let name = &condition.jump().name[1..];
            assert_eq!(condition.short_jump().name, format!("j{name}"));
            assert_eq!(condition.set().name, format!("set{name}"));
            assert_eq!(condition.move_if().name, format!("cmov{name}"));
            assert_eq!(condition.jump().code.opcode, [0x0f, 0x80 + condition.number()]);
        }
        assert_eq!(Condition::of_integers(Cond::Geu).jump().name, "jae");
        assert_eq!(Condition::L.inverse(), Condition::GE);
    }
}
