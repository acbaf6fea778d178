//! What a target is: data, and the rules by which legal instructions become its own.

use super::abi::Convention;
use super::buffer::{Branches, Buffer, Label};
use super::frame::Frame;
use super::legal::{Callee, Failure, Legal};
use super::machine::Machine;
use crate::ir::{Isa, Op};
use crate::regalloc::{PReg, Place, RegSet, Registers};
use sox_objfile::object::{Arch, SymbolId};

/// What a target lacks or has, for lowering.
#[derive(Clone, Copy, Debug)]
pub struct Features {
    /// Rounding of floats to integers by an instruction.
    pub rounding: bool,
    /// Arithmetic and comparisons with an operand in memory.
    pub memory_operands: bool,
    /// A product that is added or subtracted.
    pub multiply_add: bool,
}

/// Instructions that are common to all targets but whose operands are found by lowering.
#[derive(Clone, Copy, Debug)]
pub enum Common {
    /// Defines its operands without code.
    Define,
    /// A copy.
    Move,
    /// A call; without a symbol, the first operand is the address.
    Call(Option<SymbolId>),
    /// Leaves the frame and jumps; else as a call.
    TailCall(Option<SymbolId>),
    /// Leaves the frame and returns.
    Return,
    /// Calls the system.
    Syscall,
    /// Bytes of [`Machine::raw`].
    Raw {
        /// First of them.
        start: u32,
        /// One past the last.
        end: u32,
    },
}

/// Labels that code may go to besides those of blocks.
#[derive(Debug, Default)]
pub struct Exits {
    labels: [Option<Label>; Failure::COUNT],
}

impl Exits {
    pub(super) fn clear(&mut self) {
        self.labels = Default::default();
    }

    /// The label of a failure.
    pub fn failure(&mut self, failure: Failure, buffer: &mut Buffer) -> Label {
        *self.labels[failure as usize].get_or_insert_with(|| buffer.label())
    }

    pub(super) fn get(&self, failure: Failure) -> Option<Label> {
        self.labels[failure as usize]
    }
}

/// What an instruction is written with.
pub struct Context<'a> {
    /// The function's frame.
    pub frame: &'a Frame,
    /// Places of the instruction's operands.
    pub places: &'a [Place],
    /// Blocks of switches.
    pub tables: &'a [u32],
    /// Byte strings that stand in the code.
    pub raw: &'a [u8],
    /// The block that is written next, where a jump to it is not needed.
    pub next: Option<Label>,
    /// Where a jump to a block leads, if that block is only a jump.
    pub aliases: &'a [u32],
    /// Failures.
    pub exits: &'a mut Exits,
}

impl Context<'_> {
    /// The label of a block.
    pub fn block(&self, block: u32) -> Label {
        Label(self.aliases[block as usize])
    }
}

/// A target: an instruction set with the conventions of a system.
pub trait Target: Branches {
    /// Its instructions.
    type Inst: Copy + std::fmt::Debug;

    /// The instruction set in the IR's words.
    fn isa(&self) -> Isa;

    /// The instruction set in the words of object files.
    fn arch(&self) -> Arch;

    /// How functions are called.
    fn convention(&self) -> &'static Convention;

    /// Registers that may be given out.
    fn registers(&self) -> &'static Registers;

    /// Registers that hold number and arguments of a system call, the one with its result, and those
    /// it destroys.
    fn system_call(&self) -> (&'static [PReg], PReg, RegSet);

    /// What it has.
    fn features(&self) -> Features;

    /// Whether a number can be the second operand of an operation.
    fn takes(&self, op: Op, value: i64) -> bool;

    /// A common instruction.
    fn common(&self, inst: Common) -> Self::Inst;

    /// Adds the instructions for a legal one.
    fn select(&self, legal: &Legal, out: &mut Machine<Self::Inst>);

    /// Writes an instruction.
    fn write_inst(&self, inst: &Self::Inst, context: &mut Context<'_>, out: &mut Buffer);

    /// Writes an instruction that was added as a constant, with its result in a register, once more:
    /// anywhere between two instructions, so that flags are left alone.
    fn write_constant(&self, inst: &Self::Inst, to: PReg, frame: &Frame, out: &mut Buffer);

    /// Writes a move of the allocator.
    fn write_move(&self, to: Place, from: Place, frame: &Frame, out: &mut Buffer);

    /// Writes the beginning of a function.
    fn write_entry(&self, frame: &Frame, out: &mut Buffer);

    /// Writes a call of a function that does not return.
    fn write_exit(&self, symbol: SymbolId, out: &mut Buffer);
}

/// The operand of a call that is not fixed to a register.
pub(super) fn callee_symbol(callee: Callee) -> Option<SymbolId> {
    match callee {
        Callee::Symbol(symbol) => Some(symbol),
        Callee::Reg(_) => None,
    }
}
