//! x86-64 as a target.

use super::condition::Condition;
use super::conventions::{self, SYSTEM_V_REGISTERS, WINDOWS_REGISTERS};
use super::encoder::Encoder;
use super::inst::Form;
use super::insts::control::{self, JMP, JMP8};
use super::operand::{Base, Mem, R, Rm};
use crate::codegen::abi::Convention;
use crate::codegen::buffer::{self, BranchKind, Branches, Buffer};
use crate::codegen::frame::Frame;
use crate::codegen::legal::Legal;
use crate::codegen::machine::Machine;
use crate::codegen::target::{Common, Context, Features, Target};
use crate::ir::{Isa, Op};
use crate::regalloc::{PReg, Place, RegSet, Registers};
use sox_objfile::object::{Arch, SymbolId};

/// x86-64 with the SSE2 instructions that every processor of it has.
#[derive(Clone, Copy, Debug)]
pub struct X64 {
    convention: &'static Convention,
    registers: &'static Registers,
}

impl X64 {
    /// With the conventions of Linux and macOS.
    pub fn system_v() -> X64 {
        X64 { convention: &conventions::SYSTEM_V, registers: &SYSTEM_V_REGISTERS }
    }

    /// With the conventions of Windows.
    pub fn windows() -> X64 {
        X64 { convention: &conventions::WINDOWS, registers: &WINDOWS_REGISTERS }
    }
}

/// The unconditional jump; conditional ones have the numbers of their conditions.
pub(super) const JUMP: BranchKind = BranchKind(16);

/// The branch on a condition.
pub(super) fn on(condition: Condition) -> BranchKind {
    BranchKind(condition.number())
}

/// A short form reaches 8 bits from its end.
const fn forms(short: u32, long: u32) -> [buffer::Form; 2] {
    let reach = (-128 + short as i64, 127 + short as i64);
    [buffer::Form { size: short, reach }, buffer::Form { size: long, reach: (i64::MIN, i64::MAX) }]
}

static JUMP_FORMS: [buffer::Form; 2] = forms(2, 5);
static CONDITIONAL_FORMS: [buffer::Form; 2] = forms(2, 6);

impl Branches for X64 {
    fn forms(&self, kind: BranchKind) -> &'static [buffer::Form] {
        if kind == JUMP { &JUMP_FORMS } else { &CONDITIONAL_FORMS }
    }

    fn write(&self, kind: BranchKind, form: usize, distance: i64, out: &mut Vec<u8>) {
        let mut encoder = Encoder { code: std::mem::take(out) };
        let distance = distance - i64::from(self.forms(kind)[form].size);
        match (kind == JUMP, form) {
            (true, 0) => encoder.rel8(JMP8, distance as i8),
            (true, _) => _ = encoder.rel(JMP, distance as i32),
            (false, 0) => {
                let condition = Condition::from_number(kind.0);
                encoder.rel8(*condition.short_jump(), distance as i8);
            }
            (false, _) => {
                let condition = Condition::from_number(kind.0);
                encoder.rel(*condition.jump(), distance as i32);
            }
        }
        *out = encoder.code;
    }

    fn write_padding(&self, bytes: u32, out: &mut Vec<u8>) {
        let mut encoder = Encoder { code: std::mem::take(out) };
        let mut left = bytes;
        while left > 0 {
            let one = left.min(PADDING);
            padding(one, &mut encoder);
            left -= one;
        }
        *out = encoder.code;
    }
}

/// One instruction of that many bytes that does nothing, up to 9. Those in the Intel manual (volume 2,
/// NOP) have displacements of zero, which an assembler would leave out.
fn padding(bytes: u32, encoder: &mut Encoder) {
    const REGISTER: R = R(0);
    let mem = |disp: i32, index: bool| {
        let mem = Mem::new(Base::Reg(REGISTER), disp);
        // It is no stack pointer.
        Rm::Mem(if index { mem.index(REGISTER, 0).unwrap_or(mem) } else { mem })
    };
    match bytes {
        0..=2 => (0..bytes).for_each(|_| encoder.plain(control::NOP)),
        3 => encoder.rm(control::NOP_RM, mem(0, false)),
        4 => encoder.rm(control::NOP_RM, mem(0x10, false)),
        5 => encoder.rm(control::NOP_RM, mem(0x10, true)),
        6 => encoder.rm(control::NOP16_RM, mem(0x10, true)),
        7 => encoder.rm(control::NOP_RM, mem(0x1000, false)),
        8 => encoder.rm(control::NOP_RM, mem(0x1000, true)),
        _ => encoder.rm(control::NOP16_RM, mem(0x1000, true)),
    }
}

/// Bytes of the longest padding instruction.
const PADDING: u32 = 9;

/// An instruction of this target.
#[derive(Clone, Copy, Debug)]
pub struct Inst(pub(super) Form);

impl Target for X64 {
    type Inst = Inst;

    fn isa(&self) -> Isa {
        Isa::X64
    }

    fn arch(&self) -> Arch {
        Arch::X64
    }

    fn convention(&self) -> &'static Convention {
        self.convention
    }

    fn registers(&self) -> &'static Registers {
        self.registers
    }

    fn system_call(&self) -> (&'static [PReg], PReg, RegSet) {
        let result = conventions::ACCUMULATOR;
        (&conventions::SYSTEM_CALL, result, conventions::SYSTEM_CALL_CLOBBERS)
    }

    fn features(&self) -> Features {
        // `roundsd` came with SSE4.1.
        Features { rounding: false, memory_operands: true, multiply_add: false }
    }

    fn takes(&self, _op: Op, value: i64) -> bool {
        // Every operation has a form with 32 bits, sign-extended; shift counts are below 64.
        i32::try_from(value).is_ok()
    }

    fn common(&self, inst: Common) -> Inst {
        Inst(Form::Common(inst))
    }

    fn select(&self, legal: &Legal, out: &mut Machine<Inst>) {
        super::select::select(legal, out);
    }

    fn write_inst(&self, inst: &Inst, context: &mut Context<'_>, out: &mut Buffer) {
        super::write::inst(inst, context, out);
    }

    fn write_constant(&self, inst: &Inst, to: PReg, frame: &Frame, out: &mut Buffer) {
        super::write::Writer::new(out).constant_again(&inst.0, to, frame);
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
