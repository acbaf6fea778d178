//! Loops, for what is better done outside of them.
//!
//! A loop is taken to be what stands in the text from a block to the last one that jumps back to it.
//! For code in the usual order that is the natural loop; where it is not, only the quality of
//! the allocation depends on it.

use super::live::Point;
use super::program::Program;

/// How often a block inside of a loop is run, compared with one outside.
const TURNS: u64 = 10;
/// Deeper loops count no more.
const MAX_DEPTH: u8 = 9;

#[derive(Clone, Copy, Debug)]
struct Loop {
    /// Where it begins.
    start: Point,
    end: Point,
    depth: u8,
    /// The loop around it: its number plus one.
    parent: u32,
}

/// The loops of a program; none until they are asked for.
#[derive(Debug, Default)]
pub(super) struct Loops {
    loops: Vec<Loop>,
    /// Where each block begins.
    starts: Vec<Point>,
    /// For each block, its innermost loop: its number plus one.
    innermost: Vec<u32>,
    /// The last block that jumps back to each block, if one does.
    ends: Vec<u32>,
}

impl Loops {
    pub(super) fn clear(&mut self) {
        self.loops.clear();
        self.starts.clear();
        self.innermost.clear();
    }

    pub(super) fn build(&mut self, program: &Program) {
        self.clear();
        let blocks = program.blocks();
        self.ends.clear();
        self.ends.resize(blocks.len(), 0);
        for block in 0..blocks.len() as u32 {
            for &next in program.successors(block).iter().filter(|&&next| next <= block) {
                self.ends[next as usize] = block + 1;
            }
        }
        let mut open = 0;
        for (block, info) in (0..).zip(blocks) {
            let start = 4 * info.insts.start;
            while let Some(around) = self.get(open).filter(|around| around.end <= start) {
                open = around.parent;
            }
            if self.ends[block as usize] > 0 {
                let last = self.ends[block as usize] as usize - 1;
                let own = 4 * blocks[last].insts.end;
                let around = self.get(open);
                let depth = around.map_or(0, |around| around.depth) + 1;
                // One that reaches out of the loop around it is cut there.
                let end = around.map_or(own, |around| own.min(around.end));
                self.loops.push(Loop { start, end, depth: depth.min(MAX_DEPTH), parent: open });
                open = self.loops.len() as u32;
            }
            self.starts.push(start);
            self.innermost.push(open);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.loops.is_empty()
    }

    fn get(&self, number: u32) -> Option<Loop> {
        number.checked_sub(1).map(|number| self.loops[number as usize])
    }

    /// The loops around a point, from the innermost to the outermost.
    fn around(&self, at: Point) -> impl Iterator<Item = Loop> + '_ {
        let block = self.starts.partition_point(|&start| start <= at);
        let innermost = block.checked_sub(1).map_or(0, |block| self.innermost[block]);
        std::iter::successors(self.get(innermost), |inner| self.get(inner.parent))
    }

    /// How often a point is passed, compared with one outside of all loops.
    pub(super) fn weight(&self, at: Point) -> u64 {
        weight(self.around(at).next().map_or(0, |inner| inner.depth))
    }

    /// The beginning of the outermost loop around a point that begins after another point.
    pub(super) fn outside(&self, at: Point, after: Point) -> Option<Point> {
        self.around(at).take_while(|around| around.start > after).last().map(|outer| outer.start)
    }

    /// How often the way to a point is passed: to the beginning of a loop, from outside of it.
    pub(super) fn entry_weight(&self, at: Point) -> u64 {
        let depth = match self.around(at).next() {
            Some(inner) if inner.start == at => inner.depth - 1,
            inner => inner.map_or(0, |inner| inner.depth),
        };
        weight(depth)
    }

    /// How often jumps back are made in the loops around a point that begin between two others and
    /// end before `until`; with the beginnings of these loops.
    pub(super) fn turns(
        &self,
        at: Point,
        between: (Point, Point),
        until: Point,
    ) -> impl Iterator<Item = (Point, u64)> + '_ {
        let within = move |around: &Loop| around.start >= between.0 && around.start < between.1;
        self.around(at)
            .filter(move |around| within(around) && around.end <= until)
            .map(|around| (around.start, weight(around.depth)))
    }
}

fn weight(depth: u8) -> u64 {
    TURNS.pow(depth.into())
}
