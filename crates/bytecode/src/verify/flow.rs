//! Third pass: abstract interpretation of a function over its basic blocks.
//!
//! Each block has the [`State`] it is entered with, joined over all ways into it. A block whose
//! entry changes is looked at again; the first in the order of the code goes first, so that code
//! that follows a loop waits until the loop is settled, and most blocks are looked at once.
//!
//! An error may come out of every instruction. Its handler is entered with the operands below the
//! handler's depth, which covered code leaves alone, and with what the locals hold before *any* of
//! the covered instructions: the state at the start of the block, joined with each change.

use super::FunctionFacts;
use super::kinds::{Kind, State};
use super::layout::{Block, Layout};
use super::rules::{Broken, Rule, ensure};
use super::transfer::{touched_locals, transfer};
use crate::{Function, Handler, Instr, Local, Module};
use std::collections::BTreeSet;

/// Locals and operands of a frame.
const MAX_FRAME: usize = u16::MAX as usize;

/// Steps allowed per instruction, on average. Compiled code takes one or two; it takes hundreds of
/// loops inside each other, each undoing what the inner ones know, to need more.
const STEPS_PER_INSTRUCTION: usize = 256;

/// Steps allowed besides, for the captures of closures.
const FREE_STEPS: usize = 1 << 18;

pub(super) fn check(
    module: &Module,
    function: &Function,
    layout: Layout,
) -> Result<FunctionFacts, Broken> {
    let len = function.code.len();
    let mut flow = Flow {
        module,
        function,
        entries: vec![None; layout.blocks.len()],
        layout,
        pending: BTreeSet::new(),
        depths: vec![None; len],
        max_depth: 0,
        steps_left: FREE_STEPS + STEPS_PER_INSTRUCTION * len,
    };
    flow.enter(0, entry_state(function))?;
    while let Some(block) = flow.pending.pop_first() {
        flow.block(block as usize)?;
    }
    flow.facts()
}

/// What a caller leaves: `this`, arguments, and nothing.
fn entry_state(function: &Function) -> State {
    let mut state = State::new(function.locals);
    let given = function.first_param() + function.required;
    let params = function.first_param() + function.params;
    (0..given).for_each(|slot| state.set_local(Local(slot), Kind::Value));
    (given..params).for_each(|slot| state.set_local(Local(slot), Kind::MaybeGiven));
    state
}

struct Flow<'m> {
    module: &'m Module,
    function: &'m Function,
    layout: Layout,
    /// Per block, the state it is entered with, once it is reached.
    entries: Vec<Option<State>>,
    /// Blocks to look at.
    pending: BTreeSet<u32>,
    /// Per instruction, the depth of the operand stack before it.
    depths: Vec<Option<u16>>,
    max_depth: usize,
    steps_left: usize,
}

impl Flow<'_> {
    /// Looks at a block with the state it is entered with.
    fn block(&mut self, number: usize) -> Result<(), Broken> {
        let Block { start, end, handler } = self.layout.blocks[number];
        let mut state = self.entries[number].clone().expect("pending blocks were entered");
        let mut caught = handler.map(|handler| caught_state(&state, handler)).transpose()?;
        for at in start..end {
            let instr = self.function.code[at as usize];
            self.instruction(at, instr, handler, &mut state)
                .map_err(|broken| broken.at(at as usize))?;
            if let (Some(caught), true) = (&mut caught, at + 1 < end) {
                let touched = touched_locals(instr).into_iter().flatten();
                touched.filter(|&slot| slot < self.function.locals).for_each(|slot| {
                    caught.join_local(Local(slot), state.local(Local(slot)));
                });
            }
        }
        if let (Some(handler), Some(caught)) = (handler, caught) {
            self.enter(handler.target.0, caught)?;
        }
        if self.function.code[end as usize - 1].effects().ends {
            return Ok(());
        }
        self.enter(end, state)
    }

    /// Executes one instruction on kinds.
    fn instruction(
        &mut self,
        at: u32,
        instr: Instr,
        handler: Option<Handler>,
        state: &mut State,
    ) -> Result<(), Broken> {
        self.spend(instr)?;
        let (depth, takes) = (state.depth(), instr.takes() as usize);
        let name = instr.info().name;
        ensure!(takes <= depth, Underflow, "{name} takes {takes} of {depth} operands");
        if let Some(handler) = handler {
            let safe = depth - takes >= usize::from(handler.depth);
            ensure!(safe, HandlerDepth, "{name} goes below depth {}", handler.depth);
        }
        self.depths[at as usize] = Some(depth as u16);
        let jumped = transfer(self.module, self.function, state, instr)?;
        self.see_depth(state)?;
        if let (Some(target), Some(jumped)) = (instr.target(), jumped) {
            self.see_depth(&jumped)?;
            self.enter(target.0, jumped)?;
        }
        Ok(())
    }

    /// Joins a state into the entry of the block that begins at an instruction.
    fn enter(&mut self, at: u32, state: State) -> Result<(), Broken> {
        self.see_depth(&state)?;
        let block = self.layout.block_of[at as usize];
        let changed = match &mut self.entries[block as usize] {
            Some(entry) => entry.join(&state).map_err(|broken| broken.at(at as usize))?,
            unreached => {
                *unreached = Some(state);
                true
            }
        };
        if changed {
            self.pending.insert(block);
        }
        Ok(())
    }

    fn see_depth(&mut self, state: &State) -> Result<(), Broken> {
        self.max_depth = self.max_depth.max(state.depth());
        let frame = usize::from(self.function.locals) + self.max_depth;
        ensure!(frame <= MAX_FRAME, FrameSize, "{frame} locals and operands");
        Ok(())
    }

    fn spend(&mut self, instr: Instr) -> Result<(), Broken> {
        let captures = match instr {
            Instr::Closure { function } => self.module.function(function).captures.len(),
            _ => 0,
        };
        let left = self.steps_left.checked_sub(1 + captures);
        ensure!(left.is_some(), Complexity, "too many paths change what locals hold");
        self.steps_left = left.unwrap_or_default();
        Ok(())
    }

    fn facts(self) -> Result<FunctionFacts, Broken> {
        let mut depths = Vec::with_capacity(self.depths.len());
        for (at, depth) in self.depths.into_iter().enumerate() {
            match depth {
                Some(depth) => depths.push(depth),
                None => return Err(Broken::new(Rule::Reachable, "no way leads here").at(at)),
            }
        }
        let leaders = self.layout.leaders;
        Ok(FunctionFacts { max_stack: self.max_depth as u16, depths, leaders })
    }
}

/// What a handler is entered with if an error comes out of code in this state.
fn caught_state(state: &State, handler: Handler) -> Result<State, Broken> {
    let depth = usize::from(handler.depth);
    ensure!(depth <= state.depth(), HandlerDepth, "{} operands of {depth}", state.depth());
    let mut caught = state.clone();
    caught.cut(depth);
    caught.push(Kind::Error);
    Ok(caught)
}
