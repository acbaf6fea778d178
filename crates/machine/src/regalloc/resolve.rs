//! Moves: where a virtual register's place changes, where operands are in fixed registers or share
//! one, and on edges between blocks.

use super::live::{Live, Point};
use super::program::{Constraint, Program, Role, VReg};
use super::scan::Scan;
use super::{Gap, Move, Place};

/// All moves; those of one gap are a parallel copy. In no order, and some may be there twice.
pub(super) fn moves(program: &Program, live: &Live, scan: &Scan, moves: &mut Vec<Move>) {
    moves.clear();
    for number in 0..program.vregs() as u32 {
        cuts(VReg(number), live, scan, moves);
    }
    for inst in 0..program.len() {
        operands(program, live, scan, inst, moves);
    }
    for block in 0..program.blocks().len() as u32 {
        edges(program, live, scan, block, moves);
    }
    // A constant is not kept where it can be made again.
    moves.retain(|copy| copy.to != copy.from && !matches!(copy.to, Place::Made(_)));
}

/// Where an interval goes on in another place.
fn cuts(vreg: VReg, live: &Live, scan: &Scan, moves: &mut Vec<Move>) {
    for pair in scan.pieces(vreg).windows(2) {
        let at = pair[1].start;
        let gap = match at % 4 {
            // Edges see to what is in another place where a block begins.
            0 => continue,
            3 => Gap::After(at / 4),
            _ => Gap::Before(at / 4),
        };
        let mentions = live.mentions(vreg);
        let first = mentions.partition_point(|mention| mention.at < at);
        let written = mentions[first..].iter().take_while(|m| m.at == at).any(|m| m.written);
        if pair[0].end == at && live_through(vreg, live, at) && !written {
            // A store ahead of time reads what is there before the instruction.
            let from = if at % 4 == 2 { scan.place_at(vreg, at - 2) } else { pair[0].place };
            moves.push(Move { gap, to: pair[1].place, from });
        }
    }
}

/// Whether a value is carried over from the point before.
fn live_through(vreg: VReg, live: &Live, at: Point) -> bool {
    let ranges = live.ranges(vreg);
    let after = ranges.partition_point(|range| range.end <= at);
    ranges.get(after).is_some_and(|range| range.start < at)
}

fn operands(program: &Program, live: &Live, scan: &Scan, inst: u32, moves: &mut Vec<Move>) {
    let operands = program.operands(inst);
    for operand in operands {
        match (operand.role, operand.constraint) {
            (Role::Use, Constraint::Fixed(reg)) => {
                let from = scan.place_at(operand.vreg, 4 * inst);
                moves.push(Move { gap: Gap::Before(inst), to: Place::Reg(reg), from });
            }
            (Role::Def, Constraint::Fixed(reg)) => {
                let at = 4 * inst + 3;
                let ranges = live.ranges(operand.vreg);
                let after = ranges.partition_point(|range| range.end <= at);
                if ranges.get(after).is_some_and(|range| range.end > at + 1) {
                    let to = scan.place_at(operand.vreg, at);
                    moves.push(Move { gap: Gap::After(inst), to, from: Place::Reg(reg) });
                }
            }
            (Role::Def, Constraint::Same(number)) => {
                let source = operands[number as usize];
                let from = scan.place_at(source.vreg, 4 * inst);
                let to = scan.place_at(operand.vreg, 4 * inst + 1);
                // If it is one interval that changes its place here, its cut has the same move.
                moves.push(Move { gap: Gap::Before(inst), to, from });
            }
            _ => {}
        }
    }
}

/// Places that differ at the two ends of an edge.
fn edges(program: &Program, live: &Live, scan: &Scan, block: u32, moves: &mut Vec<Move>) {
    let successors = program.successors(block);
    let last = program.blocks()[block as usize].insts.end - 1;
    for (number, &next) in successors.iter().enumerate() {
        if successors[..number].contains(&next) {
            continue;
        }
        let start = program.blocks()[next as usize].insts.start;
        let single = successors.iter().all(|&other| other == next);
        let gap = if single { Gap::BlockEnd(last) } else { Gap::BlockStart(start) };
        for &vreg in live.live_in(next) {
            let from = scan.place_at(vreg, 4 * last + 3);
            let to = scan.place_at(vreg, 4 * start);
            moves.push(Move { gap, to, from });
        }
    }
}
