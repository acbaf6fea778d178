//! What one instruction does to a [`State`].
//!
//! The counts come from the instruction table. Here is what counting does not tell: kinds of
//! operands and results, and what happens to locals. An instruction that [`transfer`] does not name
//! takes values, leaves values, and leaves locals alone.

use super::flow::Budget;
use super::kinds::Kind;
use super::rules::{Broken, Rule, ensure};
use super::state::{Frame, State};
use super::tables::{Operands, capture_in_range, check_instr};
use crate::code::Place;
use crate::{Capture, CaptureId, Function, FunctionId, Instr, Local, Module, Operand, Visitor};

/// So many operands are looked at for the step that the instruction costs anyway.
const FEW: usize = 8;

/// One instruction on its way through the third pass: its operands are in range, there are enough
/// values on the operand stack, and all are of the kinds it is for.
pub(super) struct Step<'s, F> {
    pub(super) operands: Operands<'s>,
    /// Before the instruction, and then after it.
    pub(super) state: &'s mut State<F>,
    /// The depth of the operand stack that a handler wants left alone.
    pub(super) floor: usize,
    pub(super) budget: &'s mut Budget,
}

impl<F: Frame> Step<'_, F> {
    /// Takes the instruction at a place; gives the next place.
    #[inline(always)]
    pub(super) fn take<P: Place>(&mut self, place: P) -> Result<P, Broken> {
        if F::COMMON { place.visit(self) } else { self.take_rarely(place) }
    }

    /// The same with less code: instructions are told apart more than once.
    #[inline(never)]
    fn take_rarely<P: Place>(&mut self, place: P) -> Result<P, Broken> {
        let instr = place.instr();
        instr.operands().try_for_each(|operand| self.operands.check(operand))?;
        self.instruction(instr)?;
        Ok(place.behind(P::length(place.form())))
    }
}

impl<F: Frame> Visitor for Step<'_, F> {
    type Error = Broken;

    #[inline(always)]
    fn operand(&mut self, operand: Operand) -> Result<(), Broken> {
        self.operands.check(operand)
    }

    #[inline(always)]
    fn instruction(&mut self, instr: Instr) -> Result<(), Broken> {
        let Operands { module, function, .. } = self.operands;
        check_instr(module, function, instr)?;
        let (depth, takes) = (self.state.depth(), instr.takes() as usize);
        if depth < takes + self.floor {
            too_few(instr, depth, self.floor)?;
        }
        transfer(module, function, self.state, instr, takes, self.budget)?;
        debug_assert_eq!(self.state.depth(), depth - takes + instr.leaves() as usize);
        Ok(())
    }
}

/// There are fewer operands than an instruction takes, or it takes what a handler keeps.
#[cold]
fn too_few(instr: Instr, depth: usize, floor: usize) -> Result<(), Broken> {
    let (name, takes) = (instr.info().name, instr.takes() as usize);
    ensure!(takes <= depth, Underflow, "{name} takes {takes} of {depth} operands");
    ensure!(takes + floor <= depth, HandlerDepth, "{name} goes below depth {floor}");
    Ok(())
}

/// Executes an instruction on kinds: changes the state to the one before the next instruction. What
/// is different at its target, if it has one, [`jumped`] tells.
///
/// There must be as many operands as it `takes`. An instruction that takes what may be either of two
/// kinds takes each of them too: so code does not become wrong by losing a way to get there, which
/// optimizers count on.
#[inline(always)]
fn transfer<F: Frame>(
    module: &Module,
    function: &Function,
    state: &mut State<F>,
    instr: Instr,
    takes: usize,
    budget: &mut Budget,
) -> Result<(), Broken> {
    if takes > FEW {
        budget.spend(takes)?;
    }
    match instr {
        Instr::Pop {} => state.pop(1),
        Instr::Dup {} => {
            let kind = state.operand(0);
            fits(instr, kind, kind.is_value())?;
            state.push(kind);
        }
        Instr::GetLocal { slot } => {
            expect_local(state, instr, slot, is_completion)?;
            state.push(state.local(slot));
        }
        Instr::SetLocal { slot } => {
            let kind = state.operand(0);
            fits(instr, kind, is_completion(kind))?;
            state.pop(1);
            state.set_local(slot, if kind.is_value() { Kind::Value } else { kind });
        }
        Instr::NewCell { slot } => {
            take_values(state, instr, 1)?;
            state.set_local(slot, Kind::Cell);
        }
        Instr::GetCell { slot } => {
            expect_local(state, instr, slot, |kind| kind == Kind::Cell)?;
            state.push(Kind::Value);
        }
        Instr::SetCell { slot } => {
            take_values(state, instr, 1)?;
            expect_local(state, instr, slot, |kind| kind == Kind::Cell)?;
        }
        Instr::GetCapture { index } => {
            expect_capture(function, index, false)?;
            state.push(Kind::Value);
        }
        Instr::GetCaptureCell { index } => {
            expect_capture(function, index, true)?;
            state.push(Kind::Value);
        }
        Instr::SetCaptureCell { index } => {
            take_values(state, instr, 1)?;
            expect_capture(function, index, true)?;
        }
        Instr::JumpIfGiven { slot, .. } => {
            expect_local(state, instr, slot, |kind| kind == Kind::MaybeGiven)?;
            state.set_local(slot, Kind::Unset);
        }
        Instr::ForeachStart { state: slot } => {
            take_values(state, instr, 1)?;
            state.set_iterator(slot);
        }
        Instr::ForeachNext { state: slot, .. } => {
            expect_local(state, instr, slot, |kind| kind == Kind::Iterator)?;
        }
        Instr::Closure { function: made } => {
            budget.spend(module.function(made).captures.len())?;
            let kind = closure(module, function, state, made)?;
            state.push(kind);
        }
        Instr::Return {} => {
            let depth = state.depth();
            take_values(state, instr, 1)?;
            ensure!(depth == 1, ReturnAlone, "{depth} operands");
        }
        Instr::NewArray { items } => {
            take_values(state, instr, items.index())?;
            state.push(Kind::Array);
        }
        Instr::AppendItems { items } => {
            take_values(state, instr, items.index())?;
            expect_top(state, instr, Kind::Array)?;
        }
        Instr::NewTable {} => state.push(Kind::Table),
        Instr::InsertPairs { pairs } => {
            take_values(state, instr, 2 * pairs.index())?;
            expect_top(state, instr, Kind::Table)?;
        }
        Instr::NewClass { .. } => state.push(Kind::Class),
        Instr::Inherit {} => {
            take_values(state, instr, 1)?;
            expect_top(state, instr, Kind::Class)?;
        }
        Instr::AddMethod { .. } => {
            expect_top(state, instr, Kind::Method)?;
            state.pop(1);
            expect_top(state, instr, Kind::Class)?;
        }
        Instr::FinishClass {} => {
            expect_top(state, instr, Kind::Class)?;
            state.pop(1);
            state.push(Kind::Value);
        }
        Instr::Rethrow {} => {
            let kind = state.operand(0);
            fits(instr, kind, is_completion(kind))?;
            state.pop(1);
        }
        Instr::Caught {} => {
            let kind = state.operand(0);
            fits(instr, kind, is_completion(kind))?;
            state.pop(1);
            state.push(Kind::Value);
        }
        Instr::NewDefers { slot } => state.set_local(slot, Kind::Defers),
        Instr::Defer { slot } => {
            take_values(state, instr, 1)?;
            expect_local(state, instr, slot, |kind| kind == Kind::Defers)?;
        }
        Instr::DeferNext { slot, .. } => {
            let is_list = |kind| matches!(kind, Kind::Defers | Kind::RunningDefers);
            expect_local(state, instr, slot, is_list)?;
            state.set_local(slot, Kind::RunningDefers);
        }
        _ => {
            take_values(state, instr, takes)?;
            for _ in 0..instr.leaves() {
                state.push(Kind::Value);
            }
        }
    }
    Ok(())
}

/// Executes the instruction at a place, which goes to its target, on the state before the next one.
#[inline]
pub(super) fn jumped<F: Frame>(state: &State<F>, place: impl Place) -> State<F> {
    let mut state = state.clone();
    let form = place.form();
    state.pop(form.leaves.into());
    for _ in 0..form.leaves_jumping {
        state.push(Kind::Value);
    }
    if form.sets_given
        && let Instr::JumpIfGiven { slot, .. } = place.instr()
    {
        state.set_local(slot, Kind::Value);
    }
    state
}

fn is_completion(kind: Kind) -> bool {
    kind.is_value() || matches!(kind, Kind::Error | Kind::Completion)
}

/// Takes so many operands, which must be values.
#[inline]
fn take_values<F: Frame>(state: &mut State<F>, instr: Instr, count: usize) -> Result<(), Broken> {
    for below in 0..count {
        let kind = state.operand(below);
        fits(instr, kind, kind.is_value())?;
    }
    state.pop(count);
    Ok(())
}

/// The top must be of a kind; it stays.
fn expect_top<F: Frame>(state: &State<F>, instr: Instr, wanted: Kind) -> Result<(), Broken> {
    let kind = state.operand(0);
    fits(instr, kind, kind == wanted)
}

#[inline]
fn fits(instr: Instr, kind: Kind, fits: bool) -> Result<(), Broken> {
    ensure!(fits, OperandKinds, "{} takes {kind}", instr.info().name);
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

#[inline]
fn expect_local<F: Frame>(
    state: &State<F>,
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
fn closure<F: Frame>(
    module: &Module,
    maker: &Function,
    state: &State<F>,
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
