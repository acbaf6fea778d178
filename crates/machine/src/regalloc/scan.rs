//! The scan: pieces of live intervals get places, in the order of their beginnings.
//!
//! An interval (all the ranges of a virtual register) is queued as one piece. A piece that finds a
//! register free for as long as it lasts gets it. If the register is free for a part only, the piece
//! is cut and the rest queued again. If none is free, the one of the rivals for which that costs least
//! (`spill`) goes to its stack slot until its next need of a register.
//!
//! Cuts are at `4i+1`, with a move before instruction `i`, or where a block begins, with moves on the
//! edges to it. A piece that must leave its register within an instruction is cut at `4i+2` or `4i+3`
//! and goes on in its slot, which belongs to it alone and so can be written ahead of time.

use super::live::{Live, Point, Range};
use super::loops::Loops;
use super::program::{Bank, Constraint, PReg, Program, RegSet, Role, VReg};
use super::{Allocation, Place, Registers, TooManyOperands};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A stretch of an interval that has one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) vreg: VReg,
    pub(super) start: Point,
    pub(super) end: Point,
    pub(super) place: Place,
}

const NOWHERE: Place = Place::Slot(u32::MAX);
const REGISTERS: usize = 64;

/// How good a choice it is to evict a piece: what that costs, and when it is needed again.
type Merit = (Reverse<u64>, Point);

/// For each register, until when it is free.
type Until = [Point; REGISTERS];

/// State of the scan.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) pieces: Vec<Piece>,
    queue: BinaryHeap<Reverse<(Point, u32)>>,
    /// Pieces in registers that began and have not ended, also those in a hole.
    pub(super) active: Vec<u32>,
    slots: Vec<Option<u32>>,
    slot_count: u32,
    hints: Vec<Hint>,
    /// The registers of each bank.
    banks: [RegSet; 2],
    /// Where each virtual register's pieces begin in `pieces`, once they are sorted.
    starts: Vec<u32>,
}

/// Which register a virtual register had better get.
#[derive(Clone, Copy, Debug, Default)]
struct Hint {
    fixed: Option<PReg>,
    partners: [Option<VReg>; 2],
    /// What it got last.
    got: Option<PReg>,
}

impl Scan {
    pub(super) fn run(
        &mut self,
        program: &Program,
        (live, loops): (&Live, &Loops),
        registers: &Registers,
    ) -> Result<(), TooManyOperands> {
        self.pieces.clear();
        self.queue.clear();
        self.active.clear();
        self.slots.clear();
        self.slots.resize(program.vregs(), None);
        self.slot_count = 0;
        self.banks = [Bank::Int, Bank::Float].map(|bank| registers.set(bank));
        self.find_hints(program);
        for number in 0..program.vregs() as u32 {
            let ranges = live.ranges(VReg(number));
            if let (Some(first), Some(last)) = (ranges.first(), ranges.last()) {
                self.queue_piece(VReg(number), first.start, last.end);
            }
        }
        while let Some(Reverse((_, piece))) = self.queue.pop() {
            Step { scan: self, program, live, loops, registers }.place(piece)?;
        }
        self.pieces.sort_unstable_by_key(|piece| (piece.vreg, piece.start));
        self.starts.clear();
        let mut at = 0;
        for number in 0..=program.vregs() as u32 {
            while self.pieces.get(at).is_some_and(|piece| piece.vreg.0 < number) {
                at += 1;
            }
            self.starts.push(at as u32);
        }
        Ok(())
    }

    fn find_hints(&mut self, program: &Program) {
        self.hints.clear();
        self.hints.resize(program.vregs(), Hint::default());
        for inst in 0..program.len() {
            let operands = program.operands(inst);
            for operand in operands {
                match operand.constraint {
                    Constraint::Fixed(reg) => {
                        self.hints[operand.vreg.0 as usize].fixed.get_or_insert(reg);
                    }
                    Constraint::Same(number) => {
                        self.partners(operand.vreg, operands[number as usize].vreg);
                    }
                    Constraint::Near => {
                        let reads = operands.iter().filter(|other| other.role == Role::Use);
                        for other in reads.rev() {
                            self.partners(operand.vreg, other.vreg);
                        }
                    }
                    _ => {}
                }
            }
            if let Some((from, to)) = program.as_move(inst) {
                self.partners(from, to);
            }
        }
    }

    /// Says that a result had better share a register with an operand. The last one told is tried
    /// first.
    fn partners(&mut self, a: VReg, b: VReg) {
        if a != b {
            let [first, _] = self.hints[a.0 as usize].partners;
            self.hints[a.0 as usize].partners = [Some(b), first];
            self.hints[b.0 as usize].partners[0].get_or_insert(a);
        }
    }

    pub(super) fn queue_piece(&mut self, vreg: VReg, start: Point, end: Point) {
        let number = self.pieces.len() as u32;
        self.pieces.push(Piece { vreg, start, end, place: NOWHERE });
        self.queue.push(Reverse((start, number)));
    }

    pub(super) fn slot(&mut self, vreg: VReg) -> Place {
        let slot = self.slots[vreg.0 as usize].get_or_insert_with(|| {
            self.slot_count += 1;
            self.slot_count - 1
        });
        Place::Slot(*slot)
    }

    pub(super) fn slot_count(&self) -> u32 {
        self.slot_count
    }

    /// Virtual registers that have a slot, with it.
    pub(super) fn slots(&self) -> impl Iterator<Item = (VReg, u32)> + '_ {
        let slots = (0..).zip(&self.slots);
        slots.filter_map(|(number, slot)| slot.map(|slot| (VReg(number), slot)))
    }

    /// Pieces of a virtual register in order.
    pub(super) fn pieces(&self, vreg: VReg) -> &[Piece] {
        let at = |index: u32| self.starts[index as usize] as usize;
        &self.pieces[at(vreg.0)..at(vreg.0 + 1)]
    }

    /// The place of a virtual register at a point.
    pub(super) fn place_at(&self, vreg: VReg, at: Point) -> Place {
        let pieces = self.pieces(vreg);
        let after = pieces.partition_point(|piece| piece.start <= at);
        pieces[after.saturating_sub(1)].place
    }

    /// The places of all operands.
    pub(super) fn places(&self, program: &Program, allocation: &mut Allocation) {
        allocation.slots = self.slot_count;
        for inst in 0..program.len() {
            let operands = program.operands(inst);
            for (number, operand) in operands.iter().enumerate() {
                let sharing = operands
                    .iter()
                    .find(|other| other.constraint == Constraint::Same(number as u8));
                let place = match (operand.constraint, sharing) {
                    (Constraint::Fixed(reg), _) => Place::Reg(reg),
                    (Constraint::Same(_), _) => self.place_at(operand.vreg, 4 * inst + 1),
                    (_, Some(result)) => self.place_at(result.vreg, 4 * inst + 1),
                    _ => {
                        let late = operand.role == Role::Def && operand.when == super::When::Late;
                        self.place_at(operand.vreg, 4 * inst + if late { 2 } else { 1 })
                    }
                };
                allocation.places.push(place);
            }
        }
    }
}

/// Ranges of a piece from a point on: those of its interval, cut to its length. What lies before is not
/// looked at, as there may be any number of ranges.
fn ranges(live: &Live, piece: Piece, from: Point) -> impl Iterator<Item = Range> + '_ {
    let from = from.max(piece.start);
    let all = live.ranges(piece.vreg);
    let first = all.partition_point(|range| range.end <= from);
    all[first..]
        .iter()
        .take_while(move |range| range.start < piece.end)
        .map(move |range| Range { start: range.start.max(from), end: range.end.min(piece.end) })
}

/// The first point that two pieces have in common.
fn intersection(live: &Live, a: Piece, b: Piece) -> Option<Point> {
    let from = a.start.max(b.start);
    let (mut left, mut right) =
        (ranges(live, a, from).peekable(), ranges(live, b, from).peekable());
    loop {
        let (x, y) = (*left.peek()?, *right.peek()?);
        let start = x.start.max(y.start);
        if start < x.end.min(y.end) {
            return Some(start);
        }
        if x.end <= y.end {
            left.next();
        } else {
            right.next();
        }
    }
}

/// One step of the scan.
pub(super) struct Step<'a> {
    pub(super) scan: &'a mut Scan,
    program: &'a Program,
    pub(super) live: &'a Live,
    pub(super) loops: &'a Loops,
    registers: &'a Registers,
}

impl Step<'_> {
    pub(super) fn piece(&self, number: u32) -> Piece {
        self.scan.pieces[number as usize]
    }

    /// Gives a piece, or a first part of it, its place.
    fn place(&mut self, number: u32) -> Result<(), TooManyOperands> {
        let piece = self.piece(number);
        let pieces = &self.scan.pieces;
        self.scan.active.retain(|&other| pieces[other as usize].end > piece.start);
        let bank = self.program.bank(piece.vreg);
        let free = self.free(piece, bank);
        if let Some(reg) = self.choose(piece, bank, &free) {
            self.take(number, reg);
            return Ok(());
        }
        if self.take_part(number, bank, &free) {
            return Ok(());
        }
        self.compete(number, bank)
    }

    /// Until when each register of a bank is free for a piece.
    fn free(&self, piece: Piece, bank: Bank) -> Until {
        let mut until = [0; REGISTERS];
        for reg in self.registers.order[bank as usize] {
            until[reg.0 as usize] = Point::MAX;
        }
        for &other in &self.scan.active {
            let other = self.piece(other);
            if let Place::Reg(reg) = other.place
                && until[reg.0 as usize] > piece.start
                && let Some(at) = intersection(self.live, piece, other)
            {
                let free = &mut until[reg.0 as usize];
                *free = (*free).min(at);
            }
        }
        self.busy(piece, bank, &mut until);
        until
    }

    /// Shortens the time of registers that are taken for single points.
    fn busy(&self, piece: Piece, bank: Bank, until: &mut Until) {
        let mut unseen = self.live.ever_busy.and(self.scan.banks[bank as usize]);
        let busy = &self.live.busy;
        for range in ranges(self.live, piece, piece.start) {
            let from = busy.partition_point(|busy| busy.at < range.start);
            for point in busy[from..].iter().take_while(|busy| busy.at < range.end) {
                for reg in point.regs.and(unseen).iter() {
                    let free = &mut until[reg.0 as usize];
                    *free = (*free).min(point.at);
                }
                unseen = unseen.without(point.regs);
                if unseen.is_empty() {
                    return;
                }
            }
        }
    }

    /// A register that is free as long as the piece lasts: the one hinted at, or the first.
    fn choose(&self, piece: Piece, bank: Bank, free: &Until) -> Option<PReg> {
        let fits = |reg: PReg| free[reg.0 as usize] >= piece.end;
        let hint = self.scan.hints[piece.vreg.0 as usize];
        let [first, second] =
            hint.partners.map(|vreg| vreg.map(|vreg| self.scan.hints[vreg.0 as usize]));
        let hinted = [
            hint.fixed,
            first.and_then(|partner| partner.got),
            second.and_then(|partner| partner.got),
            hint.got,
            first.and_then(|partner| partner.fixed),
            second.and_then(|partner| partner.fixed),
        ];
        let hinted = hinted.into_iter().flatten().find(|&reg| fits(reg));
        hinted.or_else(|| self.registers.order[bank as usize].iter().copied().find(|&r| fits(r)))
    }

    fn take(&mut self, number: u32, reg: PReg) {
        let piece = &mut self.scan.pieces[number as usize];
        piece.place = Place::Reg(reg);
        self.scan.hints[piece.vreg.0 as usize].got = Some(reg);
        self.scan.active.push(number);
    }

    /// Takes the register that is free longest, if the piece has a use for it before it must be left.
    fn take_part(&mut self, number: u32, bank: Bank, free: &Until) -> bool {
        let piece = self.piece(number);
        let order = self.registers.order[bank as usize].iter();
        let Some(&best) = order.max_by_key(|reg| free[reg.0 as usize]) else { return false };
        let limit = free[best.0 as usize];
        let Some(cut) = self.cut(piece, limit) else { return false };
        let cut = self.leave_before(piece, cut);
        let needed = self.next_need(piece, piece.start).is_some_and(|at| at < cut);
        if needed {
            self.take(number, best);
            self.split(number, cut);
        }
        needed
    }

    /// The last point up to `limit`, after the piece's beginning, at which it can be cut.
    fn cut(&self, piece: Piece, limit: Point) -> Option<Point> {
        if limit <= piece.start {
            return None;
        }
        let inst = limit / 4;
        match limit % 4 {
            // Such a limit is the beginning of a block.
            0 => Some(limit),
            _ if 4 * inst + 1 > piece.start => Some(4 * inst + 1),
            2 if !self.written(piece, 4 * inst, 4 * inst + 2) => Some(limit),
            3 if !self.written(piece, 4 * inst + 3, 4 * inst + 4) => Some(limit),
            _ => None,
        }
    }

    /// Whether the piece's register is written at a point of a range.
    fn written(&self, piece: Piece, from: Point, to: Point) -> bool {
        let mentions = self.live.mentions(piece.vreg);
        let first = mentions.partition_point(|mention| mention.at < from);
        mentions[first..].iter().take_while(|m| m.at < to).any(|mention| mention.written)
    }

    /// The next point at which a piece has to be in a register.
    pub(super) fn next_need(&self, piece: Piece, from: Point) -> Option<Point> {
        let mentions = self.live.mentions(piece.vreg);
        let first = mentions.partition_point(|mention| mention.at < from);
        let within = mentions[first..].iter().take_while(|mention| mention.at < piece.end);
        within.filter(|mention| mention.in_register).map(|mention| mention.at).next()
    }

    /// Cuts a piece that has its place; what follows is queued, or goes to the slot if the cut is
    /// within an instruction.
    fn split(&mut self, number: u32, at: Point) {
        let piece = self.piece(number);
        self.scan.pieces[number as usize].end = at;
        if at % 4 >= 2 {
            self.spill(piece.vreg, at, piece.end, at);
        } else {
            self.scan.queue_piece(piece.vreg, at, piece.end);
        }
    }

    /// All registers are taken: the one whose way through memory costs least gives way.
    fn compete(&mut self, number: u32, bank: Bank) -> Result<(), TooManyOperands> {
        let piece = self.piece(number);
        let need = self.next_need(piece, piece.start);
        let Some((reg, victim, limit)) = self.rival(piece, bank, need) else {
            if need == Some(piece.start) {
                return Err(TooManyOperands { inst: piece.start / 4 });
            }
            self.begin_in_slot(number, piece.start);
            return Ok(());
        };
        self.evict(victim, piece.start);
        self.take(number, reg);
        if let Some(cut) = limit {
            self.split(number, cut);
        }
        Ok(())
    }

    /// The piece in a register that can give way where another one begins and is missed least; with
    /// its register, and where the other one has to leave it again. One that is needed only later
    /// has to be worth it.
    fn rival(
        &self,
        piece: Piece,
        bank: Bank,
        wanted: Option<Point>,
    ) -> Option<(PReg, u32, Option<Point>)> {
        let start = piece.start;
        let wanted = wanted.filter(|&at| at == start || self.is_fetch(start))?;
        let worth = if wanted == start { u64::MAX } else { self.loops.weight(wanted) };
        let inst = start / 4;
        let mut best: Option<(Merit, PReg, u32, Option<Point>)> = None;
        for &other in &self.scan.active {
            let rival = self.piece(other);
            let Place::Reg(reg) = rival.place else { continue };
            let covers = ranges(self.live, rival, start).next().is_some_and(|r| r.start <= start);
            let leaves = match start % 4 {
                0 | 1 => true,
                2 => rival.start == start || !self.written(rival, 4 * inst, 4 * inst + 4),
                _ => false,
            };
            if reg.bank() != bank || !covers || !leaves {
                continue;
            }
            let need = self.next_need(rival, start).unwrap_or(Point::MAX);
            if need <= 4 * inst + 2 {
                continue;
            }
            let cost = self.cost(rival, start, need);
            let merit = (Reverse(cost), need);
            if cost >= worth || best.is_some_and(|(found, ..)| found >= merit) {
                continue;
            }
            // The rest of the world: other pieces in holes of this register, and busy points.
            let until = self.until_without(piece, bank, reg, other);
            let cut = match until {
                _ if until >= piece.end => None,
                _ => match self.cut(piece, until) {
                    Some(cut) if cut > wanted => Some(cut),
                    _ => continue,
                },
            };
            best = Some((merit, reg, other, cut));
        }
        best.map(|(_, reg, victim, cut)| (reg, victim, cut))
    }

    /// Until when a register is free for a piece if another one leaves it.
    fn until_without(&self, piece: Piece, bank: Bank, reg: PReg, leaving: u32) -> Point {
        let mut until = [0; REGISTERS];
        until[reg.0 as usize] = Point::MAX;
        for &other in self.scan.active.iter().filter(|&&other| other != leaving) {
            let other = self.piece(other);
            if other.place == Place::Reg(reg)
                && let Some(at) = intersection(self.live, piece, other)
            {
                until[reg.0 as usize] = until[reg.0 as usize].min(at);
            }
        }
        self.busy(piece, bank, &mut until);
        until[reg.0 as usize]
    }
}

impl RegSet {
    /// No register.
    pub const NONE: RegSet = RegSet(0);
}
