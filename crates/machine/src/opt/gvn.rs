//! Global value numbering: what was computed already is not computed again.
//!
//! The dominator tree is walked from the entry. An instruction without effects that does the same to
//! the same values as one that dominates it has that one's result (Briggs, Cooper and Simpson,
//! "Value Numbering", 1997, section 4). On the way, instructions are simplified, branches whose
//! outcome is known lose the edge that is not taken, and parameters for which all edges carry the
//! same value become that value.
//!
//! Loads take part: memory has a version, which each write changes and which ways that meet renew if
//! one of them wrote (these places are found as those of parameters are). A load is the same as
//! an earlier one of the same place and version. It first goes back over the stores that cannot
//! meet it, a bounded number of them, and if it comes to one of exactly its bytes, it has the
//! value stored.

use super::memory::{Access, Effect, effect, is_load};
use super::simplify::{Simple, commutes, decide, is_pure, simplify};
use super::ssa::{Cfg, NONE, Ssa, mix};
use crate::ir::{Class, Inst, Op, Operand, Reg};

/// How many stores a load looks past.
const STORES: u32 = 16;

#[derive(Debug, Default)]
pub(super) struct Gvn {
    /// Newest instruction of each hash, or `NONE`.
    heads: Vec<u32>,
    /// The one before it, by instruction.
    chain: Vec<u32>,
    /// Version of memory that each load saw, and that each write replaced.
    before: Vec<u32>,
    /// Version at each block's end.
    ends: Vec<u32>,
    /// Blocks where memory gets a new version.
    renewed: Vec<bool>,
    work: Vec<u32>,
    loads: bool,
}

impl Gvn {
    /// Whether edges were dropped, so that blocks may have become unreachable.
    pub(super) fn run(&mut self, ssa: &mut Ssa, cfg: &mut Cfg) -> bool {
        let size = (ssa.nodes.len() * 2).next_power_of_two().max(16);
        self.heads.clear();
        self.heads.resize(size, NONE);
        self.versions(ssa, cfg);
        let mut dropped = false;
        for at in 0..cfg.tree.len() {
            let block = cfg.tree[at];
            self.params(ssa, cfg, block);
            let mut version = match self.renewed[block as usize] {
                // Versions of blocks have the high bit.
                true => block | 1 << 31,
                false => self.ends[cfg.idom[block as usize] as usize],
            };
            let mut node = ssa.blocks[block as usize].first;
            while node != NONE {
                let next = ssa.nodes[node as usize].next;
                self.node(ssa, cfg, node, &mut version);
                node = next;
            }
            self.ends[block as usize] = version;
            dropped |= branch(ssa, cfg, block);
        }
        ssa.resolve_args();
        dropped
    }

    /// Finds where memory gets a new version.
    fn versions(&mut self, ssa: &Ssa, cfg: &mut Cfg) {
        for list in [&mut self.before, &mut self.chain] {
            list.clear();
            list.resize(ssa.nodes.len(), NONE);
        }
        self.ends.clear();
        self.ends.resize(ssa.blocks.len(), NONE);
        self.renewed.clear();
        self.renewed.resize(ssa.blocks.len(), false);
        self.loads = false;
        for &block in &cfg.order {
            let (mut node, mut writes) = (ssa.blocks[block as usize].first, false);
            while node != NONE {
                let inst = &ssa.nodes[node as usize].inst;
                let acts = effect(inst.op) != Effect::None;
                writes |= acts;
                self.loads |= is_load(inst.op);
                node = ssa.nodes[node as usize].next;
            }
            if writes {
                self.work.push(block);
            }
        }
        if !self.loads || self.work.is_empty() || cfg.order.len() == 1 {
            return self.work.clear();
        }
        cfg.find_frontiers(ssa);
        while let Some(block) = self.work.pop() {
            for &join in cfg.frontier(block) {
                if !std::mem::replace(&mut self.renewed[join as usize], true) {
                    self.work.push(join);
                }
            }
        }
    }

    /// Replaces parameters that always get the same value.
    fn params(&mut self, ssa: &mut Ssa, cfg: &Cfg, block: u32) {
        for at in 0..ssa.params(block).len() {
            let param = ssa.params(block)[at];
            let mut same = None;
            let mut differs = false;
            for &edge in cfg.preds(block) {
                let Operand::Reg(arg) = ssa.args(edge)[at] else { continue };
                let arg = ssa.resolve(arg);
                if arg != param && same.is_some_and(|same| same != arg) {
                    differs = true;
                    break;
                }
                if arg != param {
                    same = Some(arg);
                }
            }
            if let (Some(same), false) = (same, differs) {
                ssa.replace(param, same);
            }
        }
    }

    fn node(&mut self, ssa: &mut Ssa, cfg: &Cfg, node: u32, version: &mut u32) {
        ssa.resolve_uses(node);
        // Each step makes the instruction simpler; more than a few do not happen.
        for _ in 0..4 {
            let before = ssa.nodes[node as usize].inst;
            if let Simple::Value(value) = simplify(ssa, node) {
                return self.replace(ssa, node, value);
            }
            if ssa.nodes[node as usize].inst == before {
                break;
            }
        }
        let inst = ssa.nodes[node as usize].inst;
        if effect(inst.op) != Effect::None {
            self.before[node as usize] = *version;
            *version = node;
        } else if let Some(access) = Access::of(ssa, &inst) {
            self.load(ssa, cfg, node, &access, *version);
        } else if is_pure(ssa, &inst) {
            self.find(ssa, cfg, node, NONE);
        }
    }

    fn replace(&mut self, ssa: &mut Ssa, node: u32, value: Reg) {
        let value = ssa.resolve(value);
        if let Operand::Reg(result) = ssa.nodes[node as usize].inst.operands[0] {
            ssa.replace(result, value);
        }
        ssa.remove(node);
    }

    /// Looks for an instruction that does the same, or leaves this one to be found.
    fn find(&mut self, ssa: &mut Ssa, cfg: &Cfg, node: u32, version: u32) {
        let inst = &mut ssa.nodes[node as usize].inst;
        if commutes(inst.op) && order(inst.operands[2]) < order(inst.operands[1]) {
            // Numbers stay on the right.
            let (a, b) = (inst.operands[1], inst.operands[2]);
            if ssa.bits(b).is_none() {
                let inst = &mut ssa.nodes[node as usize].inst;
                (inst.operands[1], inst.operands[2]) = (b, a);
            }
        }
        let inst = ssa.nodes[node as usize].inst;
        let class = ssa.class(inst.operands[0]);
        let block = ssa.nodes[node as usize].block;
        let slot = hash(&inst, class, version) as usize & (self.heads.len() - 1);
        let (mut at, mut newer) = (self.heads[slot], NONE);
        while at != NONE {
            let older = self.chain[at as usize];
            let known = &ssa.nodes[at as usize];
            let same = equal(&known.inst, &inst)
                && self.before[at as usize] == version
                && ssa.class(known.inst.operands[0]) == class;
            if same {
                if cfg.dominates(known.block, block)
                    && let Operand::Reg(value) = known.inst.operands[0]
                {
                    return self.replace(ssa, node, value);
                }
                // The walk has left what that one dominates for good.
                match newer {
                    NONE => self.heads[slot] = older,
                    _ => self.chain[newer as usize] = older,
                }
                break;
            }
            (newer, at) = (at, older);
        }
        self.before[node as usize] = version;
        self.chain[node as usize] = self.heads[slot];
        self.heads[slot] = node;
    }

    fn load(&mut self, ssa: &mut Ssa, cfg: &Cfg, node: u32, access: &Access, version: u32) {
        let mut version = version;
        for _ in 0..STORES {
            let Some(writer) = ssa.nodes.get(version as usize) else { break };
            let Some(stored) = Access::of(ssa, &writer.inst) else { break };
            let (op, value) = (writer.inst.op, writer.inst.operands[3]);
            if stored.same(access) {
                if let Some(value) = forwarded(ssa, node, op, value) {
                    return self.replace(ssa, node, value);
                }
                break;
            }
            if !stored.apart(access) {
                break;
            }
            version = self.before[version as usize];
        }
        self.find(ssa, cfg, node, version);
    }
}

/// The value that a load reads from exactly the bytes that were stored, if a register has it as it is.
fn forwarded(ssa: &mut Ssa, node: u32, stored: Op, value: Operand) -> Option<Reg> {
    let load = ssa.nodes[node as usize].inst;
    let (from, to) = (ssa.class(value), ssa.class(load.operands[0]));
    let extension = match (load.op, stored) {
        (Op::Load, Op::Store) if from == to => return value.reg(),
        (Op::Load, Op::Store) if from != Class::F32 && to != Class::F32 => Op::Bitcast,
        (Op::Load8u, Op::Store8) => Op::Zext8,
        (Op::Load8s, Op::Store8) => Op::Sext8,
        (Op::Load16u, Op::Store16) => Op::Zext16,
        (Op::Load16s, Op::Store16) => Op::Sext16,
        (Op::Load32u, Op::Store32) => Op::Zext32,
        (Op::Load32s, Op::Store32) => Op::Sext32,
        _ => return None,
    };
    // In its place, the extension of what was stored.
    let inst = Inst::new(extension, &[load.operands[0], value]);
    ssa.nodes[node as usize].inst = inst;
    match simplify(ssa, node) {
        Simple::Value(value) => Some(value),
        Simple::Stays => None,
    }
}

fn order(operand: Operand) -> u32 {
    operand.reg().map_or(0, |reg| reg.0)
}

fn hash(inst: &Inst, class: Class, version: u32) -> u64 {
    let head = (inst.op as u64) << 8 | (inst.cond as u64) << 20 | u64::from(inst.scale) << 28;
    let mut state = mix(head | class as u64 | u64::from(version) << 32);
    for (place, &operand) in inst.operands.iter().enumerate().skip(1) {
        let key = match operand {
            Operand::None => continue,
            Operand::Reg(reg) => u64::from(reg.0) << 3 | 1,
            Operand::Imm(number) => (number as u64) << 3 | 2,
            Operand::Sym(name) => u64::from(name.0) << 3 | 3,
            Operand::Wide(number) => u64::from(number) << 3 | 4,
            _ => 5,
        };
        state = mix(state ^ key.rotate_left(place as u32 * 20));
    }
    state
}

/// Whether two instructions do the same to the same values.
fn equal(a: &Inst, b: &Inst) -> bool {
    (a.op, a.cond, a.scale) == (b.op, b.cond, b.scale) && a.operands[1..] == b.operands[1..]
}

/// How many dominating branches a branch is compared with.
const BRANCHES: u32 = 12;

/// What a branch will do by what an earlier one of the same operands did on the way here.
fn implied(ssa: &Ssa, cfg: &Cfg, block: u32, inst: &Inst) -> Option<bool> {
    if inst.op != Op::Br {
        return None;
    }
    let mut at = block;
    for _ in 0..BRANCHES {
        let above = cfg.idom[at as usize];
        if above == at {
            return None;
        }
        if let [edge] = *cfg.preds(at)
            && let Some(node) = ssa.terminator(above)
        {
            let known = ssa.nodes[node as usize].inst;
            let same = known.op == Op::Br && known.operands[..2] == inst.operands[..2];
            let out = ssa.out(above);
            if same && out.len() == 2 {
                let cond = match edge == out.start {
                    true => known.cond,
                    false => known.cond.inverse(),
                };
                if let Some(holds) = cond.implies(inst.cond) {
                    return Some(holds);
                }
            }
        }
        at = above;
    }
    None
}

/// Drops the edge of a branch that is never taken. Whether it did.
fn branch(ssa: &mut Ssa, cfg: &Cfg, block: u32) -> bool {
    let Some(node) = ssa.terminator(block) else { return false };
    let inst = ssa.nodes[node as usize].inst;
    let out = ssa.out(block);
    if inst.op == Op::Switch {
        let Some(index) = ssa.bits(inst.operands[0]) else { return false };
        let last = u64::from(out.end - out.start - 1);
        ssa.remove(node);
        ssa.keep_edge(block, out.start + index.min(last) as u32);
        return true;
    }
    let known = decide(ssa, &inst).or_else(|| implied(ssa, cfg, block, &inst));
    let Some(taken) = known else { return false };
    let plain = match inst.op {
        Op::AddOverflow => Some(Op::Add),
        Op::SubOverflow => Some(Op::Sub),
        Op::MulOverflow => Some(Op::Mul),
        _ => None,
    };
    match plain {
        Some(op) => ssa.nodes[node as usize].inst = Inst::new(op, &inst.operands[..3]),
        None => ssa.remove(node),
    }
    ssa.keep_edge(block, if taken { out.start } else { out.start + 1 });
    true
}
