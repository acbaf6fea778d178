//! Liveness: at which points each virtual register holds a value that is still read, and where it is
//! needed in a register.

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
    ranges: Vec<Range>,
    range_starts: Vec<u32>,
    mentions: Vec<Mention>,
    mention_starts: Vec<u32>,
    live_in: Vec<VReg>,
    live_in_starts: Vec<u32>,
    /// In order of points.
    pub(super) busy: Vec<Busy>,
    /// Every register that is ever busy.
    pub(super) ever_busy: RegSet,
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
        let at = |index: u32| self.range_starts[index as usize] as usize;
        &self.ranges[at(vreg.0)..at(vreg.0 + 1)]
    }

    pub(super) fn mentions(&self, vreg: VReg) -> &[Mention] {
        let at = |index: u32| self.mention_starts[index as usize] as usize;
        &self.mentions[at(vreg.0)..at(vreg.0 + 1)]
    }

    /// Virtual registers that are live where a block begins.
    pub(super) fn live_in(&self, block: u32) -> &[VReg] {
        let at = |index: u32| self.live_in_starts[index as usize] as usize;
        &self.live_in[at(block)..at(block + 1)]
    }

    pub(super) fn build(&mut self, program: &Program) {
        self.find_live_in(program);
        self.find_ranges(program);
        self.find_mentions(program);
        self.find_busy(program);
    }

    /// For each virtual register that a block reads before it writes, walks back to the blocks that
    /// write it: the cost is the number of blocks in which registers are live.
    fn find_live_in(&mut self, program: &Program) {
        let blocks = program.blocks().len();
        let predecessors = predecessors(program);
        let [reads, writes] = exposed(program);
        let (mut visited, mut written) = (vec![0u32; blocks], vec![0u32; blocks]);
        let mut found: Vec<(u32, VReg)> = Vec::new();
        let mut work = Vec::new();
        for group in reads.chunk_by(|a, b| a.0 == b.0) {
            let vreg = group[0].0;
            let mark = vreg.0 + 1;
            let from = writes.partition_point(|&(other, _)| other < vreg);
            for &(_, block) in writes[from..].iter().take_while(|(other, _)| *other == vreg) {
                written[block as usize] = mark;
            }
            work.extend(group.iter().map(|&(_, block)| block));
            while let Some(block) = work.pop() {
                if std::mem::replace(&mut visited[block as usize], mark) == mark {
                    continue;
                }
                found.push((block, vreg));
                let before = predecessors[block as usize].iter();
                work.extend(before.filter(|&&block| written[block as usize] != mark));
            }
        }
        found.sort_unstable();
        group(&found, blocks, &mut self.live_in_starts, &mut self.live_in);
    }

    fn find_ranges(&mut self, program: &Program) {
        let mut found: Vec<(u32, Range)> = Vec::new();
        // Where the need of a register ends, if it is needed.
        let mut needed: Vec<Option<Point>> = vec![None; program.vregs()];
        let mut open: Vec<VReg> = Vec::new();
        for block in (0..program.blocks().len() as u32).rev() {
            let insts = program.blocks()[block as usize].insts.clone();
            for &next in program.successors(block) {
                for &vreg in self.live_in(next) {
                    if needed[vreg.0 as usize].replace(4 * insts.end).is_none() {
                        open.push(vreg);
                    }
                }
            }
            for inst in insts.clone().rev() {
                let operands = program.operands(inst);
                for role in [Role::Def, Role::Use] {
                    for (number, operand) in operands.iter().enumerate() {
                        if operand.role != role {
                            continue;
                        }
                        let (vreg, at) = (operand.vreg, border(program, inst, number));
                        let need = &mut needed[vreg.0 as usize];
                        if role == Role::Use {
                            if need.is_none() {
                                open.push(vreg);
                            }
                            *need = Some(need.unwrap_or(at).max(at));
                            continue;
                        }
                        // What nobody reads is still written: until the instruction's end.
                        let end = need.take().unwrap_or(0).max(4 * inst + 3).max(at + 1);
                        found.push((vreg.0, Range { start: at, end }));
                    }
                }
            }
            for vreg in open.drain(..) {
                if let Some(end) = needed[vreg.0 as usize].take() {
                    found.push((vreg.0, Range { start: 4 * insts.start, end }));
                }
            }
        }
        found.sort_unstable_by_key(|(vreg, range)| (*vreg, range.start));
        found.dedup_by(|next, before| {
            let joined = next.0 == before.0 && next.1.start <= before.1.end;
            if joined {
                before.1.end = before.1.end.max(next.1.end);
            }
            joined
        });
        group(&found, program.vregs(), &mut self.range_starts, &mut self.ranges);
    }

    fn find_mentions(&mut self, program: &Program) {
        let mut found: Vec<(u32, Mention)> = Vec::new();
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
                    Constraint::Same(_) => true,
                    Constraint::Any | Constraint::Fixed(_) => false,
                };
                found.push((operand.vreg.0, Mention { at, in_register, written }));
            }
        }
        found.sort_by_key(|(vreg, mention)| (*vreg, mention.at));
        group(&found, program.vregs(), &mut self.mention_starts, &mut self.mentions);
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

/// Makes from sorted pairs the values in a row and where those of each key begin.
fn group<T: Copy>(pairs: &[(u32, T)], keys: usize, starts: &mut Vec<u32>, values: &mut Vec<T>) {
    starts.clear();
    values.clear();
    for &(key, value) in pairs {
        while starts.len() <= key as usize {
            starts.push(values.len() as u32);
        }
        values.push(value);
    }
    starts.resize(keys + 1, values.len() as u32);
}

pub(super) fn predecessors(program: &Program) -> Vec<Vec<u32>> {
    let mut found = vec![Vec::new(); program.blocks().len()];
    for block in 0..program.blocks().len() as u32 {
        for &next in program.successors(block) {
            found[next as usize].push(block);
        }
    }
    found
}

/// Registers that blocks read before they write them, and registers that blocks write; sorted.
fn exposed(program: &Program) -> [Vec<(VReg, u32)>; 2] {
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    let (mut read, mut written) = (vec![0; program.vregs()], vec![0; program.vregs()]);
    for (mark, block) in (1..).zip(program.blocks()) {
        for inst in block.insts.clone() {
            for role in [Role::Use, Role::Def] {
                for operand in program.operands(inst).iter().filter(|o| o.role == role) {
                    let at = operand.vreg.0 as usize;
                    if written[at] == mark || (role == Role::Use && read[at] == mark) {
                        continue;
                    }
                    let (marks, list) = match role {
                        Role::Use => (&mut read, &mut reads),
                        Role::Def => (&mut written, &mut writes),
                    };
                    marks[at] = mark;
                    list.push((operand.vreg, mark - 1));
                }
            }
        }
    }
    reads.sort_unstable();
    writes.sort_unstable();
    [reads, writes]
}
