//! The walk over a function's instructions that the passes share which look at a few neighbours.
//!
//! It keeps the instructions left since the last [barrier](Draft::is_barrier) in a [`Window`]: what
//! stands there always runs in that order. Each pass may rewrite the end of the window. What it puts
//! there is looked at again, so one walk does all of `1 + 2 + 3`.

use super::constants::Constants;
use super::draft::Draft;
use super::{Pass, Passes, Tally, dead, fold, fuse, is_plain};
use crate::Instr;

/// Places of instructions that run one after the other.
#[derive(Default)]
pub(super) struct Window(Vec<u32>);

impl Window {
    /// The instruction so far before the last one, and its place.
    pub(super) fn last(&self, draft: &Draft, before: u32) -> Option<(u32, Instr)> {
        let index = self.0.len().checked_sub(1 + before as usize)?;
        let place = self.0[index];
        Some((place, draft.at(place)))
    }

    /// Deletes the last instruction.
    pub(super) fn delete_last(&mut self, draft: &mut Draft) {
        if let Some(place) = self.0.pop() {
            draft.delete(place);
        }
    }

    /// Puts an instruction to the end, at a place from where the last one was just deleted.
    pub(super) fn put(&mut self, draft: &mut Draft, place: u32, instr: Instr) {
        draft.revive(place, instr);
        self.0.push(place);
    }
}

/// Runs those of the passes that look at neighbours.
pub(super) fn walk(
    draft: &mut Draft,
    window: &mut Window,
    constants: &mut Constants<'_>,
    passes: Passes,
    tally: &mut Tally,
) {
    window.0.clear();
    for place in 0..draft.len() {
        if draft.is_barrier(place) {
            window.0.clear();
        }
        if draft.is_gone(place) {
            continue;
        }
        window.0.push(place);
        while window.last(draft, 0).is_some_and(|(_, last)| !is_plain(last)) {
            let pass = if passes.has(Pass::Fold) && fold::step(draft, window, constants) {
                Pass::Fold
            } else if passes.has(Pass::Fuse) && fuse::step(draft, window) {
                Pass::Fuse
            } else if passes.has(Pass::Dead) && dead::step(draft, window) {
                Pass::Dead
            } else {
                break;
            };
            tally.count(pass);
        }
    }
}
