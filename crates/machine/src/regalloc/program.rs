//! What the allocator is asked.

use std::ops::Range;

/// A virtual register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VReg(pub u32);

/// A physical register: 0 to 31 are of the integer bank, 32 to 63 of the float bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PReg(pub u8);

/// Which registers may hold a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bank {
    /// Integers and addresses.
    Int,
    /// Floats.
    Float,
}

impl PReg {
    /// Its bank.
    pub fn bank(self) -> Bank {
        if self.0 < 32 { Bank::Int } else { Bank::Float }
    }
}

/// A set of physical registers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegSet(pub u64);

impl RegSet {
    /// Whether it has a register.
    pub fn contains(self, reg: PReg) -> bool {
        self.0 >> reg.0 & 1 == 1
    }

    /// Adds a register.
    pub fn insert(&mut self, reg: PReg) {
        self.0 |= 1 << reg.0;
    }

    /// Those in both sets.
    pub fn and(self, other: RegSet) -> RegSet {
        RegSet(self.0 & other.0)
    }

    /// Those in either set.
    pub const fn or(self, other: RegSet) -> RegSet {
        RegSet(self.0 | other.0)
    }

    /// Those that are not in the other set.
    pub fn without(self, other: RegSet) -> RegSet {
        RegSet(self.0 & !other.0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its registers in order.
    pub fn iter(self) -> impl Iterator<Item = PReg> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let reg = (rest != 0).then(|| PReg(rest.trailing_zeros() as u8));
            rest &= rest.wrapping_sub(1);
            reg
        })
    }
}

impl FromIterator<PReg> for RegSet {
    fn from_iter<I: IntoIterator<Item = PReg>>(iter: I) -> Self {
        let mut set = RegSet::default();
        iter.into_iter().for_each(|reg| set.insert(reg));
        set
    }
}

/// Whether an operand is read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Read.
    Use,
    /// Written.
    Def,
}

/// When a definition is written. Uses are all read at the instruction's beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// While operands are still read, so that it shares no register with any of them.
    Early,
    /// At the end.
    Late,
}

/// Where an operand may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// In a register or in a slot.
    Any,
    /// In a register.
    Register,
    /// A definition in a register, best in that of an operand which is read here for the last time.
    Near,
    /// In this register.
    Fixed(PReg),
    /// A definition in the register of the instruction's operand of that number, which is a use that
    /// the instruction overwrites. If another operand of the instruction reads the old value of the
    /// same virtual register, write to a new one and copy it: one register cannot hold both.
    Same(u8),
}

/// One operand of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operand {
    /// The virtual register.
    pub vreg: VReg,
    /// Read or written.
    pub role: Role,
    /// When it is written, if it is.
    pub when: When,
    /// Where it may be.
    pub constraint: Constraint,
}

impl Operand {
    /// Read early, under a constraint.
    pub fn read(vreg: VReg, constraint: Constraint) -> Operand {
        Operand { vreg, role: Role::Use, when: When::Early, constraint }
    }

    /// Written late, under a constraint.
    pub fn written(vreg: VReg, constraint: Constraint) -> Operand {
        Operand { vreg, role: Role::Def, when: When::Late, constraint }
    }

    /// A register for the instruction's own purposes, that shares with no other operand.
    pub fn scratch(vreg: VReg) -> Operand {
        let (role, constraint) = (Role::Def, Constraint::Register);
        Operand { vreg, role, when: When::Early, constraint }
    }
}

/// A basic block. Its last instruction is the one that leaves it.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its instructions: not empty, and those of all blocks follow each other.
    pub insts: Range<u32>,
    pub(super) successors: Range<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Inst {
    first_operand: u32,
    clobbers: RegSet,
    kind: Kind,
}

/// What is known about what an instruction computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Nothing.
    Any,
    /// The value of its operand.
    Move,
    /// The same value each time, from nothing.
    Constant,
}

/// A function as the allocator sees it. Cleared and filled again, it keeps its memory.
///
/// Edges from a block with several successors to one with several predecessors have to be split by
/// an empty block, and a block with one successor ends in an instruction without operands. Parameters
/// are definitions of the first instruction.
#[derive(Debug, Default)]
pub struct Program {
    banks: Vec<Bank>,
    insts: Vec<Inst>,
    operands: Vec<Operand>,
    blocks: Vec<Block>,
    successors: Vec<u32>,
    constants: Vec<u32>,
}

impl Program {
    /// Empties it.
    pub fn clear(&mut self) {
        self.banks.clear();
        self.insts.clear();
        self.operands.clear();
        self.blocks.clear();
        self.successors.clear();
        self.constants.clear();
    }

    /// A new virtual register.
    pub fn add_vreg(&mut self, bank: Bank) -> VReg {
        self.banks.push(bank);
        VReg(self.banks.len() as u32 - 1)
    }

    /// Adds an instruction.
    pub fn add_inst(&mut self, operands: &[Operand], clobbers: RegSet) -> u32 {
        debug_assert!(
            operands.iter().all(|result| !overwrites_another(operands, result)),
            "a shared result is read under another number"
        );
        let first_operand = self.operands.len() as u32;
        self.operands.extend_from_slice(operands);
        self.insts.push(Inst { first_operand, clobbers, kind: Kind::Any });
        self.insts.len() as u32 - 1
    }

    /// Adds an instruction that writes a constant to a register, by so little work that it had better be
    /// done again than the value be kept in memory. The allocator may leave it out and have it done
    /// elsewhere, as a move from [`Place::Made`](super::Place::Made).
    pub fn add_constant(&mut self, to: VReg) -> u32 {
        let inst = self.add_inst(&[Operand::written(to, Constraint::Register)], RegSet::default());
        self.insts[inst as usize].kind = Kind::Constant;
        self.constants.push(inst);
        inst
    }

    /// Adds an instruction that copies a virtual register; if both get one place, it does nothing.
    pub fn add_move(&mut self, to: VReg, from: VReg) -> u32 {
        let operands =
            [Operand::read(from, Constraint::Any), Operand::written(to, Constraint::Any)];
        let inst = self.add_inst(&operands, RegSet::default());
        self.insts[inst as usize].kind = Kind::Move;
        inst
    }

    /// Ends the present block: the instructions since the last one.
    pub fn end_block(&mut self, successors: &[u32]) {
        let start = self.blocks.last().map_or(0, |block| block.insts.end);
        let first = self.successors.len() as u32;
        self.successors.extend_from_slice(successors);
        self.blocks.push(Block {
            insts: start..self.insts.len() as u32,
            successors: first..self.successors.len() as u32,
        });
    }

    /// The bank of a virtual register.
    pub fn bank(&self, vreg: VReg) -> Bank {
        self.banks[vreg.0 as usize]
    }

    /// How many virtual registers there are.
    pub fn vregs(&self) -> usize {
        self.banks.len()
    }

    /// How many instructions there are.
    pub fn len(&self) -> u32 {
        self.insts.len() as u32
    }

    /// Whether there is no instruction.
    pub fn is_empty(&self) -> bool {
        self.insts.is_empty()
    }

    /// The blocks in order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Blocks that may follow a block.
    pub fn successors(&self, block: u32) -> &[u32] {
        let range = &self.blocks[block as usize].successors;
        &self.successors[range.start as usize..range.end as usize]
    }

    /// Numbers of an instruction's operands among all of the program's.
    pub fn operand_range(&self, inst: u32) -> Range<usize> {
        let first = self.insts[inst as usize].first_operand as usize;
        let end = self.insts.get(inst as usize + 1);
        first..end.map_or(self.operands.len(), |next| next.first_operand as usize)
    }

    /// An instruction's operands.
    pub fn operands(&self, inst: u32) -> &[Operand] {
        &self.operands[self.operand_range(inst)]
    }

    /// What an instruction destroys, besides what its operands say.
    pub fn clobbers(&self, inst: u32) -> RegSet {
        self.insts[inst as usize].clobbers
    }

    /// Source and target of an instruction that only copies.
    pub(super) fn as_move(&self, inst: u32) -> Option<(VReg, VReg)> {
        if self.insts[inst as usize].kind != Kind::Move {
            return None;
        }
        let operands = self.operands(inst);
        Some((operands[0].vreg, operands[1].vreg))
    }

    /// The virtual register to which an instruction writes a constant.
    pub(super) fn as_constant(&self, inst: u32) -> Option<VReg> {
        let info = self.insts.get(inst as usize)?;
        (info.kind == Kind::Constant).then(|| self.operands(inst)[0].vreg)
    }

    /// The instructions that write constants.
    pub(super) fn constants(&self) -> &[u32] {
        &self.constants
    }

    /// Whether an operand is the one that a result of its instruction shares a register with.
    pub(super) fn is_overwritten(&self, inst: u32, number: usize) -> bool {
        self.operands(inst)
            .iter()
            .any(|operand| operand.constraint == Constraint::Same(number as u8))
    }
}

/// Whether a result shares a register with one operand and is itself another one.
fn overwrites_another(operands: &[Operand], result: &Operand) -> bool {
    let Constraint::Same(number) = result.constraint else { return false };
    let overwritten = operands[number as usize].vreg;
    let read = |operand: &Operand| operand.role == Role::Use && operand.vreg == result.vreg;
    overwritten != result.vreg && operands.iter().any(read)
}
