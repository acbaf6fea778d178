//! Loops: the blocks from which a header is reached again without leaving what it dominates.
//!
//! An edge to a block that dominates its source closes a loop. The body is found by walking back from
//! there to the header; inner loops, found first, are passed over as one. Ways into the middle of
//! a cycle make no loop here, and nothing is moved out of those.

use super::{Cfg, NONE, Ssa};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Loop {
    pub(crate) header: u32,
    /// The next loop around it, or `NONE`.
    pub(crate) parent: u32,
    /// 1 for a loop in no other.
    pub(crate) depth: u32,
}

#[derive(Debug, Default)]
pub(crate) struct Loops {
    /// Inner loops come before those around them.
    pub(crate) all: Vec<Loop>,
    /// The innermost loop of each block, or `NONE`.
    of: Vec<u32>,
    work: Vec<u32>,
}

impl Loops {
    pub(crate) fn build(&mut self, ssa: &Ssa, cfg: &Cfg) {
        self.all.clear();
        self.of.clear();
        self.of.resize(ssa.blocks.len(), NONE);
        for &header in cfg.order.iter().rev() {
            let from = cfg.preds(header).iter().map(|&edge| ssa.edges[edge as usize].from);
            self.work.extend(from.filter(|&from| cfg.dominates(header, from)));
            if !self.work.is_empty() {
                self.body(ssa, cfg, header);
            }
        }
        for at in (0..self.all.len()).rev() {
            let parent = self.all[at].parent;
            let depth = if parent == NONE { 0 } else { self.all[parent as usize].depth };
            self.all[at].depth = depth + 1;
        }
    }

    fn body(&mut self, ssa: &Ssa, cfg: &Cfg, header: u32) {
        let number = self.all.len() as u32;
        self.all.push(Loop { header, parent: NONE, depth: 0 });
        self.of[header as usize] = number;
        while let Some(block) = self.work.pop() {
            let mut inner = self.of[block as usize];
            if inner == NONE {
                self.of[block as usize] = number;
                let from = cfg.preds(block).iter().map(|&edge| ssa.edges[edge as usize].from);
                self.work.extend(from);
                continue;
            }
            // The outermost loop found so far around the block.
            while inner != number && self.all[inner as usize].parent != NONE {
                inner = self.all[inner as usize].parent;
            }
            if inner != number {
                self.all[inner as usize].parent = number;
                let inner = self.all[inner as usize].header;
                let from = cfg.preds(inner).iter().map(|&edge| ssa.edges[edge as usize].from);
                self.work.extend(from);
            }
        }
    }

    /// The innermost loop around a block, or `NONE`.
    pub(crate) fn of(&self, block: u32) -> u32 {
        self.of.get(block as usize).copied().unwrap_or(NONE)
    }

    /// How many loops are around a block.
    pub(crate) fn depth(&self, block: u32) -> u32 {
        self.all.get(self.of(block) as usize).map_or(0, |own| own.depth)
    }

    /// Whether a block is in a loop.
    pub(crate) fn contains(&self, outer: u32, block: u32) -> bool {
        let mut own = self.of(block);
        // Numbers grow outwards.
        while own < outer {
            own = self.all[own as usize].parent;
        }
        own == outer
    }
}
