//! Frames of many slots, of which there are many and which hardly differ.
//!
//! A function may have 65,535 slots and nearly as many blocks, each entered with a state of its
//! own. To keep them all would take gigabytes, for a file of some hundred kilobytes. So a frame is a
//! tree with a node for every four below it and, at its leaves, 32 slots of four bits; changing a
//! slot copies the nodes from the root down, and everything else is shared with the frame it was
//! copied from. Sharing also tells what two frames need not be compared in.
//!
//! All nodes of a function stand in one vector and go by number. Those made after the last copy of a
//! frame belong to one frame, and are changed in place. What no frame needs any more is dropped when
//! the vector has grown to twice what it had after the last time.

use super::kinds::Kind;
use super::rules::Broken;
use super::state::Frame;
use std::cell::RefCell;
use std::rc::Rc;

/// Four nodes of the level below, or 32 slots of four bits.
type Node = [u32; 4];

/// Levels above the leaves: 32 × 4⁶ slots are twice what a frame may have.
const HEIGHT: usize = 6;

const LEAF_SLOTS: usize = 32;

/// Nodes there may be before it is worth while to drop some.
const FEW: usize = 4096;

/// The nodes of all frames of a function.
struct Store {
    nodes: Vec<Node>,
    /// Nodes below this number may belong to several frames.
    shared: usize,
    /// How many nodes there may be before some are dropped.
    limit: usize,
}

impl Store {
    /// The number of a node with the same content that is this frame's alone.
    fn own(&mut self, node: u32) -> u32 {
        if node as usize >= self.shared {
            return node;
        }
        self.nodes.push(self.nodes[node as usize]);
        self.nodes.len() as u32 - 1
    }
}

/// A frame that shares what it has in common with others.
pub(super) struct Shared {
    store: Rc<RefCell<Store>>,
    root: u32,
}

impl Shared {
    /// A frame of a function's own, with nothing in it.
    pub(super) fn unset() -> Shared {
        // An empty leaf, and above it for each level a node whose four are the one before.
        let nodes = (0..=HEIGHT as u32).map(|level| [level.saturating_sub(1); 4]).collect();
        let store = Store { nodes, shared: HEIGHT + 1, limit: FEW };
        Shared { store: Rc::new(RefCell::new(store)), root: HEIGHT as u32 }
    }
}

impl Clone for Shared {
    fn clone(&self) -> Shared {
        let mut store = self.store.borrow_mut();
        store.shared = store.nodes.len();
        Shared { store: self.store.clone(), root: self.root }
    }
}

/// Which of its four nodes leads to a slot, at so many levels above the leaves.
fn branch(index: usize, level: usize) -> usize {
    ((index / LEAF_SLOTS) >> (2 * level)) & 3
}

/// Where in a leaf a slot is: the number of the word, and by how much it is shifted.
fn place(index: usize) -> (usize, usize) {
    (index / 8 % 4, index % 8 * 4)
}

impl Frame for Shared {
    const CAPACITY: usize = u16::MAX as usize;
    const COMMON: bool = false;

    fn get(&self, index: usize) -> Kind {
        let store = self.store.borrow();
        let mut node = self.root;
        for level in (0..HEIGHT).rev() {
            node = store.nodes[node as usize][branch(index, level)];
        }
        kind_in(&store.nodes[node as usize], index)
    }

    fn set(&mut self, index: usize, kind: Kind) {
        if self.get(index) == kind {
            return;
        }
        let store = &mut *self.store.borrow_mut();
        self.root = store.own(self.root);
        let mut node = self.root as usize;
        for level in (0..HEIGHT).rev() {
            let child = store.own(store.nodes[node][branch(index, level)]);
            store.nodes[node][branch(index, level)] = child;
            node = child as usize;
        }
        let (word, shift) = place(index);
        let word = &mut store.nodes[node][word];
        *word = (*word & !(0xf << shift)) | (u32::from(kind as u8) << shift);
    }

    fn differences(
        &self,
        other: &Shared,
        len: usize,
        mut differ: impl FnMut(usize, Kind, Kind) -> Result<(), Broken>,
    ) -> Result<usize, Broken> {
        let store = self.store.borrow();
        let mut work = 0;
        let mut waiting = vec![(self.root, other.root, HEIGHT, 0)];
        while let Some((mine, theirs, level, first)) = waiting.pop() {
            if mine == theirs || first >= len {
                continue;
            }
            work += 1;
            let (mine, theirs) = (&store.nodes[mine as usize], &store.nodes[theirs as usize]);
            if level == 0 {
                for index in first..len.min(first + LEAF_SLOTS) {
                    let (mine, theirs) = (kind_in(mine, index), kind_in(theirs, index));
                    if mine != theirs {
                        differ(index, mine, theirs)?;
                    }
                }
                continue;
            }
            let size = LEAF_SLOTS << (2 * (level - 1));
            let below = (0..4).map(|at| (mine[at], theirs[at], level - 1, first + at * size));
            waiting.extend(below.rev());
        }
        Ok(work)
    }

    fn tidy<'s>(frames: impl Iterator<Item = &'s mut Shared>) {
        let mut frames = frames.peekable();
        let Some(first) = frames.peek() else { return };
        let store = first.store.clone();
        let store = &mut *store.borrow_mut();
        if store.nodes.len() > store.limit {
            store.drop_unused(frames.map(|frame| &mut frame.root).collect());
        }
    }
}

fn kind_in(leaf: &Node, index: usize) -> Kind {
    let (word, shift) = place(index);
    Kind::ALL[((leaf[word] >> shift) & 0xf) as usize]
}

impl Store {
    /// Keeps the nodes below some roots, which get their new numbers.
    fn drop_unused(&mut self, roots: Vec<&mut u32>) {
        let mut used = vec![false; self.nodes.len()];
        used[..=HEIGHT].fill(true);
        let mut level: Vec<u32> = roots.iter().map(|root| **root).collect();
        for above in (0..=HEIGHT).rev() {
            let mut below = Vec::new();
            for node in level.drain(..) {
                // The empty nodes, and those that were seen, have nothing new below.
                if !std::mem::replace(&mut used[node as usize], true) && above > 0 {
                    below.extend(self.nodes[node as usize]);
                }
            }
            level = below;
        }
        // The nodes keep their order; whether one is a leaf is told by how it is reached.
        let mut next = 0;
        let numbers: Vec<u32> = used
            .iter()
            .map(|&used| {
                next += u32::from(used);
                next.wrapping_sub(1)
            })
            .collect();
        self.renumber(&used, &numbers, &roots);
        let mut kept = used.iter();
        self.nodes.retain(|_| *kept.next().expect("a mark for each node"));
        self.shared = self.nodes.len();
        self.limit = FEW + 2 * self.nodes.len();
        roots.into_iter().for_each(|root| *root = numbers[*root as usize]);
    }

    /// Gives the inner nodes below the roots the new numbers of theirs, level by level.
    fn renumber(&mut self, used: &[bool], numbers: &[u32], roots: &[&mut u32]) {
        let mut done = vec![false; used.len()];
        done[..=HEIGHT].fill(true);
        let mut level: Vec<u32> = roots.iter().map(|root| **root).collect();
        for _ in 0..HEIGHT {
            let mut below = Vec::new();
            for node in level.drain(..) {
                if !std::mem::replace(&mut done[node as usize], true) {
                    let children = &mut self.nodes[node as usize];
                    below.extend(*children);
                    *children = children.map(|child| numbers[child as usize]);
                }
            }
            level = below;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same changes to frames of both kinds: what one holds the other holds.
    #[test]
    fn frames_keep_what_was_set_and_differ_where_they_should() {
        const SLOTS: usize = 70_000;
        let mut model = vec![vec![Kind::Unset; SLOTS]];
        let mut frames = vec![Shared::unset()];
        let mut seed = 1_u64;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
            (seed >> 33) as usize % below
        };
        for round in 0..60_000 {
            let at = random(frames.len());
            if round % 1000 == 0 && frames.len() < 12 {
                frames.push(frames[at].clone());
                model.push(model[at].clone());
            }
            let (index, kind) = (random(SLOTS), Kind::ALL[random(Kind::ALL.len())]);
            frames[at].set(index, kind);
            model[at][index] = kind;
            if round % 500 == 0 {
                Shared::tidy(frames.iter_mut());
            }
        }
        let nodes = frames[0].store.borrow().nodes.len();
        assert!(nodes < 60_000 * 4, "{nodes} nodes");
        for (frame, model) in frames.iter().zip(&model) {
            assert!((0..SLOTS).all(|index| frame.get(index) == model[index]));
        }
        let mut found = Vec::new();
        let differ = |index, mine, theirs| {
            found.push((index, mine, theirs));
            Ok(())
        };
        frames[0].differences(&frames[1], SLOTS - 1, differ).expect("no rule is broken");
        let differ = |index: &usize| model[0][*index] != model[1][*index];
        let expected = (0..SLOTS - 1).filter(differ).map(|at| (at, model[0][at], model[1][at]));
        assert_eq!(found, expected.collect::<Vec<_>>());
    }
}
