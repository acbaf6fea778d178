//! `thread`: a jump that leads to a jump goes where that one goes; a jump to the next instruction
//! vanishes.
//!
//! Jumps that are not `back` go forward. So the function is walked from its end: where a jump leads,
//! everything is threaded already, and one look is enough.
//!
//! Steps stay as they are: a `Loop` may be copied to where a jump led to it, and then stands for that
//! very run of it.

use super::constants::Constants;
use super::draft::Draft;
use super::{Pass, Tally, fold};
use crate::{Instr, Target};

/// Whether this pass may have work at a place behind an instruction.
#[inline]
pub(super) fn may_begin(before: Instr, place: usize, code: &[Instr]) -> bool {
    let instr = code[place];
    let Some(target) = instr.target() else { return false };
    let Some(&there) = code.get(target.index()) else { return false };
    let next = target.index() == place + 1;
    let over = |before: Instr| before.target() == Some(Target(place as u32 + 1));
    match instr {
        Instr::Jump { .. } => {
            let on = match there {
                Instr::Jump { .. } | Instr::Return {} => true,
                Instr::Loop { target } => target.index() <= place,
                _ => truth_needed(there).is_some() && fold::is_constant(before),
            };
            next || on || (opposite(before).is_some() && over(before))
        }
        Instr::Loop { .. } => opposite(before).is_some() && over(before),
        Instr::JumpIfFalse { .. } | Instr::JumpIfTrue { .. } | Instr::JumpIfGiven { .. } => {
            next || matches!(there, Instr::Jump { .. })
        }
        Instr::JumpIfFalseElsePop { .. } | Instr::JumpIfTrueElsePop { .. } => {
            matches!(there, Instr::Jump { .. } | Instr::Pop {} | Instr::LoopIfTrue { .. })
                || truth_needed(there).is_some()
        }
        _ => false,
    }
}

/// Threads all jumps.
pub(super) fn thread(
    draft: &mut Draft,
    landing: &mut Vec<u32>,
    constants: &Constants<'_>,
    tally: &mut Tally,
) {
    let len = draft.len();
    // By place, the first instruction left there or behind it. At and before the place at hand it
    // is not known yet.
    landing.clear();
    landing.resize(len as usize + 1, len);
    for place in (0..len).rev() {
        landing[place as usize] = landing[place as usize + 1];
        if draft.is_gone(place) {
            continue;
        }
        while let Some(change) = improve(draft, landing, constants, place) {
            tally.count(Pass::Thread);
            match change {
                Change::To(instr) => draft.replace(place, instr),
                Change::Away => {
                    draft.delete(place);
                    break;
                }
                Change::Over(instr, jump) => {
                    draft.replace(place, instr);
                    draft.delete(jump);
                    landing[place as usize] = landing[jump as usize + 1];
                    (place + 1..=jump).for_each(|gone| {
                        landing[gone as usize] = landing[jump as usize + 1];
                    });
                }
                Change::Decided(constant, instr) => {
                    draft.delete(constant);
                    draft.replace(place, instr);
                }
            }
        }
        if !draft.is_gone(place) {
            landing[place as usize] = place;
        }
    }
}

/// What to do about a jump.
enum Change {
    /// Put this there.
    To(Instr),
    /// Delete it.
    Away,
    /// Put this there, and delete the jump behind it.
    Over(Instr, u32),
    /// Delete the constant before it, and put this there.
    Decided(u32, Instr),
}

fn improve(
    draft: &Draft,
    landing: &[u32],
    constants: &Constants<'_>,
    place: u32,
) -> Option<Change> {
    let instr = draft.at(place);
    let target = instr.target().filter(|target| target.0 > place)?;
    let there = landing[target.index()];
    let next = landing[place as usize + 1];
    if there >= draft.len() {
        return None;
    }
    let behind = Target(there + 1);
    let arrived = draft.at(there);
    let same_handler = draft.handler(place) == draft.handler(there);
    let retarget = |target: Target| Change::To(instr.map_target(|_| target));
    Some(match (instr, arrived) {
        (Instr::Jump { .. } | Instr::JumpIfGiven { .. }, _) if there == next => Change::Away,
        (Instr::JumpIfFalse { .. } | Instr::JumpIfTrue { .. }, _) if there == next => {
            Change::To(Instr::Pop {})
        }
        (
            Instr::Jump { .. }
            | Instr::JumpIfFalse { .. }
            | Instr::JumpIfTrue { .. }
            | Instr::JumpIfFalseElsePop { .. }
            | Instr::JumpIfTrueElsePop { .. }
            | Instr::JumpIfGiven { .. },
            Instr::Jump { target },
        ) => retarget(target),
        (Instr::Jump { .. }, Instr::Return {}) if same_handler => Change::To(arrived),
        (Instr::Jump { .. }, Instr::Loop { target }) if same_handler && target.0 <= place => {
            Change::To(arrived)
        }
        (Instr::Jump { .. }, _) => return decided(draft, constants, place, arrived, behind),
        (Instr::JumpIfFalse { .. } | Instr::JumpIfTrue { .. }, _) => {
            return jump_over(draft, landing, place, there);
        }
        // The value that is kept is tested again, or dropped.
        (Instr::JumpIfFalseElsePop { .. }, _) => return known(arrived, false, behind),
        (Instr::JumpIfTrueElsePop { .. }, _) => return known(arrived, true, behind),
        _ => return None,
    })
}

/// A jump with a value of known truth to an instruction that pops it, keeps it if that is so, or
/// goes by it. `behind` is what follows that instruction.
fn known(arrived: Instr, truth: bool, behind: Target) -> Option<Change> {
    let keeping = |target| match truth {
        false => Instr::JumpIfFalseElsePop { target },
        true => Instr::JumpIfTrueElsePop { target },
    };
    let popping = |target| match truth {
        false => Instr::JumpIfFalse { target },
        true => Instr::JumpIfTrue { target },
    };
    Some(Change::To(match arrived {
        Instr::Pop {} => popping(behind),
        Instr::JumpIfFalse { target } if !truth => popping(target),
        Instr::JumpIfTrue { target } if truth => popping(target),
        Instr::JumpIfFalse { .. } | Instr::JumpIfTrue { .. } => popping(behind),
        Instr::JumpIfFalseElsePop { target } if !truth => keeping(target),
        Instr::JumpIfTrueElsePop { target } if truth => keeping(target),
        Instr::JumpIfFalseElsePop { .. } | Instr::JumpIfTrueElsePop { .. } => popping(behind),
        Instr::LoopIfTrue { .. } if !truth => popping(behind),
        _ => return None,
    }))
}

/// A constant is pushed, and then there is a jump to a test of it.
fn decided(
    draft: &Draft,
    constants: &Constants<'_>,
    place: u32,
    arrived: Instr,
    behind: Target,
) -> Option<Change> {
    let (wanted, target) = truth_needed(arrived)?;
    let constant = draft.before(place)?;
    let truth = constants.truth(draft.at(constant))?;
    let keeps = arrived.leaves_jumping() > 0;
    Some(match (truth == wanted, keeps) {
        (true, true) => Change::To(Instr::Jump { target }),
        (true, false) => Change::Decided(constant, Instr::Jump { target }),
        (false, _) => Change::Decided(constant, Instr::Jump { target: behind }),
    })
}

/// `JumpIfFalse over; Jump away; over:` is `JumpIfTrue away`.
fn jump_over(draft: &Draft, landing: &[u32], place: u32, there: u32) -> Option<Change> {
    let opposite = opposite(draft.at(place))?;
    let jump = landing[place as usize + 1];
    let alone = jump < draft.len() && draft.before(jump) == Some(place);
    if !alone || landing[jump as usize + 1] != there {
        return None;
    }
    let instr = match draft.at(jump) {
        Instr::Jump { target } => opposite.map_target(|_| target),
        Instr::Loop { target }
            if matches!(opposite, Instr::JumpIfTrue { .. })
                && draft.handler(place) == draft.handler(jump)
                && target.0 <= place =>
        {
            Instr::LoopIfTrue { target }
        }
        _ => return None,
    };
    Some(Change::Over(instr, jump))
}

/// The test with the other answer.
fn opposite(instr: Instr) -> Option<Instr> {
    match instr {
        Instr::JumpIfFalse { target } => Some(Instr::JumpIfTrue { target }),
        Instr::JumpIfTrue { target } => Some(Instr::JumpIfFalse { target }),
        _ => None,
    }
}

/// The truth with which a test goes forward, and where to.
fn truth_needed(instr: Instr) -> Option<(bool, Target)> {
    match instr {
        Instr::JumpIfFalse { target } | Instr::JumpIfFalseElsePop { target } => {
            Some((false, target))
        }
        Instr::JumpIfTrue { target } | Instr::JumpIfTrueElsePop { target } => Some((true, target)),
        _ => None,
    }
}
