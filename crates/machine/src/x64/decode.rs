//! Instructions from their bytes, by the same rows.
//!
//! A row fits if its prefix, operand size and opcode stand there and its operands can be read. What was
//! read is encoded again: only if that gives the same bytes it is what we mean, as the same instruction
//! may have encodings that we never make.

use super::encoder::Encoder;
use super::insts::{
    Code, OpReg, OpRegImm, Plain, RegMem, RegRm, RegRmImm, Rel, Rel8, RmImm, RmOnly, RmReg,
    control, float, integer,
};
use super::operand::{Base, Mem, R, Rm};

/// An instruction: a row with its operands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Decoded {
    RegRm(&'static RegRm, R, Rm),
    RegMem(&'static RegMem, R, Mem),
    RmReg(&'static RmReg, Rm, R),
    RmOnly(&'static RmOnly, Rm),
    /// A shift by `cl`.
    ShiftCl(&'static RmOnly, Rm),
    RmImm(&'static RmImm, Rm, i32),
    RegRmImm(&'static RegRmImm, R, Rm, i32),
    OpReg(&'static OpReg, R),
    OpRegImm(&'static OpRegImm, R, i64),
    Plain(&'static Plain),
    Rel(&'static Rel, i32),
    Rel8(&'static Rel8, i8),
}

impl Decoded {
    pub(super) fn encode(self, e: &mut Encoder) {
        match self {
            Decoded::RegRm(row, reg, rm) => e.reg_rm(*row, reg, rm),
            Decoded::RegMem(row, reg, mem) => e.reg_mem(*row, reg, mem),
            Decoded::RmReg(row, rm, reg) => e.rm_reg(*row, rm, reg),
            Decoded::RmOnly(row, rm) | Decoded::ShiftCl(row, rm) => e.rm(*row, rm),
            Decoded::RmImm(row, rm, imm) => e.rm_imm(*row, rm, imm),
            Decoded::RegRmImm(row, reg, rm, imm) => e.reg_rm_imm(*row, reg, rm, imm),
            Decoded::OpReg(row, reg) => e.op_reg(*row, reg),
            Decoded::OpRegImm(row, reg, imm) => e.op_reg_imm(*row, reg, imm),
            Decoded::Plain(row) => e.plain(*row),
            Decoded::Rel(row, distance) => _ = e.rel(*row, distance),
            Decoded::Rel8(row, distance) => e.rel8(*row, distance),
        }
    }

    /// The address of an operand in memory.
    pub(super) fn memory(self) -> Option<Mem> {
        match self {
            Decoded::RegMem(_, _, mem) => Some(mem),
            Decoded::RegRm(_, _, rm)
            | Decoded::RmReg(_, rm, _)
            | Decoded::RmOnly(_, rm)
            | Decoded::ShiftCl(_, rm)
            | Decoded::RmImm(_, rm, _)
            | Decoded::RegRmImm(_, _, rm, _) => match rm {
                Rm::Mem(mem) => Some(mem),
                Rm::Reg(_) => None,
            },
            _ => None,
        }
    }
}

/// The instruction at the beginning of some code, and its length.
pub(super) fn decode(code: &[u8]) -> Option<(Decoded, usize)> {
    let found = candidates(Start::read(code)?);
    found.into_iter().find_map(|decoded| {
        let mut encoder = Encoder::default();
        decoded.encode(&mut encoder);
        let length = encoder.code.len();
        code.starts_with(&encoder.code).then_some((decoded, length))
    })
}

/// What comes before the opcode.
#[derive(Clone, Copy)]
struct Start<'c> {
    prefix: Option<u8>,
    w: bool,
    /// Bit 3 of the numbers of registers: of `reg`, index and `rm`.
    high: [u8; 3],
    /// From the opcode on.
    rest: &'c [u8],
}

impl<'c> Start<'c> {
    fn read(code: &'c [u8]) -> Option<Start<'c>> {
        let (prefix, rest) = match code {
            [prefix @ (0x66 | 0xf2 | 0xf3), rest @ ..] => (Some(*prefix), rest),
            _ => (None, code),
        };
        let (rex, rest) = match rest {
            [rex @ 0x40..=0x4f, rest @ ..] => (*rex, rest),
            [] => return None,
            _ => (0, rest),
        };
        let bit = |number: u8| (rex >> number & 1) << 3;
        Some(Start { prefix, w: bit(3) != 0, high: [bit(2), bit(1), bit(0)], rest })
    }

    /// What follows the opcode of a row, if it stands here.
    fn after(self, code: Code, opcode: &[u8]) -> Option<&'c [u8]> {
        let fits = code.prefix == self.prefix && code.w == self.w;
        self.rest.strip_prefix(opcode).filter(|_| fits)
    }

    /// The same for an opcode that has a register in its lowest bits.
    fn register(self, code: Code) -> Option<(R, &'c [u8])> {
        let (last, before) = code.opcode.split_last()?;
        let (byte, rest) = self.after(code, before)?.split_first()?;
        let number = byte.wrapping_sub(*last);
        (number < 8).then_some((R(number | self.high[2]), rest))
    }

    /// ModRM with what belongs to it: `reg`, `rm`, and what follows.
    fn modrm(self, rest: &'c [u8]) -> Option<(R, Rm, &'c [u8])> {
        let (&byte, rest) = rest.split_first()?;
        let (mode, reg, low) = (byte >> 6, byte >> 3 & 7, byte & 7);
        let reg = R(reg | self.high[0]);
        if mode == 3 {
            return Some((reg, Rm::Reg(R(low | self.high[2])), rest));
        }
        let (base, index, rest) = match (mode, low) {
            (0, 5) => (Base::Rip, None, rest),
            (_, 4) => {
                let (&sib, rest) = rest.split_first()?;
                let (scale, index, base) = (sib >> 6, sib >> 3 & 7 | self.high[1], sib & 7);
                let base = match (mode, base) {
                    (0, 5) => Base::None,
                    _ => Base::Reg(R(base | self.high[2])),
                };
                (base, (index != 4).then_some((R(index), scale)), rest)
            }
            _ => (Base::Reg(R(low | self.high[2])), None, rest),
        };
        let wide = mode == 2 || matches!(base, Base::Rip | Base::None);
        let (disp, rest) = number(rest, if wide { 4 } else { mode })?;
        let mut mem = Mem::new(base, disp as i32);
        if let Some((index, scale)) = index {
            mem = mem.index(index, scale).ok()?;
        }
        Some((reg, Rm::Mem(mem), rest))
    }
}

/// A signed number of some bytes, and what follows.
fn number(code: &[u8], bytes: u8) -> Option<(i64, &[u8])> {
    let (own, rest) = code.split_at_checked(bytes.into())?;
    let value = own.iter().rev().fold(0, |value: i64, &byte| value << 8 | i64::from(byte));
    let unused = 64 - 8 * u32::from(bytes);
    // A shift by 64 means that there is no byte.
    let signed = value.checked_shl(unused).unwrap_or(0).checked_shr(unused).unwrap_or(0);
    Some((signed, rest))
}

/// Every row that may fit.
fn candidates(start: Start<'_>) -> Vec<Decoded> {
    let mut found = Vec::new();
    for row in integer::REG_RM.iter().chain(float::REG_RM) {
        let own = start.after(row.code, row.code.opcode).and_then(|rest| start.modrm(rest));
        found.extend(own.map(|(reg, rm, _)| Decoded::RegRm(row, reg, rm)));
        let reversed = row.reversed().and_then(|opcode| start.after(row.code, opcode));
        if let Some((reg, Rm::Reg(rm), _)) = reversed.and_then(|rest| start.modrm(rest)) {
            found.push(Decoded::RegRm(row, rm, Rm::Reg(reg)));
        }
    }
    for row in integer::RM_REG.iter().chain(float::RM_REG) {
        let own = start.after(row.code, row.code.opcode).and_then(|rest| start.modrm(rest));
        found.extend(own.map(|(reg, rm, _)| Decoded::RmReg(row, rm, reg)));
    }
    for row in integer::REG_MEM {
        let own = start.after(row.code, row.code.opcode).and_then(|rest| start.modrm(rest));
        if let Some((reg, Rm::Mem(mem), _)) = own {
            found.push(Decoded::RegMem(row, reg, mem));
        }
    }
    let extended = |row: &RmOnly| {
        let (reg, rm, _) = start.modrm(start.after(row.code, row.code.opcode)?)?;
        (reg.0 & 7 == row.ext).then_some(rm)
    };
    for row in integer::RM_ONLY.iter().chain(control::RM_ONLY) {
        found.extend(extended(row).map(|rm| Decoded::RmOnly(row, rm)));
    }
    for row in integer::SHIFT_CL {
        found.extend(extended(row).map(|rm| Decoded::ShiftCl(row, rm)));
    }
    with_immediates(start, &mut found);
    for row in integer::OP_REG {
        found.extend(start.register(row.code).map(|(reg, _)| Decoded::OpReg(row, reg)));
    }
    let is_plain = |row: &&Plain| start.after(row.code, row.code.opcode).is_some();
    let plain = integer::PLAIN.iter().chain(control::PLAIN);
    found.extend(plain.filter(is_plain).map(Decoded::Plain));
    for row in control::REL {
        let distance = start.after(row.code, row.code.opcode).and_then(|rest| number(rest, 4));
        found.extend(distance.map(|(distance, _)| Decoded::Rel(row, distance as i32)));
    }
    for row in control::REL8 {
        let distance = start.after(row.code, row.code.opcode).and_then(|rest| number(rest, 1));
        found.extend(distance.map(|(distance, _)| Decoded::Rel8(row, distance as i8)));
    }
    found
}

fn with_immediates(start: Start<'_>, found: &mut Vec<Decoded>) {
    for row in integer::RM_IMM {
        let modrm = |opcode| {
            let (reg, rm, rest) = start.modrm(start.after(row.code, opcode)?)?;
            (reg.0 & 7 == row.ext).then_some((rm, rest))
        };
        if let Some((rm, rest)) = modrm(row.code.opcode)
            && let Some((imm, _)) = number(rest, row.imm)
        {
            found.push(Decoded::RmImm(row, rm, imm as i32));
        }
        if let Some((rm, _)) = row.by_one().and_then(modrm) {
            found.push(Decoded::RmImm(row, rm, 1));
        }
        let short = row.accumulator().and_then(|opcode| start.after(row.code, &[opcode]));
        if let Some((imm, _)) = short.and_then(|rest| number(rest, row.imm)) {
            found.push(Decoded::RmImm(row, Rm::Reg(R::RAX), imm as i32));
        }
    }
    for row in integer::REG_RM_IMM {
        let own = start.after(row.code, row.code.opcode).and_then(|rest| start.modrm(rest));
        if let Some((reg, rm, rest)) = own
            && let Some((imm, _)) = number(rest, row.imm)
        {
            found.push(Decoded::RegRmImm(row, reg, rm, imm as i32));
        }
    }
    for row in integer::OP_REG_IMM {
        if let Some((reg, rest)) = start.register(row.code)
            && let Some((imm, _)) = number(rest, row.imm)
        {
            found.push(Decoded::OpRegImm(row, reg, imm));
        }
    }
}
