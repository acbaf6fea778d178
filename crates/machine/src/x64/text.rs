//! Assembly text, in Intel's syntax, from the same rows.

use super::decode::{Decoded, decode};
use super::operand::{Base, Kind, Mem, R, Rm};
use crate::assembly::{self, Instructions};
use sox_objfile::object::{Object, Reloc};

/// Assembly for an object of this instruction set. llvm-mc makes the same object of it, but that
/// bytes of names that assemblers cannot read are written as their codes.
pub fn assembly(object: &Object) -> String {
    assembly::assembly(object, &Words)
}

struct Words;

impl Instructions for Words {
    fn read(&self, code: &[u8], symbol: Option<&str>) -> (usize, String) {
        let Some((decoded, length)) = decode(code) else {
            return (1, format!(".byte {}", assembly::list(&code[..1])));
        };
        match text(decoded, symbol) {
            Some(text) => (length, text),
            // A jump to where there is no instruction.
            None => (length, format!(".byte {}", assembly::list(&code[..length]))),
        }
    }

    fn distance(&self, code: &[u8]) -> Option<i64> {
        let (decoded, length) = decode(code)?;
        let from_end = match decoded {
            Decoded::Rel(_, distance) => distance,
            Decoded::Rel8(_, distance) => distance.into(),
            _ => decoded.memory().filter(|mem| mem.base == Base::Rip)?.disp,
        };
        Some(i64::from(from_end) + length as i64)
    }

    /// Distances are counted from the instruction's end.
    fn addend(&self, reloc: &Reloc, at: u64, length: u64) -> i64 {
        match reloc.kind.is_relative() {
            true => reloc.addend + (length - at) as i64,
            false => reloc.addend,
        }
    }

    fn first_line(&self) -> &'static str {
        "    .intel_syntax noprefix\n"
    }

    fn is_register(&self, name: &str) -> bool {
        // Operators and types of the syntax too; whatever is in quotes is a name.
        const OTHERS: &[&str] = &[
            "rip", "eip", "ip", "cs", "ds", "es", "fs", "gs", "ss", "st", "and", "or", "xor",
            "not", "mod", "shl", "shr", "eq", "ne", "lt", "le", "gt", "ge", "offset", "ptr",
            "length", "size", "type", "short", "near", "far", "byte", "word", "dword", "fword",
            "qword", "tbyte", "mmword", "xmmword", "ymmword", "zmmword", "flags",
        ];
        let lower = name.to_ascii_lowercase();
        let general = [Kind::R8, Kind::R16, Kind::R32, Kind::R64]
            .iter()
            .any(|&kind| (0..16).any(|number| R(number).name(kind) == lower));
        let stem = lower.trim_end_matches(|c: char| c.is_ascii_digit() || "bwdl".contains(c));
        let numbered =
            ["r", "x", "y", "z", "xmm", "ymm", "zmm", "mm", "tmm", "k", "cr", "dr", "st", "bnd"];
        let high = ["ah", "bh", "ch", "dh"].contains(&&*lower);
        let counted = stem != lower && (numbered.contains(&stem) || stem.is_empty());
        general || high || counted || OTHERS.contains(&&*lower)
    }
}

/// The text of an instruction; a symbol (with what is added to it) stands for the operand that it belongs
/// to. Jumps have no text without one.
fn text(decoded: Decoded, symbol: Option<&str>) -> Option<String> {
    let rm = |rm: Rm, kind: Kind| match (rm, symbol) {
        (Rm::Mem(Mem { base: Base::Rip, .. }), Some(symbol)) => {
            rm.text(kind).replace(&address(rm), &format!("[rip + {symbol}]"))
        }
        _ => rm.text(kind),
    };
    Some(match decoded {
        Decoded::RegRm(row, reg, other) => {
            format!("{} {}, {}", row.name, reg.name(row.reg), rm(other, row.rm))
        }
        Decoded::RegMem(row, reg, mem) => {
            let mem = match (mem.base, symbol) {
                (Base::Rip, Some(symbol)) => format!("[rip + {symbol}]"),
                _ => mem.to_string(),
            };
            format!("{} {}, {mem}", row.name, reg.name(row.reg))
        }
        Decoded::RmReg(row, other, reg) => {
            format!("{} {}, {}", row.name, rm(other, row.rm), reg.name(row.reg))
        }
        Decoded::RmOnly(row, other) => format!("{} {}", row.name, rm(other, row.rm)),
        Decoded::ShiftCl(row, other) => format!("{} {}, cl", row.name, rm(other, row.rm)),
        Decoded::RmImm(row, other, imm) => format!("{} {}, {imm}", row.name, rm(other, row.rm)),
        Decoded::RegRmImm(row, reg, other, imm) => {
            format!("{} {}, {}, {imm}", row.name, reg.name(row.reg), rm(other, row.rm))
        }
        Decoded::OpReg(row, reg) => format!("{} {}", row.name, reg.name(row.reg)),
        Decoded::OpRegImm(row, reg, imm) => format!("{} {}, {imm}", row.name, reg.name(row.reg)),
        Decoded::Plain(row) => row.name.to_string(),
        // An assembler would make it short if it could.
        Decoded::Rel(row, distance) if row.name != "call" => {
            let local = symbol?.starts_with(".L");
            let long = !local || i8::try_from(distance).is_ok();
            format!("{}{} {}", if long { "{disp32} " } else { "" }, row.name, symbol?)
        }
        Decoded::Rel(row, _) => format!("{} {}", row.name, symbol?),
        Decoded::Rel8(row, _) => format!("{} {}", row.name, symbol?),
    })
}

/// The part of an operand's text that is its address.
fn address(rm: Rm) -> String {
    match rm {
        Rm::Mem(mem) => mem.to_string(),
        Rm::Reg(_) => String::new(),
    }
}
