//! Local scopes.
//!
//! What a name means right now stands in one table indexed by the name's number, so looking it up
//! costs the same in a file with ten names and with a million. Declaring a local overwrites the
//! entry; leaving the scope puts the old one back.

use super::{Resolver, Use};
use crate::ast::VariableId;
use crate::codes;
use sox_program::{GlobalId, Symbol};

/// What is known of a declared variable.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Variable {
    /// It is one of the file's top level.
    pub(crate) global: Option<GlobalId>,
    /// Local: how many functions are around its own.
    pub(crate) depth: u32,
    /// An inner function mentions it.
    captured: bool,
    /// It is assigned after its declaration.
    assigned: bool,
    /// An inner function may capture it before it has its first value.
    pub(crate) captured_early: bool,
    /// Its scope.
    scope: u32,
    /// Its first value is being computed.
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ready,
    /// Inner functions may mention it.
    Initializing,
    /// Nothing may mention it.
    Forbidden,
}

impl Variable {
    /// Whether it must live in a heap cell: captures then share it. Other captures are copies.
    pub(crate) fn needs_cell(&self) -> bool {
        self.captured && (self.assigned || self.captured_early)
    }
}

/// The open scopes.
pub(super) struct Scopes {
    /// What each name means here, by its number.
    meanings: Vec<Option<Use>>,
    /// Overwritten meanings, innermost last.
    hidden: Vec<(Symbol, Option<Use>)>,
    /// Where in `hidden` each open scope begins, and its number.
    open: Vec<(usize, u32)>,
    /// Scopes numbered so far.
    count: u32,
}

impl Scopes {
    pub(super) fn new(names: usize) -> Self {
        Self { meanings: vec![None; names], hidden: Vec::new(), open: Vec::new(), count: 0 }
    }

    /// What a name means here, if that is known.
    pub(super) fn meaning(&self, name: Symbol) -> Option<Use> {
        self.meanings[name.0 as usize]
    }

    /// Sets the meaning of a name for the whole file.
    pub(super) fn set(&mut self, name: Symbol, meaning: Use) {
        self.meanings[name.0 as usize] = Some(meaning);
    }

    /// All names that mean something declared.
    pub(super) fn declared(&self) -> impl Iterator<Item = Symbol> + '_ {
        self.meanings.iter().enumerate().filter_map(|(number, meaning)| {
            let declared = matches!(meaning, Some(Use::Local(_) | Use::Global(_)));
            declared.then_some(Symbol(number as u32))
        })
    }
}

impl Resolver<'_> {
    /// Runs `inner` in a scope of its own.
    pub(super) fn scoped(&mut self, inner: impl FnOnce(&mut Self)) {
        self.scopes.count += 1;
        self.scopes.open.push((self.scopes.hidden.len(), self.scopes.count));
        inner(self);
        let (begin, _) = self.scopes.open.pop().expect("pushed above");
        for (name, meaning) in self.scopes.hidden.drain(begin..).rev() {
            self.scopes.meanings[name.0 as usize] = meaning;
        }
    }

    /// Whether declarations here are those of the file's top level.
    pub(super) fn at_top_level(&self) -> bool {
        self.scopes.open.is_empty()
    }

    /// Begins the life of a local variable that has its value already.
    pub(super) fn declare(&mut self, id: VariableId) {
        self.declare_in_state(id, State::Ready);
    }

    /// Declares a local variable whose value is a function or class that may mention it.
    pub(super) fn declare_initializing(&mut self, id: VariableId) {
        self.declare_in_state(id, State::Initializing);
    }

    /// Declares a local variable whose value may not mention it at all.
    pub(super) fn declare_forbidden(&mut self, id: VariableId) {
        self.declare_in_state(id, State::Forbidden);
    }

    /// The variable has its first value.
    pub(super) fn initialized(&mut self, id: VariableId) {
        self.variable_mut(id).state = State::Ready;
    }

    fn declare_in_state(&mut self, id: VariableId, state: State) {
        let name = self.name(id);
        let &(_, scope) = self.scopes.open.last().expect("locals have a scope");
        let before = self.scopes.meanings[name.0 as usize].replace(Use::Local(id));
        self.scopes.hidden.push((name, before));
        let depth = self.functions.len() as u32 - 1;
        let variable = self.variable_mut(id);
        variable.scope = scope;
        variable.depth = depth;
        variable.state = state;
        if let Some(Use::Local(other)) = before
            && self.result.variable(other).scope == scope
        {
            self.error_already_declared(id, other);
        }
    }

    fn error_already_declared(&mut self, id: VariableId, other: VariableId) {
        let (span, first) = (self.ast.declared(id).span, self.ast.declared(other).span);
        let message = "Already a variable with this name in this scope.";
        let report = self.reports.error(&codes::ALREADY_DECLARED, span, message);
        report.secondary.push((first, "first declared here".into()));
    }

    /// Notes that a local variable is mentioned here; says whether it may be.
    pub(super) fn mention(&mut self, id: VariableId) -> bool {
        let here = self.functions.len() as u32 - 1;
        let variable = self.variable_mut(id);
        let captures = variable.depth != here;
        variable.captured |= captures;
        match variable.state {
            State::Ready => true,
            State::Initializing if captures => {
                variable.captured_early = true;
                true
            }
            State::Initializing | State::Forbidden => false,
        }
    }

    /// Notes that a local variable is assigned here.
    pub(super) fn note_assigned(&mut self, id: VariableId) {
        self.variable_mut(id).assigned = true;
    }
}
