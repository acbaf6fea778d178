//! Functions, and their frames.

use super::{Lowering, stmt};
use crate::ast;
use crate::resolver::{Origin, VarId};
use sox_diagnostics::Span;
use sox_program::{
    Capture, ExprId, ExprKind, Function, FunctionKind, Slot, Stmt, StmtKind, Symbol,
};

/// A function being lowered.
pub(crate) struct FunctionState {
    /// Its number in the resolution.
    pub(crate) function: usize,
    pub(crate) next_slot: u32,
    /// The first name of each slot.
    pub(crate) local_names: Vec<Symbol>,
    captures: Vec<(VarId, Capture)>,
}

impl FunctionState {
    pub(crate) fn new(function: usize) -> Self {
        FunctionState { function, next_slot: 0, local_names: Vec::new(), captures: Vec::new() }
    }

    pub(crate) fn take_slot(&mut self, name: Symbol) -> Slot {
        let slot = self.next_slot;
        self.next_slot += 1;
        if self.local_names.len() == slot as usize {
            self.local_names.push(name);
        }
        Slot(slot)
    }

    /// Slots of the frame.
    pub(crate) fn slots(&self) -> u32 {
        self.local_names.len() as u32
    }

    pub(crate) fn find_capture(&self, id: VarId) -> Option<u32> {
        self.captures.iter().position(|(known, _)| *known == id).map(|at| at as u32)
    }

    pub(crate) fn add_capture(&mut self, id: VarId, capture: Capture) -> u32 {
        self.captures.push((id, capture));
        self.captures.len() as u32 - 1
    }
}

impl Lowering<'_, '_> {
    /// `Make`, `Define`
    pub(super) fn make(&mut self, span: Span, name: &ast::Name, function: &ast::Function) -> Stmt {
        let number = self.resolution().made[&(self.file, name.mention)];
        self.states.push(FunctionState::new(number));
        let finallies = std::mem::take(&mut self.finallies);
        let mut body = Vec::new();
        let params: Vec<(Slot, bool)> = function
            .params
            .iter()
            .map(|param| {
                let id = self.variable_of(&param.name);
                self.declare(id)
            })
            .collect();
        for (param, &(slot, cell)) in function.params.iter().zip(&params) {
            if let Some(default) = &param.default {
                let value = self.stored(default);
                body.push(stmt(default.span, StmtKind::Default { slot, value }));
            }
            if cell {
                body.push(stmt(param.name.span, StmtKind::BoxParam(slot)));
            }
        }
        self.declare_owned(number, function.span, &mut body);
        body.extend(self.statements(&function.body));
        let body = self.blocked(body);
        self.finallies = finallies;
        let state = self.states.pop().expect("pushed above");
        let required = function.params.iter().filter(|param| param.default.is_none()).count();
        let (locals, local_names) = (state.slots(), state.local_names);
        let made = Function {
            name: name.symbol,
            kind: FunctionKind::Plain,
            module: self.module,
            params: function.params.len() as u32,
            required: required as u32,
            locals,
            local_names,
            captures: state.captures.into_iter().map(|(_, capture)| capture).collect(),
            has_defer: false,
            body,
            span: function.span,
        };
        let id = self.common.surroundings.add_function(made);
        let closure = self.node(span, ExprKind::Closure(id));
        let variable = self.variable_of(name);
        self.store(span, variable, closure)
    }

    /// Begins the lives of the function's own variables. One that may be read before it is set holds
    /// a mark until then.
    pub(super) fn declare_owned(&mut self, function: usize, span: Span, body: &mut Vec<Stmt>) {
        for &id in &self.resolution().functions[function].owned {
            debug_assert_eq!(self.resolution().variable(id).origin, Origin::Local);
            let (slot, cell) = self.declare(id);
            let marked = self.common.marked.contains(&id);
            let value = marked.then(|| self.unset(span));
            body.push(stmt(span, StmtKind::Declare { slot, cell, value }));
        }
    }

    /// The mark of a variable that was not set yet.
    pub(super) fn unset(&mut self, span: Span) -> ExprId {
        self.builtin(span, "poh.unset")
    }
}
