//! Operands that depend on where things come to lie. What goes into them, `sox_objfile` knows.

use super::field::{Class, Field};
use super::row::Form;
use sox_objfile::object::RelocKind;

/// An instruction that waits for a symbol's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixup {
    /// Offset of the instruction in the code.
    pub at: usize,
    /// What to fill in.
    pub reloc: RelocKind,
}

impl Form {
    /// The relocation of its operand that a symbol can stand for, if it has one.
    pub fn reloc(&self) -> Option<RelocKind> {
        Some(self.symbolic()?.1)
    }

    /// The operand that a symbol can stand for, and its relocation.
    pub(super) fn symbolic(&self) -> Option<(Field, RelocKind)> {
        const LINK: u32 = 1 << 31;
        const LOAD: u32 = 1 << 27;
        const SUB_OR_FLAGS: u32 = 0b11 << 29;
        self.fields.iter().find_map(|&field| {
            let kind = match field.class {
                Class::Jump(26) if self.bits & LINK != 0 => RelocKind::Call26,
                Class::Jump(26) => RelocKind::Jump26,
                Class::Jump(19) if self.bits & LOAD != 0 => RelocKind::Literal19,
                Class::Jump(19) => RelocKind::Branch19,
                Class::Jump(14) => RelocKind::Branch14,
                Class::Adr => RelocKind::Adr21,
                Class::Adrp => RelocKind::Page21,
                Class::Imm12 if self.bits & SUB_OR_FLAGS == 0 => RelocKind::PageOffset12,
                Class::Scaled(0) => RelocKind::PageOffset12Load8,
                Class::Scaled(1) => RelocKind::PageOffset12Load16,
                Class::Scaled(2) => RelocKind::PageOffset12Load32,
                Class::Scaled(3) => RelocKind::PageOffset12Load64,
                Class::Scaled(4) => RelocKind::PageOffset12Load128,
                _ => return None,
            };
            Some((field, kind))
        })
    }
}
