//! [`Draft`]: the code of a function while it is changed.
//!
//! Passes delete and replace instructions; if each did so in the vector of instructions, every
//! target, handler and source place behind would have to move with each change. So the draft keeps
//! every instruction at its *place*, the number it had when the draft was opened. Deleted places are
//! marked, replaced ones get their new instruction. A target is a place and stands for the first
//! instruction left at or behind it, so deleting what a label stands before moves the label on.
//! [`Draft::close`] packs what is left and renumbers everything once.
//!
//! Nothing is ever inserted, and an instruction that may fail never changes its place: so it keeps
//! its line in traces and its handler.

use crate::module::innermost_handlers;
use crate::{Function, Handler, Instr, Target};
use sox_diagnostics::Span;

/// Code being changed. One draft serves many functions, one after the other.
#[derive(Default)]
pub(super) struct Draft {
    code: Vec<Instr>,
    gone: Vec<bool>,
    /// Places that are not only come to from the one before: targets, and where handlers begin to
    /// cover or cease to.
    barriers: Vec<bool>,
    /// By place, the index of the innermost handler; ends where none covers any more.
    innermost: Vec<Option<u32>>,
    handlers: Vec<Handler>,
    /// Something is marked as gone.
    shrunk: bool,
}

impl Draft {
    /// Takes the code of a function. Says no to code that the verifier would refuse for its targets
    /// or handlers: of that nothing can be said.
    pub(super) fn open(&mut self, function: &mut Function) -> bool {
        let len = function.code.len();
        let inside = |target: Target| target.index() < len;
        let jumps_right =
            function.code.iter().zip(0..).all(|(instr, place)| match instr.target() {
                Some(target) => inside(target) && instr.effects().back == (target.0 <= place),
                None => true,
            });
        let handlers_inside = function.handlers.iter().all(|handler| {
            handler.start < handler.end && handler.end <= handler.target.0 && inside(handler.target)
        });
        if !jumps_right || !handlers_inside {
            return false;
        }
        self.code = std::mem::take(&mut function.code);
        self.handlers = std::mem::take(&mut function.handlers);
        self.gone.clear();
        self.gone.resize(len, false);
        self.barriers.clear();
        self.barriers.resize(len + 1, false);
        for target in self.code.iter().filter_map(|instr| instr.target()) {
            self.barriers[target.index()] = true;
        }
        for handler in &self.handlers {
            let borders = [handler.start, handler.end, handler.target.0];
            borders.into_iter().for_each(|at| self.barriers[at as usize] = true);
        }
        self.innermost = innermost_handlers(&self.handlers);
        self.shrunk = false;
        true
    }

    /// Gives the code back, packed, with the places in the source that belong to it.
    pub(super) fn close(&mut self, function: &mut Function) {
        if self.shrunk {
            let numbers = self.numbers();
            // Places in the source may be of no instruction, which is for the verifier to say.
            let last = numbers.len() - 1;
            let number = |place: u32| numbers[last.min(place as usize)];
            let mut places = 0..;
            self.code.retain_mut(|instr| {
                let place = places.next().unwrap_or(0);
                *instr = instr.map_target(|target| Target(number(target.0)));
                !self.gone[place]
            });
            for handler in &mut self.handlers {
                handler.start = number(handler.start);
                handler.end = number(handler.end);
                handler.target = Target(number(handler.target.0));
            }
            self.handlers.retain(|handler| handler.start < handler.end);
            renumber_spans(&mut function.debug.spans, number, self.code.len());
        }
        *function.code = std::mem::take(&mut self.code);
        function.handlers = std::mem::take(&mut self.handlers);
    }

    /// Number of places.
    pub(super) fn len(&self) -> u32 {
        self.code.len() as u32
    }

    pub(super) fn is_gone(&self, place: u32) -> bool {
        self.gone[place as usize]
    }

    /// Whether control may come here from elsewhere, or another handler covers from here on.
    pub(super) fn is_barrier(&self, place: u32) -> bool {
        self.barriers[place as usize]
    }

    /// The instruction at a place.
    pub(super) fn at(&self, place: u32) -> Instr {
        self.code[place as usize]
    }

    /// Puts another instruction at a place. The target it may have becomes a barrier.
    pub(super) fn replace(&mut self, place: u32, instr: Instr) {
        if let Some(target) = instr.target() {
            self.barriers[target.index()] = true;
        }
        self.code[place as usize] = instr;
    }

    /// Puts an instruction to a place, also to one that is gone.
    pub(super) fn revive(&mut self, place: u32, instr: Instr) {
        self.gone[place as usize] = false;
        self.replace(place, instr);
    }

    pub(super) fn delete(&mut self, place: u32) {
        self.gone[place as usize] = true;
        self.shrunk = true;
    }

    /// The places that are left, in order.
    pub(super) fn places(&self) -> impl DoubleEndedIterator<Item = u32> + '_ {
        (0..self.len()).filter(|&place| !self.is_gone(place))
    }

    /// The instruction left before a place, if control comes from it only.
    pub(super) fn before(&self, place: u32) -> Option<u32> {
        let mut at = place;
        while !self.is_barrier(at) && at > 0 {
            at -= 1;
            if !self.is_gone(at) {
                return Some(at);
            }
        }
        None
    }

    /// The innermost handler of a place, by index.
    pub(super) fn handler(&self, place: u32) -> Option<u32> {
        self.innermost.get(place as usize).copied().flatten()
    }

    pub(super) fn handlers(&self) -> &[Handler] {
        &self.handlers
    }

    /// Removes the handlers that are not in the list, which has an entry for each.
    pub(super) fn keep_handlers(&mut self, kept: &[bool]) {
        let mut kept = kept.iter();
        self.handlers.retain(|_| *kept.next().unwrap_or(&false));
        self.innermost = innermost_handlers(&self.handlers);
    }

    /// By place, its number once all is packed; for one that is gone, the next one's.
    fn numbers(&self) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(self.gone.len() + 1);
        let mut number = 0;
        for &gone in &self.gone {
            numbers.push(number);
            number += u32::from(!gone);
        }
        numbers.push(number);
        numbers
    }
}

/// Renumbers the places in the source; those of no instruction, and those like the one before,
/// vanish.
fn renumber_spans(spans: &mut Vec<(u32, Span)>, number: impl Fn(u32) -> u32, len: usize) {
    let mut kept: Vec<(u32, Span)> = Vec::with_capacity(spans.len());
    for &(place, span) in spans.iter() {
        let at = number(place);
        // Of several entries for one instruction the last one is meant.
        kept.pop_if(|last| last.0 == at);
        if kept.last().is_none_or(|last| last.1 != span) {
            kept.push((at, span));
        }
    }
    kept.pop_if(|last| last.0 as usize >= len);
    *spans = kept;
}
