//! Which module-level variables are certainly declared where an instruction stands.
//!
//! Reading a variable looks whether its declaration ran. Nothing undoes a declaration, so the look is
//! needed only until a first reading or storing went well, or the declaration itself was passed. That
//! is known of all that follows an instruction to which every way leads: one that no jump, and no
//! handler of errors, leads past. At the top level of a script, statements that stand in no other are
//! such instructions, so what they declare is known to be declared in all loops behind them.

use sox_bytecode::{Function, Instr};
use std::collections::HashSet;

/// What is known, for a pass over the instructions in their order.
pub(super) struct Declared {
    slots: HashSet<u32>,
    /// Where the ways go that begin before and lead furthest.
    reach: u32,
    /// Handlers that begin later: first instruction and target, the next one last.
    handlers: Vec<(u32, u32)>,
}

impl Declared {
    /// Nothing is known yet.
    pub(super) fn of(function: &Function) -> Declared {
        let each = function.handlers.iter();
        let mut handlers: Vec<_> = each.map(|it| (it.start, it.target.0)).collect();
        handlers.sort_unstable_by(|a, b| b.cmp(a));
        Declared { slots: HashSet::new(), reach: 0, handlers }
    }

    pub(super) fn contains(&self, slot: u32) -> bool {
        self.slots.contains(&slot)
    }

    /// To be told of each instruction, in order; `slot` is the variable that is declared if it was
    /// done.
    pub(super) fn pass(&mut self, at: usize, instr: Instr, slot: Option<u32>) {
        let at = at as u32;
        while let Some((_, target)) = self.handlers.pop_if(|handler| handler.0 <= at) {
            self.reach = self.reach.max(target);
        }
        if self.reach <= at {
            self.slots.extend(slot);
        }
        self.reach = self.reach.max(instr.target().map_or(0, |target| target.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sox_bytecode::{FunctionKind, Handler, Target};

    /// What is known behind the last of the instructions, each of which declares the variable with its
    /// number.
    fn known(code: &[Instr], handlers: Vec<Handler>) -> Vec<u32> {
        let function = Function { handlers, ..Function::new(FunctionKind::Module, code.to_vec()) };
        let mut declared = Declared::of(&function);
        for (at, &instr) in code.iter().enumerate() {
            declared.pass(at, instr, Some(at as u32));
        }
        (0..code.len() as u32).filter(|&slot| declared.contains(slot)).collect()
    }

    #[test]
    fn what_a_jump_leads_past_is_not_known() {
        let jump = |target| Instr::JumpIfFalse { target: Target(target) };
        let back = Instr::Loop { target: Target(1) };
        assert_eq!(known(&[Instr::Nil {}; 3], Vec::new()), [0, 1, 2]);
        let code = [Instr::Nil {}, jump(3), Instr::Nil {}, Instr::Nil {}, back, Instr::Nil {}];
        assert_eq!(known(&code, Vec::new()), [0, 1, 3, 4, 5]);
        // The way of the outer jump goes on past the end of the inner one.
        let code = [jump(4), jump(2), Instr::Nil {}, Instr::Nil {}, Instr::Nil {}];
        assert_eq!(known(&code, Vec::new()), [0, 4]);
    }

    #[test]
    fn what_may_be_left_with_an_error_is_not_known_behind_the_handler() {
        let handler = |start, end, target| Handler { start, end, target: Target(target), depth: 0 };
        let code = [Instr::Nil {}; 6];
        assert_eq!(known(&code, vec![handler(1, 3, 4)]), [0, 4, 5]);
        assert_eq!(known(&code, vec![handler(2, 3, 5), handler(0, 1, 2)]), [5]);
    }
}
