//! The judge of the translator's output: run in debug builds on every function.
//!
//! The handlers check nothing, so what they rely on is checked here: registers lie in the frame,
//! jumps go to instructions, the last instruction does not run off the end.

use super::fuse;
use crate::code::{Code, Ins};
use crate::op::{Op, Role};

/// Offsets of the instructions, and the problem if there is one.
pub(super) fn check(code: &Code) -> Result<(), String> {
    let mut starts = vec![false; code.words.len()];
    let mut offset = 0;
    let mut last = Op::Halt;
    while offset < code.words.len() {
        starts[offset] = true;
        last = Op::from_number(Ins(code.words[offset]).number())
            .ok_or_else(|| format!("{offset}: no instruction"))?;
        offset += last.size();
    }
    if offset != code.words.len() {
        return Err("the last instruction lacks words".into());
    }
    let ends = matches!(
        plain(last),
        Op::Jump | Op::Loop | Op::Return | Op::ReturnK | Op::Throw | Op::Rethrow | Op::AssertFailed
    );
    if !ends {
        return Err(format!("{last:?} runs off the end"));
    }
    let mut offset = 0;
    while offset < code.words.len() {
        let ins = Ins(code.words[offset]);
        instruction(code, &starts, offset, ins).map_err(|problem| {
            let name = ins.op().row().name;
            format!("{offset}: {name}: {problem}")
        })?;
        offset += ins.op().size();
    }
    let places_ascend = code.places.windows(2).all(|pair| pair[0].0 < pair[1].0);
    if !places_ascend {
        return Err("places are out of order".into());
    }
    for handler in &code.handlers {
        if !starts.get(handler.offset as usize).copied().unwrap_or(false) {
            return Err("a handler is no instruction".into());
        }
        register(code, handler.register.into())?;
    }
    Ok(())
}

/// The instruction without regard to what is fused with it.
fn plain(op: Op) -> Op {
    fuse::parts(op).map_or(op, |(first, _)| first)
}

fn register(code: &Code, number: usize) -> Result<(), String> {
    if number < code.registers as usize {
        Ok(())
    } else {
        Err(format!("register {number} of {}", code.registers))
    }
}

fn instruction(code: &Code, starts: &[bool], offset: usize, ins: Ins) -> Result<(), String> {
    let op = ins.op();
    for (role, number) in op.row().roles.into_iter().zip([ins.a(), ins.b(), ins.c()]) {
        if matches!(role, Role::Read | Role::Write | Role::Window) {
            register(code, number)?;
        }
    }
    if plain(op) == Op::WithItem {
        register(code, code.words[offset + 1] as usize)?;
    }
    if let Some(displacement) = ins.displacement() {
        let target = offset as isize + displacement;
        if !usize::try_from(target).is_ok_and(|at| starts.get(at) == Some(&true)) {
            return Err(format!("goes to {target}"));
        }
    }
    if let Some((_, seconds)) = fuse::parts(op) {
        let behind = Ins(code.words[offset + op.size()]).op();
        if !seconds.contains(&behind) && !seconds.contains(&plain(behind)) {
            return Err(format!("is followed by {behind:?}"));
        }
    }
    // The last register a window reaches, from `a` on.
    let window = match plain(op) {
        Op::Call | Op::CallGlobal => 2 + ins.c(),
        Op::CallNative => (1 + ins.c()).max(1),
        Op::Invoke | Op::SuperInvoke => 3 + ins.c(),
        Op::Import => 2,
        Op::Interpolate | Op::NewArray => ins.b().saturating_sub(1),
        Op::AppendItems => ins.b(),
        Op::InsertPairs => 2 * ins.b(),
        Op::ForeachStart | Op::ForeachNext => 1,
        _ => 0,
    };
    register(code, ins.a() + window).or_else(|problem| match op.row().roles[0] {
        Role::Window => Err(problem),
        _ => Ok(()),
    })
}
