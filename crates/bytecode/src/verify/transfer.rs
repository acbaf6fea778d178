//! What one instruction does to a [`State`].
//!
//! The counts come from the instruction table. Here is what counting does not tell: kinds of
//! operands and results, and what happens to locals. An instruction not named in a `match` below
//! takes values, leaves values, and leaves locals alone.

use super::kinds::{Kind, State};
use super::rules::{Broken, Rule, ensure};
use super::tables::capture_in_range;
use crate::{Capture, CaptureId, Function, FunctionId, Instr, Local, Module};

/// Executes an instruction on kinds: changes the state to the one before the next instruction, and
/// gives the one at its target if it has one.
///
/// There must be as many operands as it takes.
pub(super) fn transfer(
    module: &Module,
    function: &Function,
    state: &mut State,
    instr: Instr,
) -> Result<Option<State>, Broken> {
    check_operands(state, instr)?;
    let result = result(module, function, state, instr)?;
    change_locals(state, instr)?;
    let takes = instr.takes() as usize;
    let jumped = instr.target().map(|_| {
        let mut jumped = state.clone();
        jumped.pop(takes);
        (0..instr.leaves_jumping()).for_each(|_| jumped.push(Kind::Value));
        if let Instr::JumpIfGiven { slot, .. } = instr {
            jumped.set_local(slot, Kind::Value);
        }
        jumped
    });
    state.pop(takes);
    (0..instr.leaves()).for_each(|_| state.push(result));
    Ok(jumped)
}

fn check_operands(state: &State, instr: Instr) -> Result<(), Broken> {
    for below in 0..instr.takes() as usize {
        let kind = state.operand(below);
        ensure!(
            operand_fits(instr, below, kind),
            OperandKinds,
            "{} takes {kind}",
            instr.info().name
        );
    }
    if let Instr::Return {} = instr {
        let depth = state.depth();
        ensure!(depth == 1, ReturnAlone, "{depth} operands");
    }
    Ok(())
}

/// Whether an instruction takes an operand of this kind, so far below the top.
fn operand_fits(instr: Instr, below: usize, kind: Kind) -> bool {
    let deepest = below + 1 == instr.takes() as usize;
    match instr {
        Instr::Pop {} => true,
        Instr::SetLocal { .. } | Instr::Caught {} => is_completion(kind),
        Instr::Rethrow {} => matches!(kind, Kind::Error | Kind::Completion),
        Instr::AppendItems { .. } if deepest => kind == Kind::Array,
        Instr::InsertPairs { .. } if deepest => kind == Kind::Table,
        Instr::Inherit {} | Instr::AddMethod { .. } | Instr::FinishClass {} if deepest => {
            kind == Kind::Class
        }
        Instr::AddMethod { .. } => kind == Kind::Method,
        _ => kind.is_value(),
    }
}

fn is_completion(kind: Kind) -> bool {
    kind.is_value() || matches!(kind, Kind::Error | Kind::Completion)
}

/// The kind of what the instruction leaves. Locals and captures that it reads are checked.
fn result(
    module: &Module,
    function: &Function,
    state: &State,
    instr: Instr,
) -> Result<Kind, Broken> {
    Ok(match instr {
        Instr::GetLocal { slot } => {
            expect_local(state, instr, slot, is_completion)?;
            state.local(slot)
        }
        Instr::GetCell { slot } | Instr::SetCell { slot } => {
            expect_local(state, instr, slot, |kind| kind == Kind::Cell)?;
            Kind::Value
        }
        Instr::GetCapture { index } => {
            expect_capture(function, index, false)?;
            Kind::Value
        }
        Instr::GetCaptureCell { index } | Instr::SetCaptureCell { index } => {
            expect_capture(function, index, true)?;
            Kind::Value
        }
        Instr::Dup {} => state.operand(0),
        Instr::NewArray { .. } | Instr::AppendItems { .. } => Kind::Array,
        Instr::NewTable {} | Instr::InsertPairs { .. } => Kind::Table,
        Instr::NewClass { .. } | Instr::Inherit {} | Instr::AddMethod { .. } => Kind::Class,
        Instr::Closure { function: made } => closure(module, function, state, made)?,
        _ => Kind::Value,
    })
}

/// What the instruction puts into locals. (In [`Instr::JumpIfGiven`]'s case: if it goes on.)
fn change_locals(state: &mut State, instr: Instr) -> Result<(), Broken> {
    match instr {
        Instr::SetLocal { slot } => {
            let kind = state.operand(0);
            state.set_local(slot, if kind.is_value() { Kind::Value } else { kind });
        }
        Instr::NewCell { slot } => state.set_local(slot, Kind::Cell),
        Instr::JumpIfGiven { slot, .. } => {
            expect_local(state, instr, slot, |kind| kind == Kind::MaybeGiven)?;
            state.set_local(slot, Kind::Unset);
        }
        Instr::ForeachStart { state: slot } => state.set_iterator(slot),
        Instr::ForeachNext { state: slot, .. } => {
            expect_local(state, instr, slot, |kind| kind == Kind::Iterator)?;
        }
        Instr::NewDefers { slot } => state.set_local(slot, Kind::Defers),
        Instr::Defer { slot } => {
            expect_local(state, instr, slot, |kind| kind == Kind::Defers)?;
        }
        Instr::DeferNext { slot, .. } => {
            let is_list = |kind| matches!(kind, Kind::Defers | Kind::RunningDefers);
            expect_local(state, instr, slot, is_list)?;
            state.set_local(slot, Kind::RunningDefers);
        }
        _ => {}
    }
    Ok(())
}

/// The locals whose kind an instruction may change.
pub(super) fn touched_locals(instr: Instr) -> Option<std::ops::RangeInclusive<u16>> {
    match instr {
        Instr::SetLocal { slot }
        | Instr::NewCell { slot }
        | Instr::JumpIfGiven { slot, .. }
        | Instr::ForeachStart { state: slot }
        | Instr::NewDefers { slot }
        | Instr::DeferNext { slot, .. } => {
            // The local itself, the second of an iterator, and the other halves of iterators that
            // lose one.
            Some(slot.0.saturating_sub(1)..=slot.0.saturating_add(2))
        }
        _ => None,
    }
}

fn expect_local(
    state: &State,
    instr: Instr,
    slot: Local,
    fits: impl Fn(Kind) -> bool,
) -> Result<(), Broken> {
    let kind = state.local(slot);
    ensure!(fits(kind), LocalKind, "{}: local {} holds {kind}", instr.info().name, slot.0);
    Ok(())
}

fn expect_capture(function: &Function, index: CaptureId, cell: bool) -> Result<(), Broken> {
    let is_cell = function.captures[index.index()].is_cell();
    let what = if is_cell { "a cell" } else { "a value" };
    ensure!(is_cell == cell, CaptureKind, "capture {} is {what}", index.0);
    Ok(())
}

/// Making a closure: everything it captures must be there and be of the right kind.
fn closure(
    module: &Module,
    maker: &Function,
    state: &State,
    made: FunctionId,
) -> Result<Kind, Broken> {
    let made = module.function(made);
    for (number, &capture) in made.captures.iter().enumerate() {
        capture_in_range(maker, capture)?;
        let fits = match capture {
            Capture::Local(slot) => state.local(slot).is_value(),
            Capture::Cell(slot) => state.local(slot) == Kind::Cell,
            Capture::Capture(index) => !maker.captures[index.index()].is_cell(),
            Capture::CaptureCell(index) => maker.captures[index.index()].is_cell(),
        };
        ensure!(fits, CaptureSource, "capture {number} finds something else at {capture:?}");
    }
    Ok(if made.is_method() { Kind::Method } else { Kind::Value })
}
