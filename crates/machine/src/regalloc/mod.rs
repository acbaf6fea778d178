//! Register allocation: linear scan over live intervals with holes and splitting.
//!
//! The problem. Instructions name any number of virtual registers, the machine has few physical ones,
//! some instructions insist on particular ones, and calls destroy many. Each virtual register must
//! be given a place (a physical register or a stack slot) at each moment of its life, and moves must
//! be put in where its place changes.
//!
//! The allocator knows no instruction set. A [`Program`] tells, for each instruction, which virtual
//! registers it reads and writes under which [`Constraint`], and which physical registers it
//! destroys. An [`Allocation`] answers with a place for every operand and with moves.
//!
//! Time is counted in points, four an instruction:
//!
//! | Point | What happens |
//! |---|---|
//! | `4i` | operands that must be in a fixed register, or in that of the result, are still where they live |
//! | | — moves before the instruction — |
//! | `4i+1` | the instruction reads; results that share a register with an operand are in it |
//! | `4i+2` | the instruction writes; what it destroys is destroyed |
//! | | — moves after the instruction — |
//! | `4i+3` | results that came in fixed registers are where they live |
//!
//! All moves of one gap are one parallel copy: they read what is there before it and write what is
//! there after it. So a run of moves into argument registers cannot overwrite what it still needs.
//!
//! The stages are liveness and ranges ([`live`](self)), the scan, the moves, and the sequencing of
//! parallel copies. With [`Effort::Thorough`], loops are found first: what gives way is what costs
//! least there, it is stored before loops and fetched before loops, and a value that never changes is
//! stored once. A constant is not stored at all but made again where it is needed
//! (*rematerialised*): instead of a slot it has the place [`Place::Made`]. Values that do not live at the
//! same time share a slot. The [`check`] replays the result on its own terms and shares nothing with
//! them but the program.
//!
//! Sources: Poletto and Sarkar, "Linear Scan Register Allocation", 1999; Wimmer and Mössenböck,
//! "Optimized Interval Splitting in a Linear Scan Register Allocator", 2005. Unlike there, virtual
//! registers may be written many times; no SSA is needed.

mod checker;
mod live;
mod loops;
mod parallel;
mod program;
mod resolve;
mod scan;
mod slots;
mod spill;
mod stores;

pub use checker::{Wrong, check};
pub use program::{Bank, Block, Constraint, Operand, PReg, Program, RegSet, Role, VReg, When};

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// In a physical register.
    Reg(PReg),
    /// In a stack slot of 8 bytes.
    Slot(u32),
    /// Nowhere: it is a constant, and whoever wants it in a register has this instruction done again.
    /// Only the source of a move, and the result of the instruction itself, which is left out then.
    Made(u32),
}

/// In which gap a move is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Gap {
    /// At the beginning of the block that this instruction begins.
    BlockStart(u32),
    /// Before an instruction.
    Before(u32),
    /// Before a block's last instruction, after all else that is before it.
    BlockEnd(u32),
    /// After an instruction.
    After(u32),
}

impl Gap {
    /// The instruction that it is at.
    pub fn inst(self) -> u32 {
        self.order().0
    }

    /// The instruction, and its gaps in the order in which they are executed.
    fn order(self) -> (u32, u8) {
        match self {
            Gap::BlockStart(inst) => (inst, 0),
            Gap::Before(inst) => (inst, 1),
            Gap::BlockEnd(inst) => (inst, 2),
            Gap::After(inst) => (inst, 3),
        }
    }
}

/// A move that the allocator puts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Where it stands.
    pub gap: Gap,
    /// What is written.
    pub to: Place,
    /// What is read.
    pub from: Place,
}

/// The registers that may be given out.
#[derive(Clone, Copy, Debug)]
pub struct Registers {
    /// For each bank, in order of preference; the scratch registers are not among them.
    pub order: [&'static [PReg]; 2],
    /// For each bank, a register for breaking cycles of moves.
    pub scratch: [PReg; 2],
}

impl Registers {
    /// Those of a bank as a set.
    pub fn set(&self, bank: Bank) -> RegSet {
        self.order[bank as usize].iter().copied().collect()
    }
}

/// The answer.
#[derive(Clone, Debug, Default)]
pub struct Allocation {
    /// The place of each of the program's operands.
    pub places: Vec<Place>,
    /// Moves in the order in which they are executed.
    pub moves: Vec<Move>,
    /// How many stack slots there are.
    pub slots: u32,
    /// Every register that is written by operands and moves.
    pub used: RegSet,
}

impl Allocation {
    fn clear(&mut self) {
        self.places.clear();
        self.moves.clear();
        self.slots = 0;
        self.used = RegSet::NONE;
    }
}

/// How much time is spent on a good answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// Little: loops are not looked at.
    #[default]
    Quick,
    /// What is run often counts more.
    Thorough,
}

/// An instruction whose operands need more registers than there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyOperands {
    /// The instruction.
    pub inst: u32,
}

/// Memory that one allocation leaves for the next.
#[derive(Debug, Default)]
pub struct Allocator {
    live: live::Live,
    loops: loops::Loops,
    scan: scan::Scan,
    stores: stores::Stores,
    slots: slots::Slots,
    moves: Vec<Move>,
    parallel: parallel::Parallel,
}

impl Allocator {
    /// Finds places for a program's operands.
    ///
    /// # Errors
    /// If an instruction needs more registers at once than there are; a target's constraints are
    /// wrong then.
    pub fn run(
        &mut self,
        program: &Program,
        registers: &Registers,
        effort: Effort,
    ) -> Result<Allocation, TooManyOperands> {
        let mut allocation = Allocation::default();
        self.run_into(program, registers, effort, &mut allocation)?;
        Ok(allocation)
    }

    /// The same into an allocation whose memory is used again.
    ///
    /// # Errors
    /// As [`Self::run`]; the allocation is worth nothing then.
    pub fn run_into(
        &mut self,
        program: &Program,
        registers: &Registers,
        effort: Effort,
        allocation: &mut Allocation,
    ) -> Result<(), TooManyOperands> {
        allocation.clear();
        self.live.build(program, registers);
        match effort {
            Effort::Quick => self.loops.clear(),
            Effort::Thorough => self.loops.build(program),
        }
        self.scan.run(program, (&self.live, &self.loops), registers)?;
        self.scan.places(program, allocation);
        resolve::moves(program, &self.live, &self.scan, &mut self.moves);
        if effort == Effort::Thorough && self.scan.slot_count() > 0 {
            let known = (&self.live, &self.loops);
            self.stores.run(program, known, &self.scan, &mut self.moves);
        }
        if allocation.slots > 1 {
            let (places, moves) = (&mut allocation.places, &mut self.moves);
            allocation.slots = self.slots.share(&self.live, &self.scan, places, moves);
        }
        self.parallel.sequence(&mut self.moves, registers, &mut allocation.moves);
        for place in allocation.places.iter().chain(allocation.moves.iter().map(|m| &m.to)) {
            if let Place::Reg(reg) = place {
                allocation.used.insert(*reg);
            }
        }
        Ok(())
    }
}
