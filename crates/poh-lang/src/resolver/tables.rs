//! The answers of the resolver.

use super::effects::Effects;
use super::types::Type;
use crate::ast::{Expr, ExprKind, Name};
use crate::phrases::Native;
use sox_diagnostics::Span;
use sox_program::Symbol;
use std::collections::{HashMap, HashSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct VarId(pub(crate) u32);

impl VarId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a variable comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The top level.
    Global,
    /// Set somewhere in a function.
    Local,
    Parameter,
    /// Of a `For each` or a handler: lives in its block.
    Block,
}

#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) symbol: Symbol,
    pub(crate) origin: Origin,
    /// The function whose frame has it; nothing for a global.
    pub(crate) function: usize,
    /// Of a global: the first function that mentions it.
    pub(super) user: Option<usize>,
    /// Of a global: other functions do too, or it is read where it may not be set yet.
    pub(super) elsewhere: bool,
    /// It is read for something else than to call what is in it.
    pub(super) escapes: bool,
    /// A function inside that one mentions it.
    pub(crate) captured: bool,
    /// Something sets it after its life began.
    pub(crate) set: bool,
    /// Something changes the list or dictionary in it.
    pub(crate) changed: bool,
    /// What it can hold.
    pub(crate) of_type: Type,
}

/// What a mention of a name means.
#[derive(Clone, Debug)]
pub(crate) enum Meaning {
    /// Not looked at.
    Unknown,
    Variable(VarId),
    /// A variable that perhaps was not set yet.
    Perhaps(VarId),
    /// The function of a phrase.
    Form(&'static Native),
    /// The name itself, as a text.
    Text,
    /// Nothing; with a name that was perhaps meant.
    Undefined(Option<String>),
}

/// A function or the top level of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct FunctionScope {
    /// Variables that something in it sets.
    pub(crate) owned: Vec<VarId>,
    pub(crate) params: Vec<VarId>,
    /// Some `Return` of it has a value.
    pub(crate) returns: bool,
    /// What it gives back.
    pub(super) gives: Type,
    pub(crate) effects: Effects,
}

/// The answers.
#[derive(Debug, Default)]
pub(crate) struct Resolution {
    pub(crate) variables: Vec<Variable>,
    /// By file and mention.
    pub(crate) meanings: Vec<Vec<Meaning>>,
    pub(crate) functions: Vec<FunctionScope>,
    /// The function that a file's top level is.
    pub(crate) bodies: Vec<usize>,
    /// The function a `Make` makes, by file and mention of its name.
    pub(crate) made: HashMap<(usize, u32), usize>,
    /// Functions in variables that certainly hold no other.
    pub(super) known: HashMap<VarId, usize>,
}

impl Resolution {
    /// Whether a function, and what it calls, changes no contents of variables around it.
    pub(crate) fn is_harmless(&self, function: usize) -> bool {
        self.functions[function].effects.harmless
    }

    pub(crate) fn variable(&self, id: VarId) -> &Variable {
        &self.variables[id.index()]
    }

    pub(crate) fn meaning(&self, file: usize, name: &Name) -> &Meaning {
        &self.meanings[file][name.mention as usize]
    }

    /// The variable a mention is of.
    pub(crate) fn variable_of(&self, file: usize, name: &Name) -> Option<VarId> {
        match self.meaning(file, name) {
            Meaning::Variable(id) | Meaning::Perhaps(id) => Some(*id),
            _ => None,
        }
    }
}

/// Stands for any number that is stored.
pub(super) static NUMBER: Expr =
    Expr { kind: ExprKind::Number(0.0), span: Span::new(0, 0), height: 1 };

/// Stands for any function that is stored: like the function, null is no list and no number.
pub(super) static FUNCTION: Expr = Expr { kind: ExprKind::Null, span: Span::new(0, 0), height: 1 };

/// The types of errors the program makes.
#[derive(Default)]
pub(super) struct Thrown {
    pub(super) types: HashSet<Symbol>,
    /// Some are computed, or made by imported modules.
    pub(super) others: bool,
}
