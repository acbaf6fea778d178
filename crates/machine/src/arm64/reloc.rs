//! Operands that depend on where things come to lie.

use super::field::{Class, Field};
use super::misfit::Misfit;
use super::operand::Value;
use super::row::Form;

/// How an instruction refers to a symbol. The names are those of the ELF relocations for AArch64
/// ("ELF for the Arm 64-bit Architecture", §5.7), without their prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reloc {
    /// `bl`: ±128 MB.
    Call26,
    /// `b`: ±128 MB.
    Jump26,
    /// `b.cond`, `cbz`, `cbnz`: ±1 MB.
    Condbr19,
    /// `tbz`, `tbnz`: ±32 KB.
    Tstbr14,
    /// A load from a distance: ±1 MB.
    LdPrelLo19,
    /// `adr`: ±1 MB.
    AdrPrelLo21,
    /// `adrp`: the symbol's page, ±4 GB.
    AdrPrelPgHi21,
    /// `add`: the low 12 bits of the symbol's address.
    AddAbsLo12Nc,
    /// A byte's load or store: the low 12 bits.
    Ldst8AbsLo12Nc,
    /// 2 bytes': the low 12 bits, a multiple of 2.
    Ldst16AbsLo12Nc,
    /// 4 bytes': the low 12 bits, a multiple of 4.
    Ldst32AbsLo12Nc,
    /// 8 bytes': the low 12 bits, a multiple of 8.
    Ldst64AbsLo12Nc,
    /// 16 bytes': the low 12 bits, a multiple of 16.
    Ldst128AbsLo12Nc,
}

/// An instruction that waits for a symbol's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixup {
    /// Offset of the instruction in the code.
    pub at: usize,
    /// What to fill in.
    pub reloc: Reloc,
}

impl Form {
    /// The relocation of its operand that a symbol can stand for, if it has one.
    pub fn reloc(&self) -> Option<Reloc> {
        const LINK: u32 = 1 << 31;
        const LOAD: u32 = 1 << 27;
        const SUB_OR_FLAGS: u32 = 0b11 << 29;
        self.fields.iter().find_map(|field| {
            Some(match field.class {
                Class::Jump(26) if self.bits & LINK != 0 => Reloc::Call26,
                Class::Jump(26) => Reloc::Jump26,
                Class::Jump(19) if self.bits & LOAD != 0 => Reloc::LdPrelLo19,
                Class::Jump(19) => Reloc::Condbr19,
                Class::Jump(14) => Reloc::Tstbr14,
                Class::Adr => Reloc::AdrPrelLo21,
                Class::Adrp => Reloc::AdrPrelPgHi21,
                Class::Imm12 if self.bits & SUB_OR_FLAGS == 0 => Reloc::AddAbsLo12Nc,
                Class::Scaled(0) => Reloc::Ldst8AbsLo12Nc,
                Class::Scaled(1) => Reloc::Ldst16AbsLo12Nc,
                Class::Scaled(2) => Reloc::Ldst32AbsLo12Nc,
                Class::Scaled(3) => Reloc::Ldst64AbsLo12Nc,
                Class::Scaled(4) => Reloc::Ldst128AbsLo12Nc,
                _ => return None,
            })
        })
    }
}

impl Reloc {
    /// All of them.
    pub const ALL: [Reloc; 13] = [
        Reloc::Call26,
        Reloc::Jump26,
        Reloc::Condbr19,
        Reloc::Tstbr14,
        Reloc::LdPrelLo19,
        Reloc::AdrPrelLo21,
        Reloc::AdrPrelPgHi21,
        Reloc::AddAbsLo12Nc,
        Reloc::Ldst8AbsLo12Nc,
        Reloc::Ldst16AbsLo12Nc,
        Reloc::Ldst32AbsLo12Nc,
        Reloc::Ldst64AbsLo12Nc,
        Reloc::Ldst128AbsLo12Nc,
    ];

    /// Where the operand stands.
    pub fn field(self) -> Field {
        let (class, at) = match self {
            Reloc::Call26 | Reloc::Jump26 => (Class::Jump(26), 0),
            Reloc::Condbr19 | Reloc::LdPrelLo19 => (Class::Jump(19), 5),
            Reloc::Tstbr14 => (Class::Jump(14), 5),
            Reloc::AdrPrelLo21 => (Class::Adr, 5),
            Reloc::AdrPrelPgHi21 => (Class::Adrp, 5),
            Reloc::AddAbsLo12Nc => (Class::Imm12, 10),
            Reloc::Ldst8AbsLo12Nc => (Class::Scaled(0), 10),
            Reloc::Ldst16AbsLo12Nc => (Class::Scaled(1), 10),
            Reloc::Ldst32AbsLo12Nc => (Class::Scaled(2), 10),
            Reloc::Ldst64AbsLo12Nc => (Class::Scaled(3), 10),
            Reloc::Ldst128AbsLo12Nc => (Class::Scaled(4), 10),
        };
        Field { class, at }
    }

    /// Its number in ELF files.
    pub fn elf_number(self) -> u32 {
        match self {
            Reloc::LdPrelLo19 => 273,
            Reloc::AdrPrelLo21 => 274,
            Reloc::AdrPrelPgHi21 => 275,
            Reloc::AddAbsLo12Nc => 277,
            Reloc::Ldst8AbsLo12Nc => 278,
            Reloc::Tstbr14 => 279,
            Reloc::Condbr19 => 280,
            Reloc::Jump26 => 282,
            Reloc::Call26 => 283,
            Reloc::Ldst16AbsLo12Nc => 284,
            Reloc::Ldst32AbsLo12Nc => 285,
            Reloc::Ldst64AbsLo12Nc => 286,
            Reloc::Ldst128AbsLo12Nc => 299,
        }
    }

    /// How the low bits of an address are written in assembly: before the symbol's name.
    pub(super) fn prefix(self) -> &'static str {
        match self.field().class {
            Class::Imm12 | Class::Scaled(_) => ":lo12:",
            _ => "",
        }
    }

    /// The instruction at `place` with its operand filled in: `target` is the symbol's address plus
    /// what is added to it.
    ///
    /// # Errors
    /// If the target is too far away, or not a multiple of what the instruction needs.
    pub fn patch(self, word: u32, place: u64, target: u64) -> Result<u32, Misfit> {
        const PAGE: u64 = !0xfff;
        let value = match self.field().class {
            Class::Imm12 | Class::Scaled(_) => target & !PAGE,
            Class::Adrp => (target & PAGE).wrapping_sub(place & PAGE),
            _ => target.wrapping_sub(place),
        };
        let field = self.field();
        Ok(word & !field.mask() | field.encode(Value::Imm(value as i64))?)
    }
}
