//! `locals`: variables that are only other names for a constant or another variable, and stores
//! that nobody reads.
//!
//! A slot that one instruction writes, and only that one, is what it looks like: the verifier lets
//! no slot be read that is unset on some way to the reader, so the writer has run on every way.
//! If it stores a constant, the slot is that constant wherever it is read. If it stores another slot
//! that is written once (or is a required parameter and never written), the two hold the same value
//! wherever the copy is read: a way from the copy's writer to a reader that came by the other's
//! writer would, begun at the function's entry, reach the reader without the copy's writer.
//!
//! Constants take the place of a local only where an operation has both operands constant (`fold`
//! does that) or wants its right one: engines have forms with a constant on the right. Elsewhere a
//! local, which is in a register, is the faster of the two.

use super::constants::Constants;
use super::draft::Draft;
use super::{Pass, Tally, fold};
use crate::{Capture, Constant, Function, FunctionId, Instr, Local};

/// How a slot is used.
#[derive(Clone, Copy, Default)]
struct Slot {
    reads: u32,
    /// By `SetLocal`.
    writes: u32,
    /// The place of the last of these.
    writer: u32,
    /// It is used in other ways: it holds a cell, an iterator, a parameter that may be missing.
    special: bool,
}

/// The slots of a function; the memory serves many.
#[derive(Default)]
pub(super) struct Slots {
    slots: Vec<Slot>,
    /// By slot, the slot it is a copy of.
    copy_of: Vec<Option<Local>>,
}

/// Replaces reads of copies and removes stores that are not read.
pub(super) fn locals(
    draft: &mut Draft,
    slots: &mut Slots,
    functions: &[Function],
    id: FunctionId,
    constants: &mut Constants<'_>,
    tally: &mut Tally,
) {
    slots.count(draft, functions, id);
    slots.find_copies(draft, &functions[id.index()], constants);
    slots.read_originals(draft, constants, tally);
    slots.remove_stores(draft, tally);
}

impl Slots {
    fn count(&mut self, draft: &Draft, functions: &[Function], id: FunctionId) {
        let function = &functions[id.index()];
        self.slots.clear();
        self.slots.resize(usize::from(function.locals), Slot::default());
        for slot in function.required..function.params {
            self.special(Local(function.first_param().saturating_add(slot)));
        }
        for place in draft.places() {
            match draft.at(place) {
                Instr::GetLocal { slot } => {
                    self.change(slot, |slot| slot.reads += 1);
                }
                Instr::SetLocal { slot } => self.change(slot, |slot| {
                    slot.writes += 1;
                    slot.writer = place;
                }),
                Instr::Closure { function } => {
                    let captures = functions.get(function.index()).map(|made| &made.captures);
                    for capture in captures.into_iter().flatten() {
                        match *capture {
                            Capture::Local(slot) => self.change(slot, |slot| slot.reads += 1),
                            Capture::Cell(slot) => self.special(slot),
                            Capture::Capture(_) | Capture::CaptureCell(_) => {}
                        }
                    }
                }
                Instr::ForeachStart { state } => {
                    self.special(state);
                    self.special(Local(state.0.saturating_add(1)));
                }
                other => other.operands().for_each(|operand| {
                    if let crate::Operand::Local(slot) = operand {
                        self.special(slot);
                    }
                }),
            }
        }
    }

    fn change(&mut self, slot: Local, change: impl FnOnce(&mut Slot)) {
        if let Some(slot) = self.slots.get_mut(slot.index()) {
            change(slot);
        }
    }

    fn special(&mut self, slot: Local) {
        self.change(slot, |slot| slot.special = true);
    }

    fn get(&self, slot: Local) -> Slot {
        self.slots.get(slot.index()).copied().unwrap_or(Slot { special: true, ..Slot::default() })
    }

    /// Finds the slots that always hold a constant or what another slot holds.
    fn find_copies(&mut self, draft: &Draft, function: &Function, constants: &mut Constants<'_>) {
        // Code that the verifier would refuse may say any number.
        let given = function.first_param().saturating_add(function.params);
        let mut held = vec![None; self.slots.len()];
        self.copy_of.clear();
        self.copy_of.resize(self.slots.len(), None);
        for index in given..function.locals {
            let slot = self.get(Local(index));
            if slot.writes != 1 || slot.special {
                continue;
            }
            let Some(source) = draft.before(slot.writer).map(|place| draft.at(place)) else {
                continue;
            };
            match source {
                Instr::GetLocal { slot: original } if self.settled(original, given) => {
                    self.copy_of[usize::from(index)] = Some(original);
                }
                _ if fold::is_constant(source) => held[usize::from(index)] = Some(source),
                _ => {}
            }
        }
        constants.set_locals(held);
    }

    /// Whether a slot keeps its value once it has one.
    fn settled(&self, slot: Local, given: u16) -> bool {
        let writes = u32::from(slot.0 >= given);
        let slot = self.get(slot);
        slot.writes == writes && !slot.special
    }

    /// Follows copies of copies.
    fn original(&self, slot: Local) -> Option<Local> {
        let mut original = (*self.copy_of.get(slot.index())?)?;
        // The original is written first, so there is no way round in a circle; the bound is for
        // code that the verifier would refuse, and keeps this linear.
        for _ in 0..4 {
            match self.copy_of.get(original.index()).copied().flatten() {
                Some(further) => original = further,
                None => break,
            }
        }
        Some(original)
    }

    fn read_originals(&mut self, draft: &mut Draft, constants: &Constants<'_>, tally: &mut Tally) {
        let mut before: Option<u32> = None;
        for place in 0..draft.len() {
            if draft.is_barrier(place) {
                before = None;
            }
            if draft.is_gone(place) {
                continue;
            }
            let instr = draft.at(place);
            if let Instr::GetLocal { slot } = instr
                && let Some(original) = self.original(slot)
            {
                draft.replace(place, Instr::GetLocal { slot: original });
                self.change(slot, |slot| slot.reads -= 1);
                self.change(original, |slot| slot.reads += 1);
                tally.count(Pass::Locals);
            }
            if fold::is_binary(instr)
                && let Some(right) = before
                && let Instr::GetLocal { slot } = draft.at(right)
                && let Some(push) = constants.of_local(draft.at(right))
                && is_number(push, constants)
            {
                draft.replace(right, push);
                self.change(slot, |slot| slot.reads -= 1);
                tally.count(Pass::Locals);
            }
            before = Some(place);
        }
    }

    /// Stores that nobody reads drop their value; one that is read once, at once, is none.
    fn remove_stores(&mut self, draft: &mut Draft, tally: &mut Tally) {
        let mut before: Option<u32> = None;
        for place in 0..draft.len() {
            if draft.is_barrier(place) {
                before = None;
            }
            if draft.is_gone(place) {
                continue;
            }
            let last = before.replace(place);
            match draft.at(place) {
                Instr::SetLocal { slot }
                    if self.get(slot).reads == 0 && !self.get(slot).special =>
                {
                    draft.replace(place, Instr::Pop {});
                    tally.count(Pass::Locals);
                }
                Instr::GetLocal { slot } if self.get(slot).reads == 1 => {
                    if let Some(last) = last
                        && draft.at(last) == (Instr::SetLocal { slot })
                    {
                        draft.delete(last);
                        draft.delete(place);
                        self.change(slot, |slot| slot.reads = 0);
                        before = None;
                        tally.count(Pass::Locals);
                    }
                }
                _ => {}
            }
        }
    }
}

fn is_number(push: Instr, constants: &Constants<'_>) -> bool {
    match push {
        Instr::Const { value } => matches!(constants.get(value), Some(Constant::Number(_))),
        _ => false,
    }
}
