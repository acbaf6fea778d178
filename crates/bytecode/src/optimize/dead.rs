//! `dead`: what is computed and dropped, and handlers of code that cannot fail.
//!
//! Code that cannot be reached is removed here too, but not by choice: the verifier refuses it, and
//! what other passes do leaves some behind. So [`sweep`] runs after each of them.

use super::draft::Draft;
use super::walk::Window;
use super::{Pass, Tally};
use crate::Instr;

/// Whether this pass may have work where an instruction stands behind another.
#[inline]
pub(super) fn may_begin(before: Instr, instr: Instr) -> bool {
    instr == Instr::Pop {} && dropped(before).is_some()
}

/// Tries to drop the work of the last two instructions of the window, a computation and a `Pop`.
/// Tells whether it did.
pub(super) fn step(draft: &mut Draft, window: &mut Window) -> bool {
    let (Some((place, Instr::Pop {})), Some((before, work))) =
        (window.last(draft, 0), window.last(draft, 1))
    else {
        return false;
    };
    let Some(operands) = dropped(work) else { return false };
    window.delete_last(draft);
    window.delete_last(draft);
    // Its operands are dropped instead, by as many of the two places as that takes.
    for place in [before, place].into_iter().take(operands as usize) {
        window.put(draft, place, Instr::Pop {});
    }
    true
}

/// If all an instruction does is to compute one value: how many it takes for that, at most two.
pub(super) fn dropped(instr: Instr) -> Option<u32> {
    match instr {
        // Leaves two, of which one is there already.
        Instr::Dup {} => Some(0),
        Instr::Nil {}
        | Instr::True {}
        | Instr::False {}
        | Instr::Const { .. }
        | Instr::GetLocal { .. }
        | Instr::GetCell { .. }
        | Instr::GetCapture { .. }
        | Instr::GetCaptureCell { .. }
        | Instr::Not {}
        | Instr::Equal {}
        | Instr::NotEqual {}
        | Instr::Caught {}
        | Instr::Closure { .. }
        | Instr::NewTable {} => Some(instr.takes()),
        Instr::NewArray { items } => (items.0 <= 2).then_some(items.0.into()),
        _ => None,
    }
}

/// Deletes what cannot be reached, and handlers that nothing comes to.
///
/// An error comes to the innermost handler of the instruction that fails, so a handler is of use
/// only if it is that of some instruction that can be reached and may fail.
pub(super) fn sweep(draft: &mut Draft, scratch: &mut Scratch, tally: &mut Tally) {
    let Scratch { reached, waiting } = scratch;
    let len = draft.len();
    reached.clear();
    reached.resize(len as usize, false);
    let mut useful = vec![false; draft.handlers().len()];
    waiting.clear();
    waiting.push(0);
    while let Some(mut place) = waiting.pop() {
        while place < len && !std::mem::replace(&mut reached[place as usize], true) {
            if !draft.is_gone(place) {
                let instr = draft.at(place);
                let effects = instr.effects();
                if let Some(target) = instr.target() {
                    waiting.push(target.0);
                }
                if (effects.throws || effects.calls)
                    && let Some(index) = draft.handler(place)
                    && !std::mem::replace(&mut useful[index as usize], true)
                {
                    waiting.push(draft.handlers()[index as usize].target.0);
                }
                if effects.ends {
                    break;
                }
            }
            place += 1;
        }
    }
    for place in 0..len {
        if !reached[place as usize] && !draft.is_gone(place) {
            draft.delete(place);
            tally.count(Pass::Dead);
        }
    }
    if useful.contains(&false) {
        draft.keep_handlers(&useful);
        tally.count(Pass::Dead);
    }
}

/// Memory that sweeps use again.
#[derive(Default)]
pub(super) struct Scratch {
    reached: Vec<bool>,
    waiting: Vec<u32>,
}
