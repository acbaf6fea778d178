//! Second pass: where control may go inside a function, and the basic blocks that follow from it.

use super::rules::{Broken, Rule, ensure};
use crate::code::Form;
use crate::{Function, Handler, Instr};

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
    /// Per instruction, where its bytes begin.
    starts: Vec<u32>,
    /// The code as a file would have it, if it is not from one.
    bytes: Vec<u8>,
}

impl Layout {
    /// The bytes of a function's code from an instruction on, which its number tells; the function must
    /// be the last that was cut.
    #[inline]
    pub(super) fn bytes_from<'l>(&'l self, function: &'l Function, at: usize) -> &'l [u8] {
        let bytes = function.code.bytes().unwrap_or(&self.bytes);
        &bytes[self.starts[at] as usize..]
    }

    /// Cuts a function into blocks.
    pub(super) fn cut(&mut self, function: &Function) -> Result<(), Broken> {
        if function.code.bytes().is_none() {
            self.bytes.clear();
            function.code.iter().for_each(|instr| instr.encode(&mut self.bytes));
        }
        self.mark_leaders(function)?;
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
    fn mark_leaders(&mut self, function: &Function) -> Result<(), Broken> {
        let Self { leaders, starts, bytes, .. } = self;
        let mut bytes = function.code.bytes().unwrap_or(bytes);
        let count = function.code.len();
        leaders.clear();
        leaders.resize(count.div_ceil(64), 0);
        let mut mark = |at: usize| {
            if at < count {
                leaders[at / 64] |= 1 << (at % 64);
            }
        };
        mark(0);
        starts.resize(count, 0);
        let (mut start, mut ended) = (0, false);
        for (at, noted) in starts.iter_mut().enumerate() {
            let form = Form::first(bytes);
            ended = form.ends;
            if form.ends_block() {
                if let Some(target) = form.target(bytes) {
                    let checked = check_target(bytes, at, target.index(), count);
                    checked.map_err(|broken| broken.at(at))?;
                    mark(target.index());
                }
                mark(at + 1);
            }
            *noted = start;
            start += u32::from(form.size);
            bytes = &bytes[form.size.into()..];
        }
        ensure!(ended, CodeEnds, "the last instruction goes on");
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

/// Checks the target of the instruction that the bytes begin with, one of `count`.
fn check_target(bytes: &[u8], at: usize, target: usize, count: usize) -> Result<(), Broken> {
    ensure!(target < count, TargetInside, "{} goes to {target}", name(bytes));
    let back = target <= at;
    ensure!(back == Form::first(bytes).back, Direction, "{} goes to {target}", name(bytes));
    Ok(())
}

/// The name of the instruction that the bytes begin with.
fn name(bytes: &[u8]) -> &'static str {
    Instr::decode(bytes).map_or("?", |(instr, _)| instr.info().name)
}
