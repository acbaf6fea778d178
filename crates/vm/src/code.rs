//! The layout of register code.
//!
//! An instruction is one word: `op | a << 16 | b << 32 | c << 48`. Words that belong to it follow:
//! constants, and cache cells. Code is never patched while it runs; cache cells are data that only
//! the instruction they belong to reads and writes.

use crate::op::{Op, Role};
use std::ptr::NonNull;

/// The first word of an instruction.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Ins(pub(crate) u64);

impl Ins {
    /// An instruction with three fields.
    pub(crate) const fn abc(op: Op, a: u16, b: u16, c: u16) -> Ins {
        Ins(op as u64 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48)
    }

    /// An instruction with a wide second field.
    pub(crate) const fn wide(op: Op, a: u16, bc: u32) -> Ins {
        Ins(op as u64 | (a as u64) << 16 | (bc as u64) << 32)
    }

    /// Number of the operation.
    #[inline(always)]
    pub(crate) const fn number(self) -> u16 {
        self.0 as u16
    }

    /// The operation; for everything but running.
    pub(crate) fn op(self) -> Op {
        Op::from_number(self.number()).expect("an instruction the translator made")
    }

    /// First field.
    #[inline(always)]
    pub(crate) const fn a(self) -> usize {
        (self.0 >> 16) as u16 as usize
    }

    /// Second field.
    #[inline(always)]
    pub(crate) const fn b(self) -> usize {
        (self.0 >> 32) as u16 as usize
    }

    /// Third field.
    #[inline(always)]
    pub(crate) const fn c(self) -> usize {
        (self.0 >> 48) as usize
    }

    /// Second and third field as one number.
    #[inline(always)]
    pub(crate) const fn bc(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// The first field as a displacement.
    #[inline(always)]
    pub(crate) const fn jump_a(self) -> isize {
        (self.0 >> 16) as i16 as isize
    }

    /// The third field as a displacement.
    #[inline(always)]
    pub(crate) const fn jump_c(self) -> isize {
        (self.0 as i64 >> 48) as isize
    }

    /// The wide second field as a displacement.
    #[inline(always)]
    pub(crate) const fn jump_bc(self) -> isize {
        (self.0 as i64 >> 32) as isize
    }

    /// The same instruction with another number.
    pub(crate) const fn with_op(self, op: Op) -> Ins {
        Ins(self.0 & !0xffff | op as u64)
    }

    /// The same instruction with another first field.
    pub(crate) const fn with_a(self, a: u16) -> Ins {
        Ins(self.0 & !(0xffff << 16) | (a as u64) << 16)
    }

    /// The displacement, if it is a jump.
    pub(crate) fn displacement(self) -> Option<isize> {
        let roles = self.op().row().roles;
        if roles[0] == Role::Jump {
            Some(self.jump_a())
        } else if roles[1] == Role::WideJump {
            Some(self.jump_bc())
        } else if roles[2] == Role::Jump {
            Some(self.jump_c())
        } else {
            None
        }
    }

    /// The same jump with this displacement; `None` if the field is too narrow.
    pub(crate) fn with_displacement(self, displacement: isize) -> Option<Ins> {
        let roles = self.op().row().roles;
        if roles[0] == Role::Jump {
            Some(self.with_a(i16::try_from(displacement).ok()? as u16))
        } else if roles[2] == Role::Jump {
            let c = i16::try_from(displacement).ok()? as u16;
            Some(Ins(self.0 & 0x0000_ffff_ffff_ffff | (c as u64) << 48))
        } else {
            let bc = i32::try_from(displacement).ok()? as u32;
            Some(Ins(self.0 & 0xffff_ffff | (bc as u64) << 32))
        }
    }
}

/// Words of code, at an address that does not change. Frames and caches refer to it by exposed
/// addresses, and handlers write its cache cells, so it is owned as a bare pointer.
#[derive(Debug)]
pub(crate) struct Words(NonNull<[u64]>);

impl Words {
    /// Takes words over.
    pub(crate) fn new(words: impl Into<Box<[u64]>>) -> Words {
        let words = NonNull::from(Box::leak(words.into()));
        words.cast::<u64>().as_ptr().expose_provenance();
        Words(words)
    }

    /// The first word.
    pub(crate) fn start(&self) -> *mut u64 {
        self.0.as_ptr().cast()
    }
}

impl std::ops::Deref for Words {
    type Target = [u64];

    fn deref(&self) -> &[u64] {
        // SAFETY: the words are this one's until it is dropped; handlers that write cells do so
        // while no reference is in use.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for Words {
    fn drop(&mut self) {
        // SAFETY: made by `Box::leak`, and dropped once.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// A handler of errors, in register code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HandlerCode {
    /// First bytecode instruction covered.
    pub(crate) start: u32,
    /// One past the last bytecode instruction covered.
    pub(crate) end: u32,
    /// Where it begins, in words.
    pub(crate) offset: u32,
    /// The register that gets what was thrown.
    pub(crate) register: u16,
}

/// The register code of a function.
#[derive(Debug)]
pub(crate) struct Code {
    /// Instructions and the words between them. First come the entries: to be called with the
    /// fewest arguments the function is entered at the first word, with each one more a word later;
    /// each fills a missing argument.
    pub(crate) words: Words,
    /// Registers of the frame, windows of its calls included.
    pub(crate) registers: u32,
    /// Per instruction that may need it: its offset in words and the bytecode instruction it stands
    /// for, in order of offsets.
    pub(crate) places: Box<[(u32, u32)]>,
    /// Handlers, the inner one of two first.
    pub(crate) handlers: Box<[HandlerCode]>,
    /// Offset of the words that hold caches of callees, which are forgotten when a collection may
    /// have freed what they name.
    pub(crate) call_cells: Box<[u32]>,
}

impl Code {
    /// The bytecode instruction that the register instruction with a word at `offset` stands for.
    pub(crate) fn place(&self, offset: u32) -> u32 {
        let next = self.places.partition_point(|&(start, _)| start <= offset);
        next.checked_sub(1).map_or(0, |index| self.places[index].1)
    }

    /// The innermost handler of a bytecode instruction.
    pub(crate) fn handler(&self, instr: u32) -> Option<&HandlerCode> {
        self.handlers.iter().find(|handler| (handler.start..handler.end).contains(&instr))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_back() {
        let ins = Ins::abc(Op::Add, 1, 2, 0xfffe);
        assert_eq!((ins.op(), ins.a(), ins.b(), ins.c()), (Op::Add, 1, 2, 0xfffe));
        assert_eq!(ins.jump_c(), -2);
        assert_eq!(Ins::wide(Op::Jump, 0, -5_i32 as u32).jump_bc(), -5);
    }

    #[test]
    fn displacements_know_their_field() {
        let narrow = Ins::abc(Op::JumpLess, 0, 3, 4).with_displacement(-7).unwrap();
        assert_eq!((narrow.displacement(), narrow.b(), narrow.c()), (Some(-7), 3, 4));
        assert!(Ins::abc(Op::JumpLess, 0, 3, 4).with_displacement(40_000).is_none());
        let wide = Ins::wide(Op::JumpIfTrue, 9, 0).with_displacement(40_000).unwrap();
        assert_eq!((wide.displacement(), wide.a()), (Some(40_000), 9));
    }
}
