//! Blocks: empty ones are jumped over, and a block that only follows one other becomes part of it.

use super::ssa::{Cfg, NONE, Ssa};
use crate::ir::{Op, Operand, Reg};

#[derive(Debug, Default)]
pub(super) struct Blocks {
    args: Vec<Operand>,
}

impl Blocks {
    /// Whether edges changed.
    pub(super) fn run(&mut self, ssa: &mut Ssa, cfg: &Cfg) -> bool {
        let mut changed = false;
        // In postorder, so that chains of empty blocks are jumped over as one.
        for &block in cfg.order.iter().rev() {
            changed |= self.skip_empty(ssa, cfg, block);
            changed |= no_choice(ssa, block);
        }
        // A block may follow another one only since the ways through empty blocks were cut short.
        let mut joined = false;
        if !changed {
            for &block in &cfg.order {
                joined |= join(ssa, cfg, block);
            }
            if joined {
                for &block in &cfg.order {
                    let mut node = ssa.blocks[block as usize].first;
                    while node != NONE {
                        ssa.resolve_uses(node);
                        node = ssa.nodes[node as usize].next;
                    }
                }
                ssa.resolve_args();
            }
        }
        changed || joined
    }

    /// Leads the edges to an empty block without parameters to where it goes.
    fn skip_empty(&mut self, ssa: &mut Ssa, cfg: &Cfg, block: u32) -> bool {
        let out = ssa.out(block);
        if block == 0
            || ssa.blocks[block as usize].first != NONE
            || !ssa.params(block).is_empty()
            || out.len() != 1
        {
            return false;
        }
        let to = ssa.edges[out.start as usize].to;
        if to == block {
            return false;
        }
        self.args.clear();
        self.args.extend_from_slice(ssa.args(out.start));
        for &edge in cfg.preds(block) {
            ssa.retarget(edge, to, &self.args);
        }
        true
    }
}

/// Takes away a branch both ways of which are the same. Whether there was one.
fn no_choice(ssa: &mut Ssa, block: u32) -> bool {
    let out = ssa.out(block);
    let Some(end) = ssa.terminator(block).filter(|_| out.len() == 2) else { return false };
    let to = |edge: u32| ssa.edges[edge as usize].to;
    let same = to(out.start) == to(out.start + 1) && ssa.args(out.start) == ssa.args(out.start + 1);
    if !same || !matches!(ssa.nodes[end as usize].inst.op, Op::Br | Op::Fbr) {
        return false;
    }
    ssa.remove(end);
    ssa.keep_edge(block, out.start);
    true
}

/// Makes the block that a block's only edge leads to a part of it, if that has no other way in.
fn join(ssa: &mut Ssa, cfg: &Cfg, block: u32) -> bool {
    let mut joined = false;
    loop {
        let out = ssa.out(block);
        if out.len() != 1 || ssa.terminator(block).is_some() {
            return joined;
        }
        let to = ssa.edges[out.start as usize].to;
        if to == block || to == 0 || cfg.preds(to).len() != 1 {
            return joined;
        }
        for at in 0..ssa.params(to).len() {
            let param = ssa.params(to)[at];
            if let Operand::Reg(arg) = ssa.args(out.start)[at] {
                let arg: Reg = ssa.resolve(arg);
                ssa.replace(param, arg);
            }
        }
        ssa.set_params(to, &[]);
        ssa.move_all(to, block);
        ssa.take_edges(block, to);
        joined = true;
    }
}
