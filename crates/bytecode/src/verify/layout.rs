//! Second pass: where control may go inside a function, and the basic blocks that follow from it.

use super::rules::{Broken, Rule, ensure};
use crate::code::{Form, Place};
use crate::{Function, Handler};

/// Code that is entered at its first instruction only, and covered by one handler throughout.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) start: u32,
    pub(super) end: u32,
    /// The index of the innermost handler, or [`NO_HANDLER`].
    handler: u32,
}

const NO_HANDLER: u32 = u32::MAX;

impl Block {
    pub(super) fn handler(self, function: &Function) -> Option<Handler> {
        function.handlers.get(self.handler as usize).copied()
    }
}

/// The form of a function's code. It is made anew for each function in the same memory.
#[derive(Default)]
pub(super) struct Layout {
    /// In the order of the code, without gaps.
    pub(super) blocks: Vec<Block>,
    /// For an instruction that a block begins with: its number. Others have a number of no meaning.
    pub(super) block_at: Vec<u32>,
    /// A bit for each instruction: whether a block begins there.
    leaders: Vec<u64>,
    /// Per instruction, how far it is from the first.
    starts: Vec<u32>,
    /// The instructions that end a block.
    ends: Vec<u32>,
}

impl Layout {
    /// The place of an instruction of the code that was cut.
    #[inline]
    pub(super) fn place<P: Place>(&self, code: P, at: usize) -> P {
        code.behind(self.starts[at])
    }

    /// Cuts a function, whose code begins at a place, into blocks.
    pub(super) fn cut(&mut self, function: &Function, code: impl Place) -> Result<(), Broken> {
        self.mark_leaders(function, code)?;
        let count = function.code.len();
        self.blocks.clear();
        self.block_at.resize(count, 0);
        for (number, &word) in self.leaders.iter().enumerate() {
            let mut left = word;
            while left != 0 {
                let start = (64 * number) as u32 + left.trailing_zeros();
                left &= left - 1;
                if let Some(before) = self.blocks.last_mut() {
                    before.end = start;
                }
                self.block_at[start as usize] = self.blocks.len() as u32;
                self.blocks.push(Block { start, end: count as u32, handler: NO_HANDLER });
            }
        }
        if !function.handlers.is_empty() {
            self.find_handlers(function)?;
        }
        Ok(())
    }

    /// Checks targets and ranges, and marks where blocks begin: the first instruction, targets,
    /// handlers, what follows a jump or an end, and the borders of what handlers cover.
    fn mark_leaders(&mut self, function: &Function, code: impl Place) -> Result<(), Broken> {
        let Self { leaders, starts, ends, .. } = self;
        let count = function.code.len();
        let last = forms(code, count, starts, ends);
        ensure!(last.is_some_and(|form| form.ends), CodeEnds, "the last instruction goes on");
        leaders.clear();
        leaders.resize(count.div_ceil(64), 0);
        let mut mark = |at: usize| {
            if at < count {
                leaders[at / 64] |= 1 << (at % 64);
            }
        };
        mark(0);
        for &at in &*ends {
            let place = code.behind(starts[at as usize]);
            if let Some(target) = place.target() {
                let checked = check_target(place, at as usize, target.index(), count);
                checked.map_err(|broken| broken.at(at as usize))?;
                mark(target.index());
            }
            mark(at as usize + 1);
        }
        for handler in &function.handlers {
            let Handler { start, end, target, .. } = *handler;
            ensure!(start < end, HandlerRange, "{start}..{end} covers nothing");
            let inside = end <= target.0 && target.index() < count;
            ensure!(inside, HandlerRange, "{start}..{end} is handled at {}", target.0);
            [start, end, target.0].into_iter().for_each(|at| mark(at as usize));
        }
        Ok(())
    }

    /// Gives each block its innermost handler, after checking that handlers nest.
    ///
    /// Walks the handlers by where they start, outer ones first, with those that cover the place on
    /// a stack; an inner one must end no later than the one around it and stand before it in the
    /// list. (What a handler covers begins and ends with a block.)
    fn find_handlers(&mut self, function: &Function) -> Result<(), Broken> {
        let handlers = &function.handlers;
        let mut order: Vec<usize> = (0..handlers.len()).collect();
        order.sort_unstable_by_key(|&index| {
            let Handler { start, end, .. } = handlers[index];
            (start, std::cmp::Reverse((end, index)))
        });
        let mut order = order.into_iter().peekable();
        let mut open: Vec<usize> = Vec::new();
        for block in &mut self.blocks {
            while open.last().is_some_and(|&index| handlers[index].end <= block.start) {
                open.pop();
            }
            while let Some(index) = order.next_if(|&index| handlers[index].start == block.start) {
                if let Some(&outer) = open.last() {
                    let inside = handlers[index].end <= handlers[outer].end && index < outer;
                    ensure!(inside, HandlersNest, "handlers {index} and {outer}");
                }
                open.push(index);
            }
            block.handler = open.last().map_or(NO_HANDLER, |&index| index as u32);
        }
        Ok(())
    }
}

/// Notes where each of `count` instructions begins, and the numbers of those that end a block. Gives the
/// form of the last, if there is one.
///
/// Which instructions end a block cannot be foreseen: so the place of the next one that does is written
/// for each, and only kept if it is one.
fn forms<P: Place>(
    code: P,
    count: usize,
    starts: &mut Vec<u32>,
    ends: &mut Vec<u32>,
) -> Option<Form> {
    starts.resize(count, 0);
    ends.resize(count, 0);
    let (mut start, mut found, mut last) = (0, 0, None);
    for (at, noted) in starts.iter_mut().enumerate() {
        let form = code.behind(start).form();
        *noted = start;
        ends[found] = at as u32;
        found += usize::from(form.ends_block);
        start += P::length(form);
        last = Some(form);
    }
    ends.truncate(found);
    last
}

/// Checks the target of the instruction at a place, one of `count`.
fn check_target(place: impl Place, at: usize, target: usize, count: usize) -> Result<(), Broken> {
    let name = || place.instr().info().name;
    ensure!(target < count, TargetInside, "{} goes to {target}", name());
    let back = target <= at;
    ensure!(back == place.form().back, Direction, "{} goes to {target}", name());
    Ok(())
}
