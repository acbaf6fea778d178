//! Loop-invariant code motion: what a loop computes anew each turn from what it does not change is
//! computed once, before it.
//!
//! Before each loop there is a block that leads to it alone; if there is none it is made. Inner loops
//! come first, so that what leaves one may leave the next as well. An instruction without effects
//! moves if its operands are written outside, wherever it stands in the loop: it cannot fail. What
//! is slow moves only from where each turn comes by.
//!
//! A load may fail, so it only moves from the beginning of the loop's header, before the first
//! instruction that may not come back, and only if nothing in the loop writes where it reads.

use super::memory::{Access, Effect, effect, is_load};
use super::simplify::is_pure;
use super::ssa::{Cfg, Loops, NONE, Ssa};
use crate::ir::{Inst, Op, Operand};

#[derive(Debug, Default)]
pub(super) struct Licm {
    /// Loop and block, sorted; blocks in the order of the control flow.
    blocks: Vec<(u32, u32)>,
    stores: Vec<Access>,
    args: Vec<Operand>,
    entries: Vec<u32>,
    moved: bool,
    /// Loops that are left as they are.
    skipped: Vec<bool>,
}

/// How many stores of a loop a load is compared with.
const STORES: usize = 32;
/// How many loops within each other are looked at.
const LEVELS: u32 = 16;

impl Licm {
    /// Whether anything moved.
    pub(super) fn run(&mut self, ssa: &mut Ssa, cfg: &mut Cfg, loops: &mut Loops) -> bool {
        loops.build(ssa, cfg);
        self.moved = false;
        if loops.all.is_empty() {
            return false;
        }
        if self.preheaders(ssa, cfg, loops) {
            cfg.build(ssa);
            loops.build(ssa, cfg);
        }
        self.find_blocks(cfg, loops);
        let blocks = std::mem::take(&mut self.blocks);
        for own in blocks.chunk_by(|a, b| a.0 == b.0) {
            self.hoist(ssa, cfg, loops, own);
        }
        self.blocks = blocks;
        self.moved
    }

    /// Lists the blocks of each loop, those of inner loops too. Loops with very many others inside
    /// are left out: their lists would be of quadratic size.
    fn find_blocks(&mut self, cfg: &Cfg, loops: &Loops) {
        self.blocks.clear();
        self.skipped.clear();
        self.skipped.resize(loops.all.len(), false);
        for &block in &cfg.order {
            let mut own = loops.of(block);
            for _ in 0..LEVELS {
                if own == NONE {
                    break;
                }
                self.blocks.push((own, block));
                own = loops.all[own as usize].parent;
            }
            if own != NONE {
                self.skipped[own as usize] = true;
            }
        }
        for own in 0..loops.all.len() {
            let parent = loops.all[own].parent;
            if self.skipped[own] && parent != NONE {
                self.skipped[parent as usize] = true;
            }
        }
        self.blocks.retain(|entry| !self.skipped[entry.0 as usize]);
        // Stable: the blocks of a loop stay in their order.
        self.blocks.sort_by_key(|entry| entry.0);
    }

    /// Gives each loop a block that leads to it alone. Whether any was made.
    fn preheaders(&mut self, ssa: &mut Ssa, cfg: &Cfg, loops: &Loops) -> bool {
        let mut made = false;
        for at in 0..loops.all.len() {
            let header = loops.all[at].header;
            self.entries.clear();
            let enters = |edge: &u32| !cfg.dominates(header, ssa.edges[*edge as usize].from);
            self.entries.extend(cfg.preds(header).iter().copied().filter(enters));
            let Some((&first, more)) = self.entries.split_first() else { continue };
            if more.is_empty() && ssa.out(ssa.edges[first as usize].from).len() == 1 {
                continue;
            }
            made = true;
            let block = ssa.new_block();
            self.args.clear();
            if more.is_empty() {
                self.args.extend_from_slice(ssa.args(first));
                ssa.retarget(first, block, &[]);
            } else {
                ssa.copy_params(header, block);
                self.args.extend(ssa.params(block).iter().map(|&param| Operand::Reg(param)));
                for &edge in &self.entries {
                    let args = ssa.args(edge).to_vec();
                    ssa.retarget(edge, block, &args);
                }
            }
            let edge = ssa.push_edge(block, header);
            ssa.retarget(edge, header, &self.args);
        }
        made
    }

    fn hoist(&mut self, ssa: &mut Ssa, cfg: &Cfg, loops: &Loops, blocks: &[(u32, u32)]) {
        let own = blocks[0].0;
        let header = loops.all[own as usize].header;
        let mut before = NONE;
        for &edge in cfg.preds(header) {
            let from = ssa.edges[edge as usize].from;
            if !cfg.dominates(header, from) {
                before = from;
            }
        }
        if before == NONE || ssa.out(before).len() != 1 {
            return;
        }
        let reads = self.find_stores(ssa, blocks);
        for &(_, block) in blocks {
            let mut certain = block == header;
            let mut node = ssa.blocks[block as usize].first;
            while node != NONE {
                let next = ssa.nodes[node as usize].next;
                let inst = ssa.nodes[node as usize].inst;
                let moves = if is_pure(ssa, &inst) || inst.op == Op::StackAddr {
                    !is_slow(inst.op) || each_turn(ssa, cfg, header, block)
                } else {
                    reads && certain && self.may_move(ssa, &inst)
                };
                if moves && invariant(ssa, loops, own, node) {
                    ssa.move_to_end(node, before);
                    self.moved = true;
                } else if !comes_back(ssa, &inst) {
                    certain = false;
                }
                node = next;
            }
        }
    }

    /// Finds what the loop writes; whether that is few enough places.
    fn find_stores(&mut self, ssa: &Ssa, blocks: &[(u32, u32)]) -> bool {
        self.stores.clear();
        for &(_, block) in blocks {
            let mut node = ssa.blocks[block as usize].first;
            while node != NONE {
                let inst = &ssa.nodes[node as usize].inst;
                match effect(inst.op) {
                    Effect::None => {}
                    Effect::Any => return false,
                    Effect::Store => self.stores.extend(Access::of(ssa, inst)),
                }
                node = ssa.nodes[node as usize].next;
            }
            if self.stores.len() > STORES {
                return false;
            }
        }
        true
    }

    /// Whether it is a load of what the loop does not write.
    fn may_move(&self, ssa: &Ssa, inst: &Inst) -> bool {
        is_load(inst.op)
            && Access::of(ssa, inst)
                .is_some_and(|load| self.stores.iter().all(|store| load.apart(store)))
    }
}

/// Whether each turn of the loop comes by a block.
fn each_turn(ssa: &Ssa, cfg: &Cfg, header: u32, block: u32) -> bool {
    let mut from = cfg.preds(header).iter().map(|&edge| ssa.edges[edge as usize].from);
    from.all(|from| !cfg.dominates(header, from) || cfg.dominates(block, from))
}

/// Whether all operands are written outside of the loop.
fn invariant(ssa: &Ssa, loops: &Loops, own: u32, node: u32) -> bool {
    let mut outside = true;
    ssa.uses(node, |value| {
        outside &= ssa.def_block(value).is_none_or(|block| !loops.contains(own, block));
    });
    outside
}

/// Whether control always goes on behind it.
fn comes_back(ssa: &Ssa, inst: &Inst) -> bool {
    match inst.op {
        Op::Sdiv | Op::Srem | Op::Udiv | Op::Urem => is_pure(ssa, inst),
        // They do not return, or run out of memory.
        _ => Access::of(ssa, inst).is_some() || is_pure(ssa, inst),
    }
}

fn is_slow(op: Op) -> bool {
    use Op::{Fdiv, Fsqrt, Sdiv, Srem, Udiv, Urem};
    matches!(op, Fdiv | Fsqrt | Sdiv | Srem | Udiv | Urem | Op::Ffloor | Op::Fceil)
        || matches!(op, Op::Ftrunc | Op::Fround | Op::UintToFloat | Op::FloatToUint)
}
