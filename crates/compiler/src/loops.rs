//! Loops. The test stands after the body, and the loop is entered at the test:
//!
//! ```text
//!            Jump condition
//! body:      …
//! continue:  step
//! condition: …
//!            LoopIfTrue body
//! break:
//! ```
//!
//! So each turn is begun by exactly one `Loop…` instruction, which is where steps are counted and
//! where a collection may happen, and a turn costs one jump.

use crate::conditions::literal_truth;
use crate::exits::Scope;
use crate::function::FunctionCompiler;
use sox_bytecode::Instr;
use sox_diagnostics::Span;
use sox_program::{Block, ExprId, Foreach, Slot};

impl FunctionCompiler<'_, '_> {
    pub(crate) fn loop_statement(
        &mut self,
        span: Span,
        condition: Option<ExprId>,
        step: Option<ExprId>,
        body: Block,
    ) {
        let truth = condition.map_or(Some(true), |condition| literal_truth(self.expr(condition)));
        if truth == Some(false) {
            return;
        }
        let [turn, next, test, end] = [(); 4].map(|()| self.code.label());
        self.code.jump(span, test, |target| Instr::Jump { target });
        self.code.bind_loop(turn, 0);
        self.scopes.push(Scope::Loop { next, end });
        self.block(body);
        self.scopes.pop();
        self.code.bind(next);
        if let Some(step) = step {
            self.effect(step);
        }
        self.code.bind(test);
        match condition.filter(|_| truth.is_none()) {
            Some(condition) => self.loop_if(condition, turn),
            None => self.code.jump(span, turn, |target| Instr::Loop { target }),
        }
        self.code.bind(end);
    }

    pub(crate) fn foreach(&mut self, span: Span, foreach: &Foreach) {
        let Foreach { state, key, value, iterable, body } = *foreach;
        self.use_slot(state);
        self.use_slot(Slot(state.0 + 1));
        let state = self.local(state);
        self.value(iterable);
        self.code.emit(self.expr(iterable).span, Instr::ForeachStart { state });
        let [turn, next, end] = [(); 3].map(|()| self.code.label());
        self.code.jump(span, next, |target| Instr::Jump { target });
        self.code.bind_loop(turn, 2);
        for variable in [value, key] {
            match variable {
                Some((slot, cell)) => self.declare(span, slot, cell),
                None => self.code.emit(span, Instr::Pop {}),
            }
        }
        self.scopes.push(Scope::Loop { next, end });
        self.block(body);
        self.scopes.pop();
        self.code.bind(next);
        self.code.jump(span, turn, |target| Instr::ForeachNext { state, target });
        self.code.bind(end);
    }
}
