//! `unused`: functions of which no closure is ever made, because the code that would make it is
//! gone.

use crate::{FunctionId, Instr, Module, Operand};

/// Removes them; gives their number.
pub(super) fn unused(module: &mut Module) -> usize {
    let mut used = vec![false; module.functions.len()];
    let mut waiting: Vec<FunctionId> = module.new_modules().map(|(_, info)| info.body).collect();
    while let Some(id) = waiting.pop() {
        let Some(used) = used.get_mut(id.index()) else { continue };
        if !std::mem::replace(used, true) {
            waiting.extend(module.functions[id.index()].code.iter().filter_map(made));
        }
    }
    let removed = used.iter().filter(|&&used| !used).count();
    if removed > 0 {
        let mut kept = used.iter();
        module.functions.retain(|_| *kept.next().unwrap_or(&true));
        let mut next = 0;
        let numbers: Vec<u32> = used
            .iter()
            .map(|&used| {
                let number = next;
                next += u32::from(used);
                number
            })
            .collect();
        renumber(module, &numbers);
    }
    removed
}

/// The function an instruction makes a closure of.
fn made(instr: &Instr) -> Option<FunctionId> {
    match instr {
        Instr::Closure { function } => Some(*function),
        _ => None,
    }
}

/// Gives functions other numbers, by their present ones.
pub(super) fn renumber(module: &mut Module, numbers: &[u32]) {
    let number = |id: FunctionId| numbers.get(id.index()).copied().unwrap_or(id.0);
    for info in &mut module.modules {
        info.body = FunctionId(number(info.body));
    }
    for function in &mut module.functions {
        for instr in &mut function.code {
            *instr = instr.map_operands(|operand| match operand {
                Operand::Function(id) => number(id),
                other => other.raw(),
            });
        }
    }
}
