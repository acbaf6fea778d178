//! The order of blocks, predecessors, and dominance.
//!
//! Immediate dominators are found from semidominators, which are found on a depth-first tree with
//! compressed paths, by walking up from the parent (Georgiadis, "Linear-Time Algorithms for
//! Dominators and Related Problems", 2005, "SEMI-NCA"): long chains with many ways to one end stay
//! linear. For dominance frontiers we walk up from the predecessors of each block where ways meet
//! (Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm", 2001), no further than an
//! earlier one of the same block has been. Whether one block dominates another is answered by the
//! places of both in a walk of the tree.

use super::{NONE, Ssa};

/// What is known of the blocks that can be reached; made anew when edges change.
#[derive(Debug, Default)]
pub(crate) struct Cfg {
    /// Reachable blocks in reverse postorder.
    pub(crate) order: Vec<u32>,
    /// Place of each block in it, or `NONE`.
    pub(crate) number: Vec<u32>,
    /// Immediate dominator of each block; of block 0, itself.
    pub(crate) idom: Vec<u32>,
    /// Blocks in preorder of the dominator tree.
    pub(crate) tree: Vec<u32>,
    /// When a walk of the dominator tree enters each block.
    enter: Vec<u32>,
    /// The greatest `enter` below each block.
    last: Vec<u32>,
    pred_starts: Vec<u32>,
    /// Edges, by target.
    preds: Vec<u32>,
    frontier_starts: Vec<u32>,
    frontiers: Vec<u32>,
    pairs: Vec<(u32, u32)>,
    stack: Vec<(u32, u32)>,
    children: Vec<u32>,
    siblings: Vec<u32>,
    /// The depth-first tree: blocks in preorder, and by that, the parent.
    preorder: Vec<u32>,
    parents: Vec<u32>,
    semi: Semi,
}

/// Work of finding dominators; everything by and in preorder numbers.
#[derive(Debug, Default)]
struct Semi {
    /// Preorder number of each block.
    number: Vec<u32>,
    /// The next block above that is linked, as paths are compressed.
    above: Vec<u32>,
    /// Of the blocks on the compressed path, that with the least semidominator.
    label: Vec<u32>,
    semi: Vec<u32>,
    idom: Vec<u32>,
    path: Vec<u32>,
}

impl Semi {
    /// The block with the least semidominator from `block` up to where nothing is linked yet.
    fn evaluate(&mut self, block: u32, linked: u32) -> u32 {
        let mut at = block as usize;
        if self.above[at] < linked {
            return self.label[at];
        }
        while self.above[at] >= linked {
            self.path.push(at as u32);
            at = self.above[at] as usize;
        }
        let mut upper = at;
        while let Some(lower) = self.path.pop() {
            let lower = lower as usize;
            self.above[lower] = self.above[upper];
            let least = |own: u32| self.semi[own as usize];
            if least(self.label[upper]) < least(self.label[lower]) {
                self.label[lower] = self.label[upper];
            }
            upper = lower;
        }
        self.label[upper]
    }
}

impl Cfg {
    pub(crate) fn build(&mut self, ssa: &Ssa) {
        self.find_order(ssa);
        self.find_preds(ssa);
        self.find_dominators(ssa);
        self.walk_tree(ssa.blocks.len());
    }

    fn find_order(&mut self, ssa: &Ssa) {
        let blocks = ssa.blocks.len();
        self.order.clear();
        self.number.clear();
        self.number.resize(blocks, NONE);
        self.preorder.clear();
        self.parents.clear();
        self.semi.number.clear();
        self.semi.number.resize(blocks, NONE);
        self.stack.clear();
        self.enter_block(0, 0);
        while let Some((block, next)) = self.stack.last_mut() {
            let out = ssa.out(*block);
            // The last edge first, so that the way straight on comes late in postorder.
            if *next < out.end - out.start {
                let to = ssa.edges[(out.end - 1 - *next) as usize].to;
                *next += 1;
                if self.number[to as usize] == NONE {
                    let parent = self.semi.number[*block as usize];
                    self.enter_block(to, parent);
                }
            } else {
                self.order.push(*block);
                self.stack.pop();
            }
        }
        self.order.reverse();
        for (number, &block) in (0..).zip(&self.order) {
            self.number[block as usize] = number;
        }
    }

    fn enter_block(&mut self, block: u32, parent: u32) {
        self.number[block as usize] = 0;
        self.semi.number[block as usize] = self.preorder.len() as u32;
        self.preorder.push(block);
        self.parents.push(parent);
        self.stack.push((block, 0));
    }

    fn find_preds(&mut self, ssa: &Ssa) {
        let blocks = ssa.blocks.len();
        self.pred_starts.clear();
        self.pred_starts.resize(blocks + 2, 0);
        let edges = || self.order.iter().flat_map(|&block| ssa.out(block));
        let mut count = 0;
        for edge in edges() {
            self.pred_starts[ssa.edges[edge as usize].to as usize + 2] += 1;
            count += 1;
        }
        for block in 2..blocks + 2 {
            self.pred_starts[block] += self.pred_starts[block - 1];
        }
        self.preds.clear();
        self.preds.resize(count, 0);
        for edge in edges() {
            let at = &mut self.pred_starts[ssa.edges[edge as usize].to as usize + 1];
            self.preds[*at as usize] = edge;
            *at += 1;
        }
    }

    fn find_dominators(&mut self, ssa: &Ssa) {
        let count = self.preorder.len() as u32;
        let mut semi = std::mem::take(&mut self.semi);
        for list in [&mut semi.above, &mut semi.idom] {
            list.clear();
            list.extend_from_slice(&self.parents);
        }
        for list in [&mut semi.label, &mut semi.semi] {
            list.clear();
            list.extend(0..count);
        }
        for own in (1..count).rev() {
            let mut least = self.parents[own as usize];
            for &edge in self.preds(self.preorder[own as usize]) {
                let from = semi.number[ssa.edges[edge as usize].from as usize];
                let found = semi.evaluate(from, own + 1);
                least = least.min(semi.semi[found as usize]);
            }
            semi.semi[own as usize] = least;
        }
        self.idom.clear();
        self.idom.resize(ssa.blocks.len(), NONE);
        self.idom[0] = 0;
        for own in 1..count as usize {
            let mut above = semi.idom[own];
            while above > semi.semi[own] {
                above = semi.idom[above as usize];
            }
            semi.idom[own] = above;
            self.idom[self.preorder[own] as usize] = self.preorder[above as usize];
        }
        self.semi = semi;
    }

    fn intersect(&self, mut a: u32, mut b: u32) -> u32 {
        let number = |block: u32| self.number[block as usize];
        while a != b {
            while number(a) > number(b) {
                a = self.idom[a as usize];
            }
            while number(b) > number(a) {
                b = self.idom[b as usize];
            }
        }
        a
    }

    fn walk_tree(&mut self, blocks: usize) {
        for (list, value) in [(&mut self.children, NONE), (&mut self.siblings, NONE)] {
            list.clear();
            list.resize(blocks, value);
        }
        // From the last, so that each list of children is in reverse postorder.
        for &block in self.order[1..].iter().rev() {
            let parent = self.idom[block as usize] as usize;
            self.siblings[block as usize] = self.children[parent];
            self.children[parent] = block;
        }
        self.tree.clear();
        self.enter.clear();
        self.enter.resize(blocks, NONE);
        self.last.clear();
        self.last.resize(blocks, 0);
        let mut block = 0;
        loop {
            self.enter[block as usize] = self.tree.len() as u32;
            self.tree.push(block);
            if self.children[block as usize] != NONE {
                block = self.children[block as usize];
                continue;
            }
            loop {
                self.last[block as usize] = self.tree.len() as u32 - 1;
                if block == 0 {
                    return;
                }
                if self.siblings[block as usize] != NONE {
                    block = self.siblings[block as usize];
                    break;
                }
                block = self.idom[block as usize];
            }
        }
    }

    /// The edges that lead to a block from blocks that can be reached.
    #[inline]
    pub(crate) fn preds(&self, block: u32) -> &[u32] {
        let (start, end) = (self.pred_starts[block as usize], self.pred_starts[block as usize + 1]);
        &self.preds[start as usize..end as usize]
    }

    /// Whether each way to the second block leads through the first, which may be the same.
    #[inline]
    pub(crate) fn dominates(&self, a: u32, b: u32) -> bool {
        let at = self.enter[b as usize];
        self.enter[a as usize] <= at && at <= self.last[a as usize]
    }

    /// The nearest block that dominates both.
    pub(crate) fn common(&self, a: u32, b: u32) -> u32 {
        self.intersect(a, b)
    }

    /// Finds the dominance frontiers.
    pub(crate) fn find_frontiers(&mut self, ssa: &Ssa) {
        self.pairs.clear();
        // By block, the join last added to its frontier.
        self.children.fill(NONE);
        for &block in &self.order {
            if self.preds(block).len() < 2 {
                continue;
            }
            let stop = self.idom[block as usize];
            for at in 0..self.preds(block).len() {
                let mut from = ssa.edges[self.preds(block)[at] as usize].from;
                while from != stop && self.children[from as usize] != block {
                    self.children[from as usize] = block;
                    self.pairs.push((from, block));
                    from = self.idom[from as usize];
                }
            }
        }
        self.pairs.sort_unstable();
        self.frontiers.clear();
        self.frontiers.extend(self.pairs.iter().map(|pair| pair.1));
        self.frontier_starts.clear();
        let mut at = 0;
        for block in 0..=ssa.blocks.len() as u32 {
            while at < self.pairs.len() && self.pairs[at].0 < block {
                at += 1;
            }
            self.frontier_starts.push(at as u32);
        }
    }

    /// Blocks where ways that avoid a block meet ways through it.
    pub(crate) fn frontier(&self, block: u32) -> &[u32] {
        let at = |index: u32| self.frontier_starts[index as usize] as usize;
        &self.frontiers[at(block)..at(block + 1)]
    }
}
