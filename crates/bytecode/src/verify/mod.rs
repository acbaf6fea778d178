//! The verifier: from [`Module`] to [`VerifiedModule`]. (Being written: computes stack depths only.)

use crate::{Function, FunctionId, Module};

/// A module that was found to be sound: what engines run. [`verify`] is the only way to get one.
#[derive(Clone, Debug)]
pub struct VerifiedModule {
    module: Module,
    facts: Vec<FunctionFacts>,
}

impl VerifiedModule {
    /// The module.
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// The function with this number.
    pub fn function(&self, id: FunctionId) -> &Function {
        self.module.function(id)
    }

    /// What was found out about the function with this number.
    pub fn facts(&self, id: FunctionId) -> &FunctionFacts {
        &self.facts[id.index()]
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

/// Why a module was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// What is wrong.
    pub message: String,
}

/// Checks a module.
///
/// # Errors
/// The first rule that is broken, and where.
pub fn verify(module: Module) -> Result<VerifiedModule, VerifyError> {
    let facts = module.functions.iter().map(facts).collect();
    Ok(VerifiedModule { module, facts })
}

fn facts(function: &Function) -> FunctionFacts {
    let code = &function.code;
    let mut depths = vec![None; code.len()];
    let mut leaders = vec![false; code.len()];
    let mut work = vec![(0_u32, 0_u32)];
    let mut max = 0;
    for handler in &function.handlers {
        work.push((handler.target.0, u32::from(handler.depth) + 1));
        leaders[handler.start as usize] = true;
        if let Some(end) = leaders.get_mut(handler.end as usize) {
            *end = true;
        }
    }
    while let Some((start, depth)) = work.pop() {
        let (mut at, mut depth) = (start as usize, depth);
        leaders[at] = true;
        while depths[at].is_none() {
            depths[at] = Some(depth as u16);
            let instr = code[at];
            let below = depth - instr.takes();
            max = max.max(depth).max(below + instr.leaves()).max(below + instr.leaves_jumping());
            if let Some(target) = instr.target() {
                work.push((target.0, below + instr.leaves_jumping()));
                if let Some(next) = leaders.get_mut(at + 1) {
                    *next = true;
                }
            }
            if instr.effects().ends {
                break;
            }
            depth = below + instr.leaves();
            at += 1;
        }
    }
    let depths = depths.into_iter().map(Option::unwrap_or_default).collect();
    FunctionFacts { max_stack: max as u16, depths, leaders }
}
