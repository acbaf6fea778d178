//! Machine blocks of a function: the blocks of the IR that can be reached, an entry if the first one
//! is jumped to, and an empty block on each critical edge, where the allocator may put moves.
//!
//! An edge is critical if its source has other successors and its target other predecessors. Its block
//! stands behind the source.

use crate::ir::flow::Flow;

/// What a machine block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// Where the function begins, if that is no block of the IR.
    Entry,
    /// A block of the IR.
    Body(u32),
    /// On an edge to this machine block.
    Edge(u32),
}

const NONE: u32 = u32::MAX;

/// The machine blocks of a function.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// In the order of their numbers.
    pub(super) blocks: Vec<Block>,
    /// Machine block of each block of the IR.
    numbers: Vec<u32>,
    /// Source and target in the IR, and machine block, of critical edges; by source.
    edges: Vec<(u32, u32, u32)>,
    targets: Vec<u32>,
    reached: Vec<bool>,
    work: Vec<u32>,
}

impl Plan {
    /// Forgets all blocks.
    pub(super) fn clear(&mut self) {
        self.blocks.clear();
        self.edges.clear();
    }

    pub(super) fn build(&mut self, flow: &Flow) {
        self.blocks.clear();
        self.edges.clear();
        self.numbers.clear();
        self.numbers.resize(flow.len(), NONE);
        flow.find_reachable(&mut self.reached, &mut self.work);
        let reached = &self.reached;
        // How many different blocks come before one; the list is in order.
        let sources = |block: u32| {
            let (mut last, mut count) = (NONE, 0);
            for &source in flow.predecessors(block) {
                count += usize::from(reached[source as usize] && source != last);
                last = source;
            }
            count
        };
        if sources(0) > 0 {
            self.blocks.push(Block::Entry);
        }
        for block in (0..flow.len() as u32).filter(|&block| reached[block as usize]) {
            self.numbers[block as usize] = self.blocks.len() as u32;
            self.blocks.push(Block::Body(block));
            self.targets.clear();
            self.targets.extend_from_slice(flow.successors(block));
            self.targets.sort_unstable();
            self.targets.dedup();
            if self.targets.len() < 2 {
                continue;
            }
            for &target in &self.targets {
                if sources(target) > 1 {
                    self.edges.push((block, target, self.blocks.len() as u32));
                    // The number of the target may not be known yet.
                    self.blocks.push(Block::Edge(target));
                }
            }
        }
        for block in &mut self.blocks {
            if let Block::Edge(target) = block {
                *target = self.numbers[*target as usize];
            }
        }
    }

    /// The machine block of a block of the IR that is reached.
    pub(super) fn number(&self, block: u32) -> u32 {
        self.numbers[block as usize]
    }

    /// The machine block to go to from one block of the IR to another.
    pub(super) fn target(&self, from: u32, to: u32) -> u32 {
        let first = self.edges.partition_point(|edge| edge.0 < from);
        let own = self.edges[first..].iter().take_while(|edge| edge.0 == from);
        own.clone().find(|edge| edge.1 == to).map_or(self.number(to), |edge| edge.2)
    }
}
