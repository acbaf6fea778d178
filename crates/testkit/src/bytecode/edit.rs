//! Inserting and removing instructions, with everything that counts instructions kept in step.

use sox_bytecode::{Function, Instr, Target};

/// Inserts code whose targets are numbered as they are afterwards. Jumps to the place come to what
/// is inserted.
pub(super) fn insert(function: &mut Function, at: usize, code: &[Instr]) {
    let (at, count) = (at as u32, code.len() as u32);
    renumber(function, |place| if place > at { place.saturating_add(count) } else { place });
    function.code.splice(at as usize..at as usize, code.iter().copied());
}

/// Removes code. Jumps to it come to what follows it.
pub(super) fn remove(function: &mut Function, at: usize, count: usize) {
    let (start, end) = (at as u32, (at + count) as u32);
    function.code.drain(at..at + count);
    renumber(function, |place| if place >= end { place - (end - start) } else { place.min(start) });
}

/// The code with targets moved that are inside it, from one place to another.
pub(super) fn replace_targets(code: &[Instr], from: u32, to: u32) -> Vec<Instr> {
    let inside = from..from + code.len() as u32;
    let moved = |target: Target| match inside.contains(&target.0) {
        true => Target(target.0 - from + to),
        false => target,
    };
    code.iter().map(|instr| instr.map_target(moved)).collect()
}

fn renumber(function: &mut Function, number: impl Fn(u32) -> u32) {
    for instr in &mut function.code {
        *instr = instr.map_target(|target| Target(number(target.0)));
    }
    for handler in &mut function.handlers {
        handler.start = number(handler.start);
        handler.end = number(handler.end);
        handler.target = Target(number(handler.target.0));
    }
    let spans = &mut function.debug.spans;
    spans.iter_mut().for_each(|(at, _)| *at = number(*at));
    spans.dedup_by_key(|(at, _)| *at);
    let len = function.code.len() as u32;
    spans.retain(|&(at, _)| at < len);
}
