//! A function as machine instructions with virtual registers: the allocator's program, and beside each
//! of its instructions what the target made it of.

use crate::ir::Class;
use crate::regalloc::{Bank, Constraint, Operand, Program, RegSet, VReg};

/// Machine code before registers are assigned. Cleared and filled again, it keeps its memory.
#[derive(Debug)]
pub struct Machine<I> {
    /// What the allocator sees.
    pub program: Program,
    /// One for each instruction of the program.
    pub insts: Vec<I>,
    classes: Vec<Class>,
    /// Blocks of switches, all tables one after the other.
    pub tables: Vec<u32>,
    /// Byte strings that stand in the code.
    pub raw: Vec<u8>,
}

impl<I> Default for Machine<I> {
    fn default() -> Self {
        Machine {
            program: Program::default(),
            insts: Vec::new(),
            classes: Vec::new(),
            tables: Vec::new(),
            raw: Vec::new(),
        }
    }
}

/// The bank of a class.
pub fn bank(class: Class) -> Bank {
    if class.is_float() { Bank::Float } else { Bank::Int }
}

impl<I: Copy> Machine<I> {
    /// Empties it.
    pub fn clear(&mut self) {
        self.program.clear();
        self.insts.clear();
        self.classes.clear();
        self.tables.clear();
        self.raw.clear();
    }

    /// A new virtual register.
    pub fn temp(&mut self, class: Class) -> VReg {
        self.classes.push(class);
        self.program.add_vreg(bank(class))
    }

    /// The class of a virtual register.
    pub fn class(&self, vreg: VReg) -> Class {
        self.classes[vreg.0 as usize]
    }

    /// Adds an instruction.
    pub fn push(&mut self, inst: I, operands: &[Operand]) {
        self.push_clobbering(inst, operands, RegSet::NONE);
    }

    /// Adds an instruction that destroys registers.
    pub fn push_clobbering(&mut self, inst: I, operands: &[Operand], clobbers: RegSet) {
        self.program.add_inst(operands, clobbers);
        self.insts.push(inst);
    }

    /// Adds an instruction that writes a constant, which the target can write anywhere else as well.
    pub fn push_constant(&mut self, inst: I, to: VReg) {
        self.program.add_constant(to);
        self.insts.push(inst);
    }

    /// Adds a copy between registers.
    pub fn push_move(&mut self, inst: I, to: VReg, from: VReg) {
        self.program.add_move(to, from);
        self.insts.push(inst);
    }

    /// Adds an instruction whose last operand is a result that takes the register of the operand
    /// `overwritten`. The allocator takes no such result that the instruction reads under another
    /// number; that one gets a register of its own and is copied, which `copy` does.
    pub fn push_sharing(&mut self, inst: I, reads: &[Operand], overwritten: u8, d: VReg, copy: I) {
        let read_elsewhere =
            reads[overwritten as usize].vreg != d && reads.iter().any(|operand| operand.vreg == d);
        let result = if read_elsewhere { self.temp(self.class(d)) } else { d };
        let mut operands = [Operand::read(d, Constraint::Any); 5];
        operands[..reads.len()].copy_from_slice(reads);
        operands[reads.len()] = Operand::written(result, Constraint::Same(overwritten));
        self.push(inst, &operands[..=reads.len()]);
        if read_elsewhere {
            self.push_move(copy, d, result);
        }
    }
}
