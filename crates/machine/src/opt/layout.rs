//! The order in which blocks are written: what is likely to come next stands next.
//!
//! A depth-first walk; its reverse postorder puts last what is walked to first. From each block the
//! ways to code that ends the program are walked first, then those out of loops, the more loops
//! the earlier, then where a branch jumps to, and where it falls through last. So code that
//! hardly runs stands at the end, loops in one piece, and the way straight on next.
//!
//! A loop that begins by asking whether there is anything to do this turn, and if not goes to where the
//! turn ends, takes two jumps in such a turn: there, and back to the beginning. If its first block
//! stands behind its last one, it takes one.

use super::ssa::{Cfg, Loops, NONE, Ssa};
use crate::ir::Op;

#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) order: Vec<u32>,
    visited: Vec<bool>,
    /// Block, and how many of its edges were walked.
    stack: Vec<(u32, u32)>,
    /// Edges of the blocks on the stack in the order of the walk.
    ways: Vec<u32>,
    starts: Vec<u32>,
    /// Where each block is in the order.
    places: Vec<u32>,
}

/// In larger loops a jump more does not matter, in blocks.
const SMALL: usize = 32;

impl Layout {
    /// As the control flow goes.
    pub(super) fn plain(&mut self, cfg: &Cfg) {
        self.order.clear();
        self.order.extend_from_slice(&cfg.order);
    }

    pub(super) fn run(&mut self, ssa: &Ssa, loops: &Loops) {
        self.order.clear();
        self.visited.clear();
        self.visited.resize(ssa.blocks.len(), false);
        self.ways.clear();
        self.starts.clear();
        self.enter(ssa, loops, 0);
        while let (Some((block, next)), Some(&start)) = (self.stack.last_mut(), self.starts.last())
        {
            let at = start + *next;
            if let Some(&edge) = self.ways.get(at as usize) {
                *next += 1;
                let to = ssa.edges[edge as usize].to;
                if !self.visited[to as usize] {
                    self.enter(ssa, loops, to);
                }
                continue;
            }
            self.order.push(*block);
            self.ways.truncate(start as usize);
            self.starts.pop();
            self.stack.pop();
        }
        self.order.reverse();
        self.places.clear();
        self.places.resize(ssa.blocks.len(), NONE);
        for (at, &block) in (0..).zip(&self.order) {
            self.places[block as usize] = at;
        }
        for number in 0..loops.all.len() as u32 {
            self.turn(ssa, loops, number);
        }
    }

    /// Puts the first block of a loop behind the last one, if it goes on to the second or to the last.
    fn turn(&mut self, ssa: &Ssa, loops: &Loops, number: u32) {
        let header = loops.all[number as usize].header;
        let start = self.places[header as usize] as usize;
        let within = self.order.iter().skip(start).take(SMALL);
        let count = within.take_while(|&&block| loops.contains(number, block)).count();
        let [_, second, .., last] = self.order[start..start + count] else { return };
        let goes = |from: u32, to: u32| ssa.out(from).any(|edge| ssa.edges[edge as usize].to == to);
        let either = ssa.out(header).len() == 2 && goes(header, second) && goes(header, last);
        // A function begins with its first block.
        if start == 0 || !either || !goes(last, header) {
            return;
        }
        self.order[start..start + count].rotate_left(1);
        for at in start..start + count {
            self.places[self.order[at] as usize] = at as u32;
        }
    }

    fn enter(&mut self, ssa: &Ssa, loops: &Loops, block: u32) {
        self.visited[block as usize] = true;
        let start = self.ways.len();
        self.stack.push((block, 0));
        self.starts.push(start as u32);
        self.ways.extend(ssa.out(block));
        if self.ways.len() - start > 1 {
            // Stable: of a branch's ways, that which falls through is the last.
            self.ways[start..].sort_by_key(|&edge| {
                let to = ssa.edges[edge as usize].to;
                (!ends_program(ssa, to), loops.depth(to))
            });
        }
    }
}

/// Whether a block leads nowhere but to a trap or an error.
fn ends_program(ssa: &Ssa, block: u32) -> bool {
    let last = ssa.blocks[block as usize].last;
    last != NONE && ssa.nodes[last as usize].inst.op == Op::Trap
}
