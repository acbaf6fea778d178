//! The verifier: from [`Module`], which may come from anywhere, to [`VerifiedModule`], which an
//! engine runs without looking twice.
//!
//! It promises: no index leaves its table, the operand stack has the same known depth each time an
//! instruction is reached, every operand and local is of a kind the instruction can deal with, and
//! no code runs for ever without taking steps, since only the `back` instructions go back, and each
//! of them counts a step or uses up a list. What a *value* is (number, string, …) is not its
//! business: instructions check that when they run.
//!
//! Nothing a module says about itself is believed. In three passes, each trusting the one before; the
//! first looks at the tables of the module, then all three at one function after the other:
//! 1. `tables` — indices, names and constants, without looking at code;
//! 2. `layout` — jumps and handlers, which cut the code of a function into basic blocks;
//! 3. `flow` — abstract interpretation over the blocks, with the kind (`kinds`) of each local
//!    and operand in place of values (`state`), by what each instruction does (`transfer`), once its
//!    operands are found to be in range (`tables` again). Code that no way leads to is refused, so
//!    this pass looks at all of it.
//!
//! Work and memory are linear in the size of the code: the steps of the third pass are counted, and
//! states at the starts of blocks are small or share what they have in common (`shared`). Nothing
//! recurses.

mod depths;
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

use crate::code::Place;
use crate::{Function, FunctionId, Module};
use flow::{Budget, Flow};
use layout::Layout;
use rules::Broken;
use shared::Shared;
use state::Flat;
use tables::Operands;

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

    /// Depth of the operand stack before each instruction of the function with this number.
    pub fn depths(&self, id: FunctionId) -> Vec<u16> {
        depths::before_each(self.module.function(id))
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FunctionFacts {
    /// Greatest depth of the operand stack.
    pub max_stack: u16,
}

/// Checks a module.
///
/// # Errors
/// The first rule that is broken, and where.
pub fn verify(module: Module) -> Result<VerifiedModule, VerifyError> {
    tables::check(&module)?;
    let names = tables::names(&module);
    let mut verifier = Verifier {
        module: &module,
        names: &names,
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

/// All passes over a function, one after the other while its code is near, with memory that all
/// functions use in turn.
struct Verifier<'m> {
    module: &'m Module,
    /// Per constant, whether it is a name.
    names: &'m [bool],
    layout: Layout,
    flat: Flow<Flat>,
    shared: Flow<Shared>,
    budget: Budget,
}

impl Verifier<'_> {
    fn function(&mut self, function: &Function) -> Result<FunctionFacts, Broken> {
        tables::check_function(self.module, self.names, function)?;
        match function.code.bytes() {
            Some(bytes) => self.code(function, bytes),
            None => self.code(function, function.code.as_slice()),
        }
    }

    /// The passes over the code of a function, which begins at a place.
    fn code(&mut self, function: &Function, code: impl Place) -> Result<FunctionFacts, Broken> {
        let Self { module, names, layout, flat, shared, budget } = self;
        layout.cut(function, code)?;
        let operands = Operands { module, names, function };
        let max_stack = match flat.run(operands, layout, code, Flat::unset(), budget)? {
            Some(depth) => depth,
            None => {
                let found = shared.run(operands, layout, code, Shared::unset(), budget)?;
                found.expect("no frame is larger")
            }
        };
        Ok(FunctionFacts { max_stack })
    }
}
