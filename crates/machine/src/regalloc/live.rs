//! Liveness: at which points each virtual register holds a value that is still read, and where it is
//! needed in a register.

use super::Registers;
use super::program::{Constraint, Program, RegSet, Role, VReg, When};

/// A point; see the table in the module's documentation.
pub(super) type Point = u32;

/// Points from `start` to before `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) start: Point,
    pub(super) end: Point,
}

/// A point at which a virtual register is read or written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mention {
    pub(super) at: Point,
    /// Whether it has to be in a register there.
    pub(super) in_register: bool,
    pub(super) written: bool,
}

/// Registers that are taken for one point, by fixed operands or because they are destroyed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Busy {
    pub(super) at: Point,
    pub(super) regs: RegSet,
}

/// What is known about the lives of virtual registers.
#[derive(Debug, Default)]
pub(super) struct Live {
    ranges: Groups<Range>,
    mentions: Groups<Mention>,
    live_in: Groups<VReg>,
    /// For each virtual register, the instruction that makes it again, if it is a constant.
    constants: Vec<Option<u32>>,
    /// In order of points.
    pub(super) busy: Vec<Busy>,
    /// Every register that is ever busy.
    pub(super) ever_busy: RegSet,
    work: Work,
}

/// Memory for the work.
#[derive(Debug, Default)]
struct Work {
    predecessors: Groups<u32>,
    /// Blocks that read a register before they write it, and blocks that write it; by register.
    reads: Groups<u32>,
    writes: Groups<u32>,
    /// The block, plus one, that last read or wrote each register.
    read: Vec<u32>,
    written: Vec<u32>,
    /// The register, plus one, for which each block was last visited or found to write.
    visited: Vec<u32>,
    writers: Vec<u32>,
    stack: Vec<u32>,
    /// Where the need of each register ends, if it is needed.
    needed: Vec<Option<Point>>,
    /// Registers that are needed.
    open: Vec<VReg>,
    /// The range of each register that was found last: its number plus one.
    last: Vec<u32>,
}

/// Values in groups, one for each key. Filled in any order of keys, then sorted by counting.
#[derive(Debug)]
struct Groups<T> {
    pairs: Vec<(u32, T)>,
    values: Vec<T>,
    /// Where each group begins in `values`.
    starts: Vec<u32>,
}

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Groups { pairs: Vec::new(), values: Vec::new(), starts: Vec::new() }
    }
}

impl<T: Copy> Groups<T> {
    fn clear(&mut self) {
        self.pairs.clear();
    }

    fn push(&mut self, key: u32, value: T) {
        self.pairs.push((key, value));
    }

    /// Makes the groups; each keeps the order in which its values came.
    fn finish(&mut self, keys: usize) {
        self.starts.clear();
        self.starts.resize(keys + 1, 0);
        self.values.clear();
        let Some(&(_, any)) = self.pairs.first() else { return };
        self.values.resize(self.pairs.len(), any);
        for &(key, _) in &self.pairs {
            self.starts[key as usize] += 1;
        }
        let mut end = 0;
        for start in &mut self.starts {
            end += *start;
            *start = end;
        }
        // From the back, so that what was the end of a group becomes its beginning.
        for &(key, value) in self.pairs.iter().rev() {
            let at = &mut self.starts[key as usize];
            *at -= 1;
            self.values[*at as usize] = value;
        }
    }

    fn range(&self, key: u32) -> std::ops::Range<usize> {
        self.starts[key as usize] as usize..self.starts[key as usize + 1] as usize
    }

    fn get(&self, key: u32) -> &[T] {
        &self.values[self.range(key)]
    }
}

fn reset<T: Copy>(marks: &mut Vec<T>, length: usize, value: T) {
    marks.clear();
    marks.resize(length, value);
}

/// When an operand begins or ceases to need its virtual register: for a use the end of the need, for a
/// definition its beginning.
fn border(program: &Program, inst: u32, number: usize) -> Point {
    let operand = program.operands(inst)[number];
    let at = 4 * inst;
    match (operand.role, operand.constraint, operand.when) {
        // Moves before the instruction take it to where it is needed.
        (Role::Use, Constraint::Fixed(_), _) => at + 1,
        (Role::Use, ..) if program.is_overwritten(inst, number) => at + 1,
        (Role::Use, ..) => at + 2,
        (Role::Def, Constraint::Fixed(_), _) => at + 3,
        (Role::Def, Constraint::Same(_), _) | (Role::Def, _, When::Early) => at + 1,
        (Role::Def, _, When::Late) => at + 2,
    }
}

impl Live {
    pub(super) fn ranges(&self, vreg: VReg) -> &[Range] {
        self.ranges.get(vreg.0)
    }

    pub(super) fn mentions(&self, vreg: VReg) -> &[Mention] {
        self.mentions.get(vreg.0)
    }

    /// Virtual registers that are live where a block begins.
    pub(super) fn live_in(&self, block: u32) -> &[VReg] {
        self.live_in.get(block)
    }

    /// The instruction that makes a virtual register again, if all its values are one constant.
    pub(super) fn constant(&self, vreg: VReg) -> Option<u32> {
        self.constants[vreg.0 as usize]
    }

    pub(super) fn build(&mut self, program: &Program, registers: &Registers) {
        self.find_live_in(program);
        self.find_ranges(program);
        self.find_mentions(program);
        self.find_constants(program, registers);
        self.find_busy(program);
    }

    /// For each virtual register that a block reads before it writes, walks back to the blocks that
    /// write it: the cost is the number of blocks in which registers are live.
    fn find_live_in(&mut self, program: &Program) {
        let blocks = program.blocks().len();
        let work = &mut self.work;
        work.find_predecessors(program);
        work.find_exposed(program);
        reset(&mut work.visited, blocks, 0);
        reset(&mut work.writers, blocks, 0);
        self.live_in.clear();
        for vreg in 0..program.vregs() as u32 {
            let reads = work.reads.get(vreg);
            if reads.is_empty() {
                continue;
            }
            let mark = vreg + 1;
            for &block in work.writes.get(vreg) {
                work.writers[block as usize] = mark;
            }
            work.stack.extend_from_slice(reads);
            while let Some(block) = work.stack.pop() {
                if std::mem::replace(&mut work.visited[block as usize], mark) == mark {
                    continue;
                }
                self.live_in.push(block, VReg(vreg));
                let before = work.predecessors.get(block).iter();
                work.stack.extend(before.filter(|&&block| work.writers[block as usize] != mark));
            }
        }
        self.live_in.finish(blocks);
    }

    /// Walks backwards, so that the ranges of a register are found from the last to the first.
    fn find_ranges(&mut self, program: &Program) {
        let work = &mut self.work;
        reset(&mut work.needed, program.vregs(), None);
        reset(&mut work.last, program.vregs(), 0);
        self.ranges.clear();
        for block in (0..program.blocks().len() as u32).rev() {
            let insts = program.blocks()[block as usize].insts.clone();
            for &next in program.successors(block) {
                for &vreg in self.live_in.get(next) {
                    if work.needed[vreg.0 as usize].replace(4 * insts.end).is_none() {
                        work.open.push(vreg);
                    }
                }
            }
            for inst in insts.clone().rev() {
                work.inst_ranges(program, inst, &mut self.ranges);
            }
            while let Some(vreg) = work.open.pop() {
                if let Some(end) = work.needed[vreg.0 as usize].take() {
                    work.range(vreg, Range { start: 4 * insts.start, end }, &mut self.ranges);
                }
            }
        }
        self.ranges.pairs.reverse();
        self.ranges.finish(program.vregs());
    }

    fn find_mentions(&mut self, program: &Program) {
        self.mentions.clear();
        for inst in 0..program.len() {
            for (number, operand) in program.operands(inst).iter().enumerate() {
                let border = border(program, inst, number);
                let (written, at) = match operand.role {
                    Role::Def => (true, border),
                    Role::Use if border == 4 * inst + 1 => (false, 4 * inst),
                    Role::Use => (false, 4 * inst + 1),
                };
                let in_register = match operand.constraint {
                    Constraint::Register => border != 4 * inst + 1 || written,
                    Constraint::Near | Constraint::Same(_) => true,
                    Constraint::Any | Constraint::Fixed(_) => false,
                };
                self.mentions.push(operand.vreg.0, Mention { at, in_register, written });
            }
        }
        self.mentions.finish(program.vregs());
        // They are in order but within an instruction.
        for vreg in 0..program.vregs() as u32 {
            let range = self.mentions.range(vreg);
            self.mentions.values[range].sort_by_key(|mention| mention.at);
        }
    }

    /// Finds the virtual registers that are written once, by a constant. Having no slot, they are needed
    /// in a register also where others may be in memory, but not where they are written.
    fn find_constants(&mut self, program: &Program, registers: &Registers) {
        reset(&mut self.constants, program.vregs(), None);
        let seen = &mut self.work.written;
        reset(seen, program.vregs(), 0);
        for &inst in program.constants() {
            let Some(vreg) = program.as_constant(inst) else { continue };
            if std::mem::replace(&mut seen[vreg.0 as usize], 1) == 1 {
                continue;
            }
            let bank = program.bank(vreg);
            let range = self.mentions.range(vreg.0);
            let mentions = &mut self.mentions.values[range];
            let mut written = mentions.iter().filter(|mention| mention.written);
            if written.nth(1).is_some() {
                continue;
            }
            // An instruction that takes one of many from anywhere may not have a register left for it.
            let has_room = |at: Point| {
                let operands = program.operands(at / 4).iter();
                let own = operands.filter(|operand| program.bank(operand.vreg) == bank);
                own.count() <= registers.order[bank as usize].len()
            };
            let from_anywhere =
                |mention: &Mention| !mention.written && !mention.in_register && mention.at % 4 == 1;
            if mentions.iter().all(|mention| !from_anywhere(mention) || has_room(mention.at)) {
                for mention in mentions {
                    mention.in_register |= from_anywhere(mention);
                    mention.in_register &= !mention.written;
                }
                self.constants[vreg.0 as usize] = Some(inst);
            }
        }
    }

    fn find_busy(&mut self, program: &Program) {
        self.busy.clear();
        self.ever_busy = RegSet::default();
        for inst in 0..program.len() {
            let (mut before, mut after) = (RegSet::default(), program.clobbers(inst));
            for operand in program.operands(inst) {
                if let Constraint::Fixed(reg) = operand.constraint {
                    if operand.role == Role::Use || operand.when == When::Early {
                        before.insert(reg);
                    }
                    if operand.role == Role::Def {
                        after.insert(reg);
                    }
                }
            }
            for (at, regs) in [(4 * inst + 1, before), (4 * inst + 2, after)] {
                if !regs.is_empty() {
                    self.busy.push(Busy { at, regs });
                    self.ever_busy = self.ever_busy.or(regs);
                }
            }
        }
    }
}

impl Work {
    fn find_predecessors(&mut self, program: &Program) {
        self.predecessors.clear();
        for block in 0..program.blocks().len() as u32 {
            for &next in program.successors(block) {
                self.predecessors.push(next, block);
            }
        }
        self.predecessors.finish(program.blocks().len());
    }

    /// Registers that blocks read before they write them, and registers that blocks write.
    fn find_exposed(&mut self, program: &Program) {
        self.reads.clear();
        self.writes.clear();
        reset(&mut self.read, program.vregs(), 0);
        reset(&mut self.written, program.vregs(), 0);
        for (mark, block) in (1..).zip(program.blocks()) {
            for inst in block.insts.clone() {
                let operands = program.operands(inst);
                for operand in operands.iter().filter(|operand| operand.role == Role::Use) {
                    let at = operand.vreg.0 as usize;
                    if self.written[at] != mark && self.read[at] != mark {
                        self.read[at] = mark;
                        self.reads.push(operand.vreg.0, mark - 1);
                    }
                }
                for operand in operands.iter().filter(|operand| operand.role == Role::Def) {
                    let at = operand.vreg.0 as usize;
                    if self.written[at] != mark {
                        self.written[at] = mark;
                        self.writes.push(operand.vreg.0, mark - 1);
                    }
                }
            }
        }
        self.reads.finish(program.vregs());
        self.writes.finish(program.vregs());
    }

    /// What an instruction begins and ends: its results first, as we walk backwards.
    fn inst_ranges(&mut self, program: &Program, inst: u32, ranges: &mut Groups<Range>) {
        let operands = program.operands(inst);
        for (number, operand) in operands.iter().enumerate() {
            if operand.role == Role::Def {
                let (vreg, at) = (operand.vreg, border(program, inst, number));
                // What nobody reads is still written: until the instruction's end.
                let need = self.needed[vreg.0 as usize].take().unwrap_or(0);
                let end = need.max(4 * inst + 3).max(at + 1);
                self.range(vreg, Range { start: at, end }, ranges);
            }
        }
        for (number, operand) in operands.iter().enumerate() {
            if operand.role == Role::Use {
                let (vreg, at) = (operand.vreg, border(program, inst, number));
                let need = &mut self.needed[vreg.0 as usize];
                if need.is_none() {
                    self.open.push(vreg);
                }
                *need = Some(need.unwrap_or(at).max(at));
            }
        }
    }

    /// Adds a range, or lengthens the one found before, if they touch.
    fn range(&mut self, vreg: VReg, range: Range, ranges: &mut Groups<Range>) {
        let last = &mut self.last[vreg.0 as usize];
        let after = last.checked_sub(1).map(|number| &mut ranges.pairs[number as usize].1);
        match after {
            Some(after) if range.end >= after.start => {
                after.start = after.start.min(range.start);
                after.end = after.end.max(range.end);
            }
            _ => {
                ranges.push(vreg.0, range);
                *last = ranges.pairs.len() as u32;
            }
        }
    }
}
