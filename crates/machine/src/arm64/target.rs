//! AArch64 as a target.

use super::conventions::{self, REGISTERS};
use super::inst::Form;
use super::insts::control::{B, B_COND, BR, CBNZ, CBZ, NOP};
use super::insts::{immediate, integer};
use super::operand::{Cond, Extend, R};
use super::row::{Operands, Row};
use crate::codegen::abi::Convention;
use crate::codegen::buffer::{self, BranchKind, Branches, Buffer};
use crate::codegen::frame::Frame;
use crate::codegen::legal::Legal;
use crate::codegen::machine::Machine;
use crate::codegen::target::{Common, Context, Features, Target};
use crate::ir::{Isa, Op};
use crate::regalloc::{PReg, Place, RegSet, Registers};
use sox_objfile::object::{Arch, SymbolId};

/// AArch64 with the instructions that every processor of it has.
#[derive(Clone, Copy, Debug)]
pub struct Arm64 {
    convention: &'static Convention,
}

impl Arm64 {
    /// With the conventions of Linux.
    pub fn aapcs64() -> Arm64 {
        Arm64 { convention: &conventions::AAPCS64 }
    }

    /// With the conventions of macOS.
    pub fn apple() -> Arm64 {
        Arm64 { convention: &conventions::APPLE }
    }
}

/// A branch to a label, in the buffer's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Branch {
    /// Always.
    Always,
    /// On a condition.
    On(Cond),
    /// If a register is zero.
    Zero(R),
    /// If a register is not zero.
    NotZero(R),
}

/// Numbers of the kinds: conditions come first, then registers that are zero, then those that are not.
const ALWAYS: u8 = 16;
const ZERO: u8 = 32;
const NOT_ZERO: u8 = 64;

impl Branch {
    pub(super) fn kind(self) -> BranchKind {
        BranchKind(match self {
            Branch::Always => ALWAYS,
            Branch::On(cond) => cond as u8,
            Branch::Zero(reg) => ZERO | reg.0,
            Branch::NotZero(reg) => NOT_ZERO | reg.0,
        })
    }

    fn of_kind(kind: BranchKind) -> Branch {
        match kind.0 {
            NOT_ZERO.. => Branch::NotZero(R(kind.0 & 31)),
            ZERO.. => Branch::Zero(R(kind.0 & 31)),
            number => Cond::from_bits(number.into()).map_or(Branch::Always, Branch::On),
        }
    }

    /// The one that goes elsewhere.
    pub(super) fn inverted(self) -> Branch {
        match self {
            Branch::Always => self,
            Branch::On(cond) => cond.inverted().map_or(Branch::Always, Branch::On),
            Branch::Zero(reg) => Branch::NotZero(reg),
            Branch::NotZero(reg) => Branch::Zero(reg),
        }
    }
}

/// What a word of that many bits, in units of 4, reaches.
const fn reach(bits: u32) -> (i64, i64) {
    (-4 << (bits - 1), (4 << (bits - 1)) - 4)
}

/// Bytes of an instruction.
const WORD: u32 = 4;
/// Bytes of a jump that reaches everything.
const FAR: u32 = 5 * WORD;
const EVERYTHING: (i64, i64) = (i64::MIN, i64::MAX);

static JUMP_FORMS: [buffer::Form; 2] =
    [buffer::Form { size: WORD, reach: reach(26) }, buffer::Form { size: FAR, reach: EVERYTHING }];

/// Beyond the reach of a conditional branch, its opposite jumps over a jump.
static CONDITIONAL_FORMS: [buffer::Form; 3] = [
    buffer::Form { size: WORD, reach: reach(19) },
    buffer::Form { size: 2 * WORD, reach: (reach(26).0 + 4, reach(26).1 + 4) },
    buffer::Form { size: WORD + FAR, reach: EVERYTHING },
];

impl Branches for Arm64 {
    fn forms(&self, kind: BranchKind) -> &'static [buffer::Form] {
        if kind.0 == ALWAYS { &JUMP_FORMS } else { &CONDITIONAL_FORMS }
    }

    fn write(&self, kind: BranchKind, form: usize, distance: i64, out: &mut Vec<u8>) {
        let branch = Branch::of_kind(kind);
        let size = i64::from(self.forms(kind)[form].size);
        match (branch, form) {
            (Branch::Always, 0) => put(B, (distance,), out),
            (Branch::Always, _) => far_jump(distance, out),
            (_, 0) => put_conditional(branch, distance, out),
            (_, long) => {
                put_conditional(branch.inverted(), size, out);
                let distance = distance - i64::from(WORD);
                if long == 1 { put(B, (distance,), out) } else { far_jump(distance, out) }
            }
        }
    }

    fn write_padding(&self, bytes: u32, out: &mut Vec<u8>) {
        (0..bytes / WORD).for_each(|_| put(NOP, (), out));
    }
}

fn put_conditional(branch: Branch, distance: i64, out: &mut Vec<u8>) {
    match branch {
        Branch::Always => put(B, (distance,), out),
        Branch::On(cond) => put(B_COND, (cond, distance), out),
        Branch::Zero(reg) => put(CBZ, (reg, distance), out),
        Branch::NotZero(reg) => put(CBNZ, (reg, distance), out),
    }
}

/// A jump over up to 2^31 bytes, by its address.
fn far_jump(distance: i64, out: &mut Vec<u8>) {
    let (here, offset) = (conventions::SCRATCH, conventions::SCRATCH2);
    put(immediate::ADR, (here, 0), out);
    put(immediate::MOVZ, (offset, distance & 0xffff, 0), out);
    put(immediate::MOVK, (offset, distance >> 16 & 0xffff, 16), out);
    put(integer::ADD_EXTW, (here, here, offset, (Extend::Sxtw, 0)), out);
    put(BR, (here,), out);
}

/// Appends an instruction whose operands fit: forms are chosen so, and registers are general ones.
fn put<O: Operands>(row: Row<O>, values: O::Values, out: &mut Vec<u8>) {
    let word = row.encode(values);
    debug_assert!(word.is_ok(), "{word:?}");
    out.extend_from_slice(&word.unwrap_or(super::insts::control::UDF.bits).to_le_bytes());
}

/// An instruction of this target.
#[derive(Clone, Copy, Debug)]
pub struct Inst(pub(super) Form);

impl Target for Arm64 {
    type Inst = Inst;

    fn isa(&self) -> Isa {
        Isa::Arm64
    }

    fn arch(&self) -> Arch {
        Arch::Arm64
    }

    fn convention(&self) -> &'static Convention {
        self.convention
    }

    fn registers(&self) -> &'static Registers {
        &REGISTERS
    }

    fn system_call(&self) -> (&'static [PReg], PReg, RegSet) {
        (&conventions::SYSTEM_CALL, conventions::SYSTEM_CALL[1], RegSet::default())
    }

    fn features(&self) -> Features {
        Features { rounding: true, memory_operands: false, multiply_add: true }
    }

    fn takes(&self, op: Op, value: i64) -> bool {
        super::select::takes(op, value)
    }

    fn common(&self, inst: Common) -> Inst {
        Inst(Form::Common(inst))
    }

    fn select(&self, legal: &Legal, out: &mut Machine<Inst>) {
        super::select::select(legal, out);
    }

    fn write_inst(&self, inst: &Inst, context: &mut Context<'_>, out: &mut Buffer) {
        super::write::Writer::new(out).form(&inst.0, context);
    }

    fn write_constant(&self, inst: &Inst, to: PReg, frame: &Frame, out: &mut Buffer) {
        super::write::Writer::new(out).constant_form(&inst.0, Place::Reg(to), frame);
    }

    fn write_move(&self, to: Place, from: Place, frame: &Frame, out: &mut Buffer) {
        super::write::Writer::new(out).copy(to, from, frame);
    }

    fn write_entry(&self, frame: &Frame, out: &mut Buffer) {
        super::write::Writer::new(out).entry(frame);
    }

    fn write_exit(&self, symbol: SymbolId, out: &mut Buffer) {
        super::write::Writer::new(out).call(symbol);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm64::text;

    fn written(branch: Branch, distance: i64) -> Vec<String> {
        let (target, kind) = (Arm64::aapcs64(), branch.kind());
        let reaches = |form: &buffer::Form| (form.reach.0..=form.reach.1).contains(&distance);
        let form = target.forms(kind).iter().position(reaches).unwrap();
        let mut out = Vec::new();
        target.write(kind, form, distance, &mut out);
        assert_eq!(out.len() as u32, target.forms(kind)[form].size);
        out.chunks(4).map(|w| text(u32::from_le_bytes(w.try_into().unwrap()), None)).collect()
    }

    #[test]
    fn branches_reach_as_far_as_they_must() {
        let less = Branch::On(Cond::Lt);
        assert_eq!(written(less, (1 << 20) - 4), ["b.lt #1048572"]);
        assert_eq!(written(less, 1 << 20), ["b.ge #8", "b #1048572"]);
        assert_eq!(written(less, -(1 << 20) - 4), ["b.ge #8", "b #-1048584"]);
        assert_eq!(written(less, 1 << 27), ["b.ge #8", "b #134217724"]);
        assert_eq!(written(Branch::Zero(R(7)), -(1 << 20)), ["cbz x7, #-1048576"]);
        assert_eq!(written(Branch::Zero(R(7)), 1 << 20), ["cbnz x7, #8", "b #1048572"]);
        assert_eq!(written(Branch::NotZero(R(28)), 8), ["cbnz x28, #8"]);
        assert_eq!(written(Branch::Always, (1 << 27) - 4), ["b #134217724"]);
        let far = [
            "adr x16, #0",
            "movz x17, #4",
            "movk x17, #2048, lsl #16",
            "add x16, x16, w17, sxtw",
            "br x16",
        ];
        assert_eq!(written(Branch::Always, (1 << 27) + 4), far);
        assert_eq!(written(less, (1 << 27) + 8)[0], "b.ge #24");
        assert_eq!(written(less, (1 << 27) + 8)[1..], far);
        assert_eq!(written(Branch::Always, -(1 << 27) - 4)[2], "movk x17, #63487, lsl #16");
    }
}
