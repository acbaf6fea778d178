//! The verifier: from [`Module`], which may come from anywhere, to [`VerifiedModule`], which an
//! engine runs without looking twice.
//!
//! It promises: no index leaves its table, the operand stack has the same known depth each time an
//! instruction is reached, every operand and local is of a kind the instruction can deal with, and
//! no code runs for ever without taking steps, since only the `back` instructions go back, and each
//! of them counts a step or uses up a list. What a *value* is (number, string, …) is not its
//! business: instructions check that when they run.
//!
//! Nothing a module says about itself is believed. In three passes, each trusting the one before:
//! 1. `tables` — indices, names and constants, without looking at the order of code;
//! 2. `layout` — jumps and handlers of each function, which cut its code into basic blocks;
//! 3. `flow` — abstract interpretation over the blocks, with the kind (`kinds`) of each local
//!    and operand in place of values (`state`), by what each instruction does (`transfer`).
//!
//! Work and memory are linear in the size of the code: the steps of the third pass are counted, and
//! states at the starts of blocks are small or share what they have in common (`shared`). Nothing
//! recurses.

mod flow;
mod kinds;
mod layout;
mod rules;
mod shared;
mod state;
mod tables;
#[cfg(test)]
mod tests;
mod transfer;

pub use rules::{Rule, VerifyError};

use crate::{Function, FunctionId, Module};
use flow::{Budget, Flow};
use layout::Layout;
use rules::Broken;
use shared::Shared;
use state::Flat;

/// A module that keeps to every [`Rule`]: what engines run. [`verify`] is the only way to get one.
/// It can be read like the [`Module`] it is, not changed.
#[derive(Clone, Debug)]
pub struct VerifiedModule {
    module: Module,
    facts: Vec<FunctionFacts>,
}

impl VerifiedModule {
    /// What was found out about the function with this number.
    pub fn facts(&self, id: FunctionId) -> &FunctionFacts {
        &self.facts[id.index()]
    }

    /// Gives the module back, to be changed.
    pub fn into_module(self) -> Module {
        self.module
    }
}

impl std::ops::Deref for VerifiedModule {
    type Target = Module;

    fn deref(&self) -> &Module {
        &self.module
    }
}

/// What the verifier found out about a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionFacts {
    /// Greatest depth of the operand stack.
    pub max_stack: u16,
    /// Depth of the operand stack before each instruction.
    pub depths: Vec<u16>,
    /// Instructions where a basic block begins: the first, targets, handlers, what follows a jump
    /// or an end, and the borders of what handlers cover.
    pub leaders: Vec<bool>,
}

/// Checks a module.
///
/// # Errors
/// The first rule that is broken, and where.
pub fn verify(module: Module) -> Result<VerifiedModule, VerifyError> {
    tables::check(&module)?;
    let mut verifier = Verifier {
        module: &module,
        layout: Layout::default(),
        flat: Flow::default(),
        shared: Flow::default(),
        budget: Budget::for_module(&module),
    };
    let mut facts = Vec::with_capacity(module.functions.len());
    for (id, function) in (0..).map(FunctionId).zip(&module.functions) {
        let found = verifier.function(function);
        facts.push(found.map_err(|broken| broken.in_function(&module, id))?);
    }
    Ok(VerifiedModule { module, facts })
}

/// The second and the third pass, with memory that all functions use in turn.
struct Verifier<'m> {
    module: &'m Module,
    layout: Layout,
    flat: Flow<Flat>,
    shared: Flow<Shared>,
    budget: Budget,
}

impl Verifier<'_> {
    fn function(&mut self, function: &Function) -> Result<FunctionFacts, Broken> {
        let Self { module, layout, flat, shared, budget } = self;
        let leaders = layout.cut(function)?;
        let small = flat.run(module, function, layout, Flat::unset(), budget)?;
        let depths = match small {
            Some(depths) => depths,
            None => shared
                .run(module, function, layout, Shared::unset(), budget)?
                .expect("no frame is larger"),
        };
        Ok(FunctionFacts { max_stack: depths.greatest, depths: depths.before, leaders })
    }
}
