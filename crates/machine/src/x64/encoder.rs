//! The engine: prefixes, opcode, ModRM, SIB, displacement and immediate of every row.
//!
//! Some instructions have several encodings. Between two registers, the one that writes r/m is used;
//! shifts by one and arithmetic of `rax` with 32 bits have their own, which are a byte shorter. Assemblers
//! do the same, so that what they make of our text is what we made.

use super::insts::{
    Code, OpReg, OpRegImm, Plain, RegMem, RegRm, RegRmImm, Rel, Rel8, RmImm, RmOnly, RmReg,
};
use super::operand::{Base, Kind, Mem, R, Rm};

/// Where the distance of a jump or call stands: the 4 bytes at `at` are counted from the instruction's
/// end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Offset of the 4 bytes in the code.
    pub at: usize,
    /// Offset of the instruction's end.
    pub end: usize,
}

/// Code being written.
#[derive(Clone, Debug, Default)]
pub struct Encoder {
    /// The bytes so far.
    pub code: Vec<u8>,
}

/// The bits that go into a REX prefix, and whether one is needed anyway.
#[derive(Clone, Copy, Default)]
struct Rex {
    w: bool,
    r: u8,
    x: u8,
    b: u8,
    forced: bool,
}

/// Whether the register is one that only a REX prefix makes reachable as 8 bits: `spl` to `dil`.
fn needs_rex(kind: Kind, reg: R) -> bool {
    kind == Kind::R8 && (4..8).contains(&reg.0)
}

impl Encoder {
    /// `op reg, r/m`.
    pub fn reg_rm(&mut self, row: RegRm, reg: R, rm: Rm) {
        match (rm, row.reversed()) {
            (Rm::Reg(other), Some(opcode)) => {
                let code = Code { opcode, ..row.code };
                self.modrm(code, (row.rm, other), (row.reg, Rm::Reg(reg)));
            }
            _ => self.modrm(row.code, (row.reg, reg), (row.rm, rm)),
        }
    }

    /// `op reg, address`, where the address is not read.
    pub fn reg_mem(&mut self, row: RegMem, reg: R, mem: Mem) {
        self.modrm(row.code, (row.reg, reg), (row.reg, Rm::Mem(mem)));
    }

    /// `op r/m, reg`.
    pub fn rm_reg(&mut self, row: RmReg, rm: Rm, reg: R) {
        self.modrm(row.code, (row.reg, reg), (row.rm, rm));
    }

    /// `op r/m`.
    pub fn rm(&mut self, row: RmOnly, rm: Rm) {
        self.modrm(row.code, (Kind::R64, R(row.ext)), (row.rm, rm));
    }

    /// `op r/m, imm`; the immediate has as many bytes as the row says, and is cut to them.
    pub fn rm_imm(&mut self, row: RmImm, rm: Rm, imm: i32) {
        if let (Some(opcode), 1) = (row.by_one(), imm) {
            let code = Code { opcode, ..row.code };
            return self.modrm(code, (Kind::R64, R(row.ext)), (row.rm, rm));
        }
        if let (Some(opcode), Rm::Reg(R::RAX)) = (row.accumulator(), rm) {
            self.prefixes(row.code, Rex { w: row.code.w, ..Rex::default() });
            self.code.push(opcode);
            return self.immediate(imm.into(), row.imm);
        }
        self.modrm(row.code, (Kind::R64, R(row.ext)), (row.rm, rm));
        self.immediate(imm.into(), row.imm);
    }

    /// `op reg, r/m, imm`.
    pub fn reg_rm_imm(&mut self, row: RegRmImm, reg: R, rm: Rm, imm: i32) {
        self.modrm(row.code, (row.reg, reg), (row.rm, rm));
        self.immediate(imm.into(), row.imm);
    }

    /// `op reg`, the register in the opcode.
    pub fn op_reg(&mut self, row: OpReg, reg: R) {
        self.opcode_register(row.code, reg);
    }

    /// `op reg, imm`, the register in the opcode.
    pub fn op_reg_imm(&mut self, row: OpRegImm, reg: R, imm: i64) {
        self.opcode_register(row.code, reg);
        self.immediate(imm, row.imm);
    }

    /// An instruction without operands.
    pub fn plain(&mut self, row: Plain) {
        self.prefixes(row.code, Rex { w: row.code.w, ..Rex::default() });
        self.code.extend_from_slice(row.code.opcode);
    }

    /// A jump or a call over a distance, counted from its end. The target tells where the distance
    /// stands, for one that is not known yet.
    pub fn rel(&mut self, row: Rel, distance: i32) -> Target {
        self.code.extend_from_slice(row.code.opcode);
        let at = self.code.len();
        self.immediate(distance.into(), 4);
        Target { at, end: at + 4 }
    }

    /// A jump over a distance of 8 bits, counted from its end.
    pub fn rel8(&mut self, row: Rel8, distance: i8) {
        self.code.extend_from_slice(row.code.opcode);
        self.immediate(distance.into(), 1);
    }

    fn prefixes(&mut self, code: Code, rex: Rex) {
        if let Some(prefix) = code.prefix {
            self.code.push(prefix);
        }
        let bits = u8::from(rex.w) << 3 | rex.r << 2 | rex.x << 1 | rex.b;
        if bits != 0 || rex.forced {
            self.code.push(0x40 | bits);
        }
    }

    fn opcode_register(&mut self, code: Code, reg: R) {
        self.prefixes(code, Rex { w: code.w, b: reg.0 >> 3, ..Rex::default() });
        self.code.extend_from_slice(code.opcode);
        if let Some(last) = self.code.last_mut() {
            *last += reg.0 & 7;
        }
    }

    fn immediate(&mut self, value: i64, bytes: u8) {
        self.code.extend_from_slice(&value.to_le_bytes()[..bytes as usize]);
    }

    /// Everything up to the displacement.
    fn modrm(&mut self, code: Code, (kind, reg): (Kind, R), (rm_kind, rm): (Kind, Rm)) {
        let mut rex = Rex { w: code.w, r: reg.0 >> 3, ..Rex::default() };
        rex.forced = needs_rex(kind, reg);
        match rm {
            Rm::Reg(rm) => {
                rex.b = rm.0 >> 3;
                rex.forced |= needs_rex(rm_kind, rm);
            }
            Rm::Mem(mem) => {
                if let Base::Reg(base) = mem.base {
                    rex.b = base.0 >> 3;
                }
                rex.x = mem.index.map_or(0, |(index, _)| index.0 >> 3);
            }
        }
        self.prefixes(code, rex);
        self.code.extend_from_slice(code.opcode);
        match rm {
            Rm::Reg(rm) => self.code.push(0b11 << 6 | (reg.0 & 7) << 3 | rm.0 & 7),
            Rm::Mem(mem) => self.memory(reg.0 & 7, mem),
        }
    }

    /// ModRM, SIB and displacement of an address (volume 2, tables 2-2 and 2-3).
    fn memory(&mut self, reg: u8, mem: Mem) {
        /// In ModRM: a SIB byte follows. In SIB: no index.
        const SIB: u8 = 0b100;
        /// With mode 0: no base, but 32 bits.
        const WIDE: u8 = 0b101;
        let byte = |a: u8, b: u8, c: u8| a << 6 | b << 3 | c;
        let base = match mem.base {
            Base::Rip => {
                self.code.push(byte(0, reg, WIDE));
                return self.immediate(mem.disp.into(), 4);
            }
            Base::None => {
                let (index, scale) = mem.index.map_or((SIB, 0), |(r, scale)| (r.0 & 7, scale));
                self.code.extend([byte(0, reg, SIB), byte(scale, index, WIDE)]);
                return self.immediate(mem.disp.into(), 4);
            }
            Base::Reg(base) => base.0 & 7,
        };
        // rbp and r13 without displacement would mean no base.
        let (mode, size) = match mem.disp {
            0 if base != WIDE => (0, 0),
            -128..=127 => (1, 1),
            _ => (2, 4),
        };
        match mem.index {
            Some((index, scale)) => {
                self.code.extend([byte(mode, reg, SIB), byte(scale, index.0 & 7, base)]);
            }
            // rsp and r12 as bases need the byte that others use for an index.
            None if base == SIB => self.code.extend([byte(mode, reg, SIB), byte(0, SIB, base)]),
            None => self.code.push(byte(mode, reg, base)),
        }
        self.immediate(mem.disp.into(), size);
    }
}
