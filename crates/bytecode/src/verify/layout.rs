//! Second pass: where control may go inside a function, and the basic blocks that follow from it.

use super::rules::{Broken, Rule, ensure};
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
    /// Per instruction: the block it is in.
    pub(super) block_of: Vec<u32>,
}

impl Layout {
    /// Cuts a function into blocks; gives, per instruction, whether one begins there.
    pub(super) fn cut(&mut self, function: &Function) -> Result<Vec<bool>, Broken> {
        let leaders = leaders(function)?;
        self.blocks.clear();
        self.block_of.clear();
        let mut blocks = 0;
        self.block_of.extend(leaders.iter().map(|&leader| {
            blocks += u32::from(leader);
            blocks - 1
        }));
        let mut start = 0;
        while start < leaders.len() {
            let inside = leaders[start + 1..].iter().position(|&leader| leader);
            let end = inside.map_or(leaders.len(), |inside| start + 1 + inside);
            let (from, to) = (start as u32, end as u32);
            self.blocks.push(Block { start: from, end: to, handler: NO_HANDLER });
            start = end;
        }
        if !function.handlers.is_empty() {
            self.find_handlers(function)?;
        }
        Ok(leaders)
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

/// Checks targets and ranges, and marks where blocks begin.
fn leaders(function: &Function) -> Result<Vec<bool>, Broken> {
    let code = &function.code;
    let ended = code.last().is_some_and(|instr| instr.effects().ends);
    ensure!(ended, CodeEnds, "the last instruction goes on");
    let mut leaders = vec![false; code.len()];
    leaders[0] = true;
    let mut mark = |at: u32| {
        if let Some(leader) = leaders.get_mut(at as usize) {
            *leader = true;
        }
    };
    for (at, instr) in code.iter().enumerate() {
        if !instr.opcode().ends_block() {
            continue;
        }
        if let Some(target) = instr.target() {
            check_target(function, at, target.0).map_err(|broken| broken.at(at))?;
            mark(target.0);
        }
        mark(at as u32 + 1);
    }
    for handler in &function.handlers {
        let Handler { start, end, target, .. } = *handler;
        ensure!(start < end, HandlerRange, "{start}..{end} covers nothing");
        let inside = end <= target.0 && target.index() < code.len();
        ensure!(inside, HandlerRange, "{start}..{end} is handled at {}", target.0);
        [start, end, target.0].into_iter().for_each(&mut mark);
    }
    Ok(leaders)
}

fn check_target(function: &Function, at: usize, target: u32) -> Result<(), Broken> {
    let (instr, target) = (function.code[at], target as usize);
    ensure!(target < function.code.len(), TargetInside, "{} goes to {target}", instr.info().name);
    let back = target <= at;
    ensure!(back == instr.effects().back, Direction, "{} goes to {target}", instr.info().name);
    Ok(())
}
