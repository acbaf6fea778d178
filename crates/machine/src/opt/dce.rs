//! Dead code: what has no effect and whose results nothing reads goes.
//!
//! From the instructions with effects, all that they read is marked, through parameters and the
//! arguments for them; so a counter that only counts itself is not. What is not marked is taken
//! out.

use super::memory::is_load;
use super::simplify::is_pure;
use super::ssa::{Cfg, Def, NONE, Ssa};
use crate::ir::{Inst, Op, Operand, Reg, flow};

#[derive(Debug, Default)]
pub(super) struct Dce {
    live: Vec<bool>,
    /// Place of each value among its block's parameters.
    places: Vec<u32>,
    work: Vec<Reg>,
}

/// Whether an instruction may go if nothing reads its results.
fn removable(ssa: &Ssa, inst: &Inst) -> bool {
    is_pure(ssa, inst)
        || matches!(inst.op, Op::StackAddr | Op::ArrayLen | Op::StringLen | Op::FieldGet)
        || is_load(inst.op)
}

impl Dce {
    pub(super) fn run(&mut self, ssa: &mut Ssa, cfg: &Cfg) {
        self.mark(ssa, cfg);
        for &block in &cfg.order {
            let mut node = ssa.blocks[block as usize].first;
            while node != NONE {
                let next = ssa.nodes[node as usize].next;
                let inst = &ssa.nodes[node as usize].inst;
                let dead = |reg: Reg| !self.live[reg.0 as usize];
                if removable(ssa, inst) && inst.operands[0].reg().is_none_or(dead) {
                    ssa.remove(node);
                }
                node = next;
            }
            ssa.retain_params(block, cfg.preds(block), |value| self.live[value.0 as usize]);
        }
    }

    fn mark(&mut self, ssa: &Ssa, cfg: &Cfg) {
        self.live.clear();
        self.live.resize(ssa.values.len(), false);
        self.places.clear();
        self.places.resize(ssa.values.len(), NONE);
        for &block in &cfg.order {
            for (place, &value) in (0..).zip(ssa.params(block)) {
                self.places[value.0 as usize] = place;
            }
            let mut node = ssa.blocks[block as usize].first;
            while node != NONE {
                let inst = &ssa.nodes[node as usize].inst;
                if flow::branches(inst.op) || !removable(ssa, inst) {
                    ssa.uses(node, |value| self.work.push(value));
                }
                node = ssa.nodes[node as usize].next;
            }
        }
        while let Some(value) = self.work.pop() {
            if std::mem::replace(&mut self.live[value.0 as usize], true) {
                continue;
            }
            match ssa.values[value.0 as usize].def {
                Def::Inst(node) => ssa.uses(node, |value| self.work.push(value)),
                Def::Param(block) => {
                    let place = self.places[value.0 as usize] as usize;
                    for &edge in cfg.preds(block) {
                        if let Operand::Reg(arg) = ssa.args(edge)[place] {
                            self.work.push(arg);
                        }
                    }
                }
                Def::Entry | Def::Const(_) => {}
            }
        }
    }
}
