//! The depth of the operand stack at each place of verified code.
//!
//! The verifier finds that on its way, but to keep it would take a quarter of the code's own memory,
//! and only listings ask. In verified code all ways to a place bring as many operands, so each place
//! is looked at once.

use crate::Function;

/// The depth before each instruction of a function of a verified module.
pub(super) fn before_each(function: &Function) -> Vec<u16> {
    let mut depths = vec![None; function.code.len()];
    // Places to go on from. What handlers cover can be reached, so they can.
    let caught = function.handlers.iter().map(|it| (it.target.index(), u32::from(it.depth) + 1));
    let mut waiting: Vec<(usize, u32)> = caught.chain([(0, 0)]).collect();
    while let Some((mut at, mut depth)) = waiting.pop() {
        while depths[at].is_none() {
            depths[at] = Some(depth as u16);
            let instr = function.code[at];
            let effect = instr.stack_effect();
            let below = depth - effect.takes;
            if let Some(target) = instr.target() {
                waiting.push((target.index(), below + effect.leaves_jumping));
            }
            if effect.ends {
                break;
            }
            (at, depth) = (at + 1, below + effect.leaves);
        }
    }
    depths.into_iter().map(|depth| depth.expect("every instruction is reached")).collect()
}
