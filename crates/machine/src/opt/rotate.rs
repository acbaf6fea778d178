//! Loop rotation: a loop that tests at its beginning and jumps back at its end takes two jumps a turn.
//! If the jump back is replaced by another copy of the test, there is one, and what stands in front
//! of the loop is a test that is made once: where the loop is entered, its body certainly begins,
//! so that more can be moved before it.
//!
//! We look for a jump back to a label behind which a few instructions end in a branch to somewhere
//! behind the jump. That is enough: writing code twice is never wrong.

use super::body::Body;
use crate::ir::{Func, Inst, Label, Op, Operand};

/// The longest test that is written twice, in instructions.
const MOST: usize = 12;

#[derive(Debug, Default)]
pub(super) struct Rotate {
    /// Where each label stands.
    places: Vec<u32>,
    /// A jump back, the beginning of the test that it goes to, and the branch at its end.
    found: Vec<(u32, u32, u32)>,
    /// Instructions behind such branches, and labels there.
    bodies: Vec<(u32, Label)>,
}

impl Rotate {
    /// Rotates the loops of a function, whose body may be loaded already. Whether it then is.
    pub(super) fn run(&mut self, body: &mut Body, loaded: bool, func: Func<'_>) -> bool {
        let insts = if loaded { &body.insts[..] } else { func.insts() };
        let labels = if loaded { body.labels.len() } else { func.labels().len() };
        self.find(insts, labels);
        if self.found.is_empty() {
            return false;
        }
        if !loaded {
            body.load(func);
        }
        self.bodies.clear();
        self.bodies.extend(self.found.iter().map(|found| (found.2 + 1, Label(0))));
        self.bodies.sort_unstable();
        self.bodies.dedup();
        for known in &mut self.bodies {
            known.1 = body.label();
        }
        let (mut next_body, mut next) = (0, 0);
        for at in 0..body.begin() {
            while let Some(&(_, label)) = self.bodies.get(next_body).filter(|b| b.0 == at as u32) {
                body.push_label(label);
                next_body += 1;
            }
            match self.found.get(next) {
                Some(&(jump, test, branch)) if jump == at as u32 => {
                    next += 1;
                    let loc = body.loc();
                    (test..=branch).for_each(|at| body.keep(at as usize));
                    let own = self.bodies.partition_point(|known| known.0 <= branch);
                    body.push_jump(self.bodies[own].1);
                    body.restore_loc(loc);
                }
                _ => body.keep(at),
            }
        }
        true
    }

    fn find(&mut self, insts: &[Inst], labels: usize) {
        self.found.clear();
        self.places.clear();
        self.places.resize(labels, u32::MAX);
        let mut back = false;
        for (at, inst) in (0..).zip(insts) {
            match (inst.op, inst.operands[0]) {
                (Op::Label, Operand::Label(label)) => self.places[label.0 as usize] = at,
                (Op::Jmp, Operand::Label(label)) => {
                    back |= self.places[label.0 as usize] != u32::MAX;
                }
                _ => {}
            }
        }
        if !back {
            return;
        }
        for (at, inst) in (0..).zip(insts) {
            let (Op::Jmp, Operand::Label(label)) = (inst.op, inst.operands[0]) else { continue };
            let label = self.places[label.0 as usize];
            if label >= at {
                continue;
            }
            if let Some((test, branch)) = self.test(insts, label, at) {
                self.found.push((at, test, branch));
            }
        }
    }

    /// The test behind a label, if there is one: from its first instruction to its branch.
    fn test(&self, insts: &[Inst], label: u32, jump: u32) -> Option<(u32, u32)> {
        let mut start = label;
        while insts[start as usize].op == Op::Label {
            start += 1;
        }
        let end = jump.min(start + MOST as u32);
        for at in start..end {
            let inst = &insts[at as usize];
            match inst.op {
                Op::Br | Op::Fbr => {
                    let Operand::Label(out) = inst.operands[2] else { return None };
                    return (self.places[out.0 as usize] > jump).then_some((start, at));
                }
                Op::Label | Op::StackAddr | Op::Cmp => return None,
                op if crate::ir::flow::branches(op) => return None,
                _ => {}
            }
        }
        None
    }
}
