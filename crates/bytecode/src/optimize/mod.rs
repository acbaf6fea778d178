//! The optimizer: bytecode that does the same with less.
//!
//! What compilers emit is plain: each construct on its own. Where two meet there are jumps to jumps,
//! conditions of constants, values that are stored to be read once. Engines would carry these along,
//! so they are removed here, before the verifier sees the module (and its judgement is about what
//! runs). The same program must come out: equal output, errors, traces with their lines, steps, and
//! checks for variables that are not declared. Only the depth at which the stack overflows and the
//! memory used may differ.
//!
//! The work is done by passes, each of which can be used alone:
//!
//! | Pass | Level | Looks at |
//! |---|---|---|
//! | `fold` | 1 | neighbours |
//! | `fuse` | 1 | neighbours |
//! | `thread` | 1 | jumps and their targets |
//! | `dead` | 1 | neighbours, and what is reached |
//! | `locals` | 2 | all uses of each slot |
//! | `unused` | 2 | the functions of the module |
//! | `dedupe` | 2 | the tables of the module |
//!
//! Functions are changed one by one, as a `Draft`. Those that look at neighbours share one walk
//! (`mod@walk`); then come jumps, locals, and what became unreachable. As each may give work to the
//! others there are up to `ROUNDS` rounds, each linear in the size of the function. At level 1 most
//! functions have nothing to improve, which one look at neighbouring instructions tells: they are
//! left alone.
//!
//! The optimizer trusts nothing: of a module that would not verify it may make one that does or one
//! that does not, but it does not fail. It needs no verified module and gives none; its result goes
//! through the verifier like any other.

mod constants;
mod dead;
mod dedupe;
mod draft;
mod fold;
mod fuse;
mod locals;
mod passes;
#[cfg(test)]
mod tests;
mod thread;
mod unused;
mod walk;

pub use passes::{OptLevel, Pass, Passes, Report};

use crate::{Function, FunctionId, Instr, Module};
use constants::Constants;
use draft::Draft;
use passes::Tally;

/// Rounds of passes over a function, at most.
const ROUNDS: usize = 4;

/// Improves a module by the given passes and tells what they did.
pub fn optimize(module: &mut Module, passes: Passes) -> Report {
    let mut list = std::mem::take(&mut module.constants);
    let mut report = Report::begin(module.functions.len(), list.len());
    let mut optimizer = Optimizer {
        passes,
        constants: Constants::new(&mut list),
        memory: Memory::default(),
        tally: Tally::default(),
    };
    // Sizes are counted on the way: a module is much memory to look at twice.
    for id in (0..module.functions.len() as u32).map(FunctionId) {
        report.before.instructions += module.functions[id.index()].code.len();
        optimizer.function(&mut module.functions, id);
        report.after.instructions += module.functions[id.index()].code.len();
    }
    let mut tally = optimizer.tally;
    module.constants = list;
    if passes.has(Pass::Unused) {
        tally.add(Pass::Unused, unused::unused(module));
    }
    if passes.has(Pass::Dedupe) {
        tally.add(Pass::Dedupe, dedupe::dedupe(module));
    }
    report.end(module, tally)
}

struct Optimizer<'m> {
    passes: Passes,
    constants: Constants<'m>,
    memory: Memory,
    tally: Tally,
}

/// Memory that functions use one after the other.
#[derive(Default)]
struct Memory {
    draft: Draft,
    window: walk::Window,
    landing: Vec<u32>,
    sweep: dead::Scratch,
    slots: locals::Slots,
}

impl Optimizer<'_> {
    fn function(&mut self, functions: &mut [Function], id: FunctionId) {
        if !self.passes.any(Pass::OF_FUNCTIONS) {
            return;
        }
        let everything = self.passes.has(Pass::Locals);
        self.constants.set_locals([]);
        let Memory { draft, window, landing, sweep, slots } = &mut self.memory;
        for _ in 0..ROUNDS {
            let promise = match everything {
                true => Promise { neighbours: true, jumps: true },
                false => Promise::of(&functions[id.index()], self.passes),
            };
            if promise == Promise::default() || !draft.open(&mut functions[id.index()]) {
                return;
            }
            let before = self.tally.total();
            if promise.neighbours {
                walk::walk(draft, window, &mut self.constants, self.passes, &mut self.tally);
            }
            if promise.jumps && self.passes.has(Pass::Thread) {
                thread::thread(draft, landing, &self.constants, &mut self.tally);
            }
            if everything {
                let constants = &mut self.constants;
                locals::locals(draft, slots, functions, id, constants, &mut self.tally);
            }
            let changed = self.tally.total() != before;
            if changed || everything {
                dead::sweep(draft, sweep, &mut self.tally);
            }
            draft.close(&mut functions[id.index()]);
            if !changed {
                return;
            }
        }
    }
}

/// Whether an instruction is one of those most code consists of, and at which no pass begins.
fn is_plain(instr: Instr) -> bool {
    matches!(
        instr,
        Instr::GetLocal { .. }
            | Instr::Const { .. }
            | Instr::GetGlobal { .. }
            | Instr::GetBuiltin { .. }
            | Instr::GetField { .. }
            | Instr::SetField { .. }
            | Instr::GetIndex {}
            | Instr::SetIndex {}
            | Instr::Call { .. }
            | Instr::Invoke { .. }
            | Instr::Print {}
            | Instr::Closure { .. }
    )
}

/// Where the passes of level 1 may find something to do in a function.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Promise {
    neighbours: bool,
    jumps: bool,
}

impl Promise {
    /// Looks at each instruction and the two before it. Nothing promised means nothing to do.
    fn of(function: &Function, passes: Passes) -> Promise {
        let (fold, fuse) = (passes.has(Pass::Fold), passes.has(Pass::Fuse));
        let (dead, thread) = (passes.has(Pass::Dead), passes.has(Pass::Thread));
        let mut promise = Promise::default();
        let mut before = [Instr::Return {}; 2];
        for (place, &instr) in function.code.iter().enumerate() {
            if !is_plain(instr) {
                promise.neighbours |= (fold && fold::may_begin(before, instr))
                    || (fuse && fuse::may_begin(before, instr))
                    || (dead && dead::may_begin(before[1], instr));
                promise.jumps |= thread && thread::may_begin(before[1], place, &function.code);
            }
            before = [before[1], instr];
        }
        promise
    }
}
