//! Third pass: abstract interpretation of a function over its basic blocks.
//!
//! Each block has the [`State`] it is entered with, joined over all ways into it. A block whose
//! entry changes is looked at again; the first in the order of the code goes first, so that code
//! that follows a loop waits until the loop is settled, and most blocks are looked at once.
//!
//! An error may come out of every instruction. Its handler is entered with the operands below the
//! handler's depth, which covered code leaves alone, and with what the locals hold before *any* of
//! the covered instructions: the state at the start of the block, joined with each change.

use super::kinds::Kind;
use super::layout::{Block, Layout};
use super::rules::{Broken, Rule, ensure};
use super::state::{Frame, State};
use super::tables::Operands;
use super::transfer::{Step, jumped, touched_locals};
use crate::code::Place;
use crate::{Function, Handler, Local, Module};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Steps allowed per instruction, on average. Compiled code takes one or two; it takes hundreds of
/// loops inside each other, each undoing what the inner ones know, to need more.
const STEPS_PER_INSTRUCTION: usize = 256;

/// Steps allowed besides, for the captures of closures in a small module.
const FREE_STEPS: usize = 1 << 18;

/// What the verifier may still do: looking at an instruction takes a step, and so does each of many
/// operands it takes, each capture it fills and each node of two frames that are compared.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn for_module(module: &Module) -> Budget {
        let instructions: usize = module.functions.iter().map(|function| function.code.len()).sum();
        Budget(FREE_STEPS + STEPS_PER_INSTRUCTION * instructions)
    }

    #[inline]
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Broken> {
        let left = self.0.checked_sub(steps);
        ensure!(left.is_some(), Complexity, "too many paths change what locals hold");
        self.0 = left.unwrap_or(usize::MAX);
        Ok(())
    }
}

/// The memory of a pass over one function, used again for the next.
pub(super) struct Flow<F> {
    /// Per block, the state it is entered with, once it is reached.
    entries: Vec<Option<State<F>>>,
    pending: Pending,
}

impl<F> Default for Flow<F> {
    fn default() -> Self {
        Self { entries: Vec::new(), pending: Pending::default() }
    }
}

impl<F: Frame> Flow<F> {
    /// Looks at all of a function. Gives the greatest depth of its operand stack; none if its frame
    /// does not fit into an `F`.
    ///
    /// # Errors
    /// The rule it breaks.
    pub(super) fn run(
        &mut self,
        operands: Operands<'_>,
        layout: &Layout,
        code: impl Place,
        unset: F,
        budget: &mut Budget,
    ) -> Result<Option<u16>, Broken> {
        let function = operands.function;
        if usize::from(function.locals) > F::CAPACITY {
            return Ok(None);
        }
        self.entries.clear();
        self.entries.resize(layout.blocks.len(), None);
        self.pending.clear(layout.blocks.len());
        let mut pass = Pass {
            operands,
            function,
            layout,
            code,
            entries: &mut self.entries,
            pending: &mut self.pending,
            greatest: 0,
            budget,
        };
        pass.enter(0, &entry_state(function, unset))?;
        while let Some(block) = pass.pending.pop_first() {
            if !pass.block(block as usize)? {
                return Ok(None);
            }
            State::tidy(pass.entries);
        }
        pass.all_reached()?;
        Ok(Some(pass.greatest as u16))
    }
}

/// What a caller leaves: `this`, arguments, and nothing.
fn entry_state<F: Frame>(function: &Function, unset: F) -> State<F> {
    let mut state = State::new(unset, function.locals);
    let given = function.first_param() + function.required;
    let params = function.first_param() + function.params;
    (0..given).for_each(|slot| state.set_local(Local(slot), Kind::Value));
    (given..params).for_each(|slot| state.set_local(Local(slot), Kind::MaybeGiven));
    state
}

/// The blocks to look at, the first in the order of the code first. Mostly that is the one behind
/// the last, which needs no heap.
#[derive(Default)]
struct Pending {
    first: Option<u32>,
    others: BinaryHeap<Reverse<u32>>,
    /// Per block, whether it is here.
    queued: Vec<bool>,
}

impl Pending {
    /// None of so many blocks.
    fn clear(&mut self, blocks: usize) {
        self.first = None;
        self.others.clear();
        self.queued.clear();
        self.queued.resize(blocks, false);
    }

    fn insert(&mut self, block: u32) {
        if std::mem::replace(&mut self.queued[block as usize], true) {
            return;
        }
        match self.first {
            None if self.others.is_empty() => self.first = Some(block),
            Some(first) if block < first => {
                self.first = Some(block);
                self.others.push(Reverse(first));
            }
            _ => self.others.push(Reverse(block)),
        }
    }

    fn pop_first(&mut self) -> Option<u32> {
        let least = self.others.peek().map(|other| other.0);
        let block = match self.first {
            Some(first) if least.is_none_or(|least| first < least) => {
                self.first = None;
                first
            }
            _ => self.others.pop()?.0,
        };
        self.queued[block as usize] = false;
        Some(block)
    }
}

/// A function being looked at.
struct Pass<'p, F, P> {
    operands: Operands<'p>,
    function: &'p Function,
    layout: &'p Layout,
    /// Where the code of the function begins.
    code: P,
    entries: &'p mut Vec<Option<State<F>>>,
    pending: &'p mut Pending,
    greatest: usize,
    budget: &'p mut Budget,
}

impl<F: Frame, P: Place> Pass<'_, F, P> {
    /// Looks at a block with the state it is entered with. False if the frame is too small.
    fn block(&mut self, number: usize) -> Result<bool, Broken> {
        let function = self.function;
        let block @ Block { start, end, .. } = self.layout.blocks[number];
        let range = start as usize..end as usize;
        self.budget.spend(range.len())?;
        let handler = block.handler(function);
        let mut state = self.entries[number].clone().expect("pending blocks were entered");
        let mut caught = handler.map(|handler| caught_state(&state, handler));
        if let Some(caught) = &caught
            && !self.fits(caught.depth()).map_err(|broken| broken.at(range.start))?
        {
            return Ok(false);
        }
        let floor = handler.map_or(0, |handler| usize::from(handler.depth));
        let mut place = self.layout.place(self.code, range.start);
        let mut last = place;
        for at in range.clone() {
            let mut step =
                Step { operands: self.operands, state: &mut state, floor, budget: self.budget };
            last = place;
            place = step.take(place).map_err(|broken| broken.at(at))?;
            if !self.fits(state.depth()).map_err(|broken| broken.at(at))? {
                return Ok(false);
            }
            if let Some(caught) = &mut caught
                && at + 1 < range.end
            {
                let touched = touched_locals(last.instr()).into_iter().flatten();
                touched.filter(|&slot| slot < function.locals).for_each(|slot| {
                    caught.join_local(Local(slot), state.local(Local(slot)));
                });
            }
        }
        if let (Some(handler), Some(caught)) = (handler, caught) {
            self.enter(handler.target.0, &caught)?;
        }
        self.leave(last, end, &state)
    }

    /// Goes where the last instruction of a block leads. False if the frame is too small.
    fn leave(&mut self, last: P, end: u32, state: &State<F>) -> Result<bool, Broken> {
        let at = end as usize - 1;
        if let Some(target) = last.target() {
            let jumped = jumped(state, last);
            if !self.fits(jumped.depth()).map_err(|broken| broken.at(at))? {
                return Ok(false);
            }
            self.enter(target.0, &jumped)?;
        }
        if !last.form().ends {
            self.enter(end, state)?;
        }
        Ok(true)
    }

    /// Joins a state into the entry of the block that begins at an instruction.
    fn enter(&mut self, at: u32, state: &State<F>) -> Result<(), Broken> {
        let block = self.layout.block_at[at as usize];
        let changed = match &mut self.entries[block as usize] {
            Some(entry) => {
                let (changed, work) = entry.join(state).map_err(|broken| broken.at(at as usize))?;
                self.budget.spend(work)?;
                changed
            }
            unreached => {
                *unreached = Some(state.clone());
                true
            }
        };
        if changed {
            self.pending.insert(block);
        }
        Ok(())
    }

    /// Notes how deep the operand stack is; false if the frame is too small.
    #[inline]
    fn fits(&mut self, depth: usize) -> Result<bool, Broken> {
        if depth <= self.greatest {
            return Ok(true);
        }
        self.greatest = depth;
        let frame = usize::from(self.function.locals) + depth;
        ensure!(frame <= usize::from(u16::MAX), FrameSize, "{frame} locals and operands");
        Ok(frame <= F::CAPACITY)
    }

    fn all_reached(&self) -> Result<(), Broken> {
        let unreached = self.entries.iter().position(|entry| entry.is_none());
        match unreached.map(|number| self.layout.blocks[number]) {
            Some(block) => no_way().map_err(|broken| broken.at(block.start as usize)),
            None => Ok(()),
        }
    }
}

/// A block was not reached.
fn no_way() -> Result<(), Broken> {
    ensure!(false, Reachable, "no way leads here");
    Ok(())
}

/// What a handler is entered with if an error comes out of code in this state. (If there are fewer
/// operands than the handler keeps, the first of the instructions is refused.)
fn caught_state<F: Frame>(state: &State<F>, handler: Handler) -> State<F> {
    let mut caught = state.clone();
    caught.cut(state.depth().min(handler.depth.into()));
    caught.push(Kind::Error);
    caught
}
