//! Where values are live, exactly, for the few that edges carry or blocks take.
//!
//! Blocks stand in the order in which they will be written, and each instruction has a number there.
//! At `2n` instruction `n` reads, at `2n + 1` it writes. A block's beginning and its end have numbers
//! of their own: at the beginning parameters are written, at the end arguments are read. A value's
//! life is a sorted list of half-open ranges, and two values may share a register if no ranges of
//! theirs overlap: `[3, 8)` and `[8, 9)` do not.
//!
//! Ranges are found by walking back from each use to the write, so the cost is the size of what is
//! found.

use super::{Cfg, Def, NONE, Ssa};
use crate::ir::Reg;

type Range = (u32, u32);

/// A life that is so many times shorter than another one is put into it range by range.
const FEW: usize = 8;

#[derive(Debug, Default)]
pub(super) struct Live {
    /// Number of each value that is looked at, or `NONE`.
    pub(super) number: Vec<u32>,
    /// The values.
    pub(super) values: Vec<Reg>,
    /// Life of each value looked at, sorted.
    ranges: Vec<Vec<Range>>,
    /// Place of each instruction; first and last place of each block.
    places: Vec<u32>,
    firsts: Vec<u32>,
    lasts: Vec<u32>,
    /// Value, block and point of each use.
    uses: Vec<(u32, u32, u32)>,
    visited: Vec<u32>,
    work: Vec<u32>,
    merged: Vec<Range>,
}

impl Live {
    /// Numbers everything and finds the life of every value that edges carry or blocks take.
    pub(super) fn build(&mut self, ssa: &Ssa, cfg: &Cfg, layout: &[u32]) {
        self.choose(ssa, layout);
        if self.values.is_empty() {
            return;
        }
        self.find_uses(ssa, layout);
        self.visited.clear();
        self.visited.resize(ssa.blocks.len(), NONE);
        if self.ranges.len() < self.values.len() {
            self.ranges.resize_with(self.values.len(), Vec::new);
        }
        self.uses.sort_unstable();
        let uses = std::mem::take(&mut self.uses);
        let mut at = 0;
        for number in 0..self.values.len() as u32 {
            let count = uses[at..].iter().take_while(|own| own.0 == number).count();
            self.life(ssa, cfg, number, &uses[at..at + count]);
            at += count;
        }
        self.uses = uses;
    }

    fn choose(&mut self, ssa: &Ssa, layout: &[u32]) {
        self.number.clear();
        self.number.resize(ssa.values.len(), NONE);
        self.values.clear();
        for &block in layout {
            for edge in ssa.out(block) {
                let args = ssa.args(edge).iter().filter_map(|arg| arg.reg());
                for value in args.chain(ssa.params(ssa.edges[edge as usize].to).iter().copied()) {
                    let constant = matches!(ssa.values[value.0 as usize].def, Def::Const(_));
                    if !constant && self.number[value.0 as usize] == NONE {
                        self.number[value.0 as usize] = self.values.len() as u32;
                        self.values.push(value);
                    }
                }
            }
        }
    }

    fn find_uses(&mut self, ssa: &Ssa, layout: &[u32]) {
        self.places.clear();
        self.places.resize(ssa.nodes.len(), NONE);
        for list in [&mut self.firsts, &mut self.lasts] {
            list.clear();
            list.resize(ssa.blocks.len(), NONE);
        }
        self.uses.clear();
        let mut place = 0;
        for &block in layout {
            self.firsts[block as usize] = place;
            let mut node = ssa.blocks[block as usize].first;
            while node != NONE {
                place += 1;
                self.places[node as usize] = place;
                ssa.uses(node, |value| {
                    let number = self.number[value.0 as usize];
                    if number != NONE {
                        self.uses.push((number, block, 2 * place));
                    }
                });
                node = ssa.nodes[node as usize].next;
            }
            place += 1;
            self.lasts[block as usize] = place;
            for edge in ssa.out(block) {
                for value in ssa.args(edge).iter().filter_map(|arg| arg.reg()) {
                    let number = self.number[value.0 as usize];
                    if number != NONE {
                        self.uses.push((number, block, 2 * place));
                    }
                }
            }
            place += 1;
        }
    }

    /// The point at which a value is written.
    fn written(&self, ssa: &Ssa, value: Reg) -> u32 {
        match ssa.values[value.0 as usize].def {
            Def::Entry => 1,
            Def::Param(block) => 2 * self.firsts[block as usize] + 1,
            Def::Inst(node) => 2 * self.places[node as usize] + 1,
            Def::Const(_) => 0,
        }
    }

    fn life(&mut self, ssa: &Ssa, cfg: &Cfg, number: u32, uses: &[(u32, u32, u32)]) {
        let mut ranges = std::mem::take(&mut self.ranges[number as usize]);
        ranges.clear();
        let value = self.values[number as usize];
        let home = ssa.def_block(value).unwrap_or(0);
        let written = self.written(ssa, value);
        // Even a value that nothing reads is written somewhere.
        ranges.push((written, written + 1));
        for &(_, block, point) in uses {
            if block == home {
                ranges.push((written, point));
                continue;
            }
            ranges.push((2 * self.firsts[block as usize], point));
            self.work.push(block);
            while let Some(block) = self.work.pop() {
                for &edge in cfg.preds(block) {
                    let from = ssa.edges[edge as usize].from;
                    if std::mem::replace(&mut self.visited[from as usize], number) == number {
                        continue;
                    }
                    let end = 2 * self.lasts[from as usize] + 2;
                    if from == home {
                        ranges.push((written, end));
                    } else {
                        ranges.push((2 * self.firsts[from as usize], end));
                        self.work.push(from);
                    }
                }
            }
        }
        ranges.sort_unstable();
        let mut kept = 0;
        for at in 1..ranges.len() {
            if ranges[at].0 <= ranges[kept].1 {
                ranges[kept].1 = ranges[kept].1.max(ranges[at].1);
            } else {
                kept += 1;
                ranges[kept] = ranges[at];
            }
        }
        ranges.truncate(kept + 1);
        self.ranges[number as usize] = ranges;
    }

    /// Whether two of the values are live at the same time.
    pub(super) fn overlap(&self, a: u32, b: u32) -> bool {
        let (mut few, mut many) = (&self.ranges[a as usize][..], &self.ranges[b as usize][..]);
        if few.len() > many.len() {
            std::mem::swap(&mut few, &mut many);
        }
        for &(start, end) in few {
            // The first range that ends behind the start.
            let at = match many.len() {
                0..16 => many.iter().take_while(|range| range.1 <= start).count(),
                _ => many.partition_point(|range| range.1 <= start),
            };
            many = &many[at..];
            if many.first().is_some_and(|range| range.0 < end) {
                return true;
            }
        }
        false
    }

    /// Adds the life of one value to that of another, which it does not overlap; they are one from
    /// now on. Ranges that touch become one, so that the lives of what is joined in many places
    /// stay short lists.
    pub(super) fn join(&mut self, into: u32, from: u32) {
        let added = std::mem::take(&mut self.ranges[from as usize]);
        let list = &mut self.ranges[into as usize];
        if added.len() * FEW < list.len() {
            for &(start, end) in &added {
                let at = list.partition_point(|range| range.1 < start);
                let touches =
                    |range: Option<&Range>, point: u32| range.is_some_and(|r| r.0 == point);
                if list.get(at).is_some_and(|range| range.1 == start) {
                    list[at].1 = end;
                    if touches(list.get(at + 1), end) {
                        list[at].1 = list[at + 1].1;
                        list.remove(at + 1);
                    }
                } else if touches(list.get(at), end) {
                    list[at].0 = start;
                } else {
                    list.insert(at, (start, end));
                }
            }
        } else {
            self.merged.clear();
            let (mut old, mut new) = (list.iter().peekable(), added.iter().peekable());
            while let Some(&range) = match (old.peek(), new.peek()) {
                (Some(a), Some(b)) if a < b => old.next(),
                (_, Some(_)) => new.next(),
                _ => old.next(),
            } {
                match self.merged.last_mut() {
                    Some(last) if last.1 == range.0 => last.1 = range.1,
                    _ => self.merged.push(range),
                }
            }
            std::mem::swap(list, &mut self.merged);
        }
        self.ranges[from as usize] = added;
    }

    /// How many ranges a value's life has.
    pub(super) fn size(&self, number: u32) -> usize {
        self.ranges[number as usize].len()
    }
}
