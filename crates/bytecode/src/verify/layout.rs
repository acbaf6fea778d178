//! Second pass: where control may go inside a function, and the basic blocks that follow from it.

use super::rules::{Broken, Rule, ensure};
use crate::{Function, Handler};

/// Code that is entered at its first instruction only, and covered by one handler throughout.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) start: u32,
    pub(super) end: u32,
    /// The innermost handler.
    pub(super) handler: Option<Handler>,
}

/// The form of a function's code.
pub(super) struct Layout {
    /// In the order of the code, without gaps.
    pub(super) blocks: Vec<Block>,
    /// Per instruction: a block begins here.
    pub(super) leaders: Vec<bool>,
    /// Per instruction: the block it is in.
    pub(super) block_of: Vec<u32>,
}

pub(super) fn layout(function: &Function) -> Result<Layout, Broken> {
    let leaders = leaders(function)?;
    let innermost = innermost_handlers(function)?;
    let mut blocks: Vec<Block> = Vec::new();
    let mut block_of = Vec::with_capacity(leaders.len());
    for (at, &leader) in leaders.iter().enumerate() {
        let at = at as u32;
        match blocks.last_mut() {
            Some(block) if !leader => block.end = at + 1,
            _ => {
                let handler = innermost[at as usize].map(|index| function.handlers[index]);
                blocks.push(Block { start: at, end: at + 1, handler });
            }
        }
        block_of.push(blocks.len() as u32 - 1);
    }
    Ok(Layout { blocks, leaders, block_of })
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
        if let Some(target) = instr.target() {
            check_target(function, at, target.0).map_err(|broken| broken.at(at))?;
            mark(target.0);
        }
        if instr.info().jumps() || instr.effects().ends {
            mark(at as u32 + 1);
        }
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

/// Per instruction the index of its innermost handler, after checking that handlers nest.
///
/// Walks the handlers by where they start, outer ones first, with those that cover the place on a
/// stack; an inner one must end no later than the one around it and stand before it in the list.
fn innermost_handlers(function: &Function) -> Result<Vec<Option<usize>>, Broken> {
    let handlers = &function.handlers;
    let mut order: Vec<usize> = (0..handlers.len()).collect();
    order.sort_unstable_by_key(|&index| {
        let Handler { start, end, .. } = handlers[index];
        (start, std::cmp::Reverse((end, index)))
    });
    let mut order = order.into_iter().peekable();
    let mut open: Vec<usize> = Vec::new();
    let mut innermost = Vec::with_capacity(function.code.len());
    for at in 0..function.code.len() as u32 {
        while open.last().is_some_and(|&index| handlers[index].end <= at) {
            open.pop();
        }
        while let Some(index) = order.next_if(|&index| handlers[index].start == at) {
            if let Some(&outer) = open.last() {
                let inside = handlers[index].end <= handlers[outer].end && index < outer;
                ensure!(inside, HandlersNest, "handlers {index} and {outer}");
            }
            open.push(index);
        }
        innermost.push(open.last().copied());
    }
    Ok(innermost)
}
