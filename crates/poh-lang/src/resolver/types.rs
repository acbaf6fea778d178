//! What variables can hold, as far as the text alone tells.
//!
//! PohLang's `plus` joins texts where Sox's adds, its comparisons want numbers, and lists that get a
//! second holder must be marked. Where both sides are certainly numbers none of that matters, and the
//! plain operations, which engines know best, do. A variable is certainly a number if everything
//! ever stored in it is: found by assuming nothing and storing until nothing changes.

use super::{Meaning, Resolution, VarId};
use crate::ast::{BinaryOp, Expr, ExprKind};
use crate::phrases::Gives;

/// What kind of value an expression gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Type {
    /// None so far: nothing was stored.
    #[default]
    Nothing,
    Number,
    Bool,
    Text,
    /// Null, a function, an error: no number, text, boolean or container.
    Other,
    Container,
    /// Anything, but if it is a container, that is marked as held in several places already. So is
    /// what comes out of a variable or another container when it is stored.
    Marked,
    Any,
}

impl Type {
    fn or(self, other: Type) -> Type {
        match (self, other) {
            (Type::Nothing, other) => other,
            (own, Type::Nothing) => own,
            (own, other) if own == other => own,
            (own, other) if own.wants_mark() || other.wants_mark() => Type::Any,
            _ => Type::Marked,
        }
    }

    /// Whether it may be a list or dictionary that is not marked as held in several places.
    pub(crate) fn wants_mark(self) -> bool {
        matches!(self, Type::Container | Type::Any)
    }

    /// The type of a value that, if it is a container, need not be marked.
    fn unless_container(self) -> Type {
        if self == Type::Nothing || self.is_scalar() { self } else { Type::Any }
    }

    /// Whether it is certainly one of those values that are equal only if they are the same.
    pub(crate) fn is_scalar(self) -> bool {
        matches!(self, Type::Number | Type::Bool | Type::Text | Type::Other)
    }
}

/// Where a value goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Into {
    Variable(VarId),
    /// A parameter, by a call.
    Parameter(VarId),
    /// What the function with this number gives back.
    Result(usize),
}

/// A way that values take: from an expression of a file, or from where nothing is known of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow<'a> {
    pub(super) into: Into,
    pub(super) file: usize,
    pub(super) value: Option<&'a Expr>,
}

/// Rounds before it is given up. Each goes over all ways, forth and back by turns: a chain of variables
/// takes many only where it goes to and fro in the text.
const MOST_ROUNDS: usize = 12;

/// Finds the types of all variables. With `open`, nothing is known of globals.
pub(super) fn infer(answers: &mut Resolution, flows: &[Flow<'_>], open: bool) {
    use super::Origin;
    for variable in &mut answers.variables {
        let outside = open && variable.origin == Origin::Global;
        // A list in a variable may be changed to another, never to something that is no container.
        if outside || variable.changed {
            variable.of_type = Type::Any;
        }
    }
    for round in 0..MOST_ROUNDS {
        let mut grown = false;
        let mut take = |flow: &Flow<'_>| grown |= answers.take(flow);
        match round % 2 {
            0 => flows.iter().for_each(&mut take),
            _ => flows.iter().rev().for_each(&mut take),
        }
        if !grown {
            return;
        }
    }
    answers.variables.iter_mut().for_each(|variable| variable.of_type = Type::Any);
    answers.functions.iter_mut().for_each(|function| function.gives = Type::Any);
}

impl Resolution {
    /// Lets a value go its way. Tells whether that was news.
    fn take(&mut self, &Flow { into, file, value }: &Flow<'_>) -> bool {
        let of_value = match (into, value) {
            (_, None) => Type::Any,
            (Into::Variable(_), Some(value)) => stored_type(self, file, value),
            // Containers that are passed or given back are marked only where that is needed.
            (_, Some(value)) => type_of(self, file, value).unless_container(),
        };
        let known = match into {
            Into::Variable(id) | Into::Parameter(id) => &mut self.variables[id.index()].of_type,
            Into::Result(number) => &mut self.functions[number].gives,
        };
        let joined = known.or(of_value);
        std::mem::replace(known, joined) != joined
    }
}

/// The type of what a variable gets to which an expression of a file is assigned.
fn stored_type(answers: &Resolution, file: usize, expr: &Expr) -> Type {
    match type_of(answers, file, expr) {
        own if own.wants_mark() && expr.has_holder() => Type::Marked,
        own => own,
    }
}

/// The type of an expression of a file.
pub(crate) fn type_of(answers: &Resolution, file: usize, expr: &Expr) -> Type {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Minus(_) => Type::Number,
        ExprKind::Text(_) => Type::Text,
        ExprKind::Null => Type::Other,
        ExprKind::Bool(_) | ExprKind::Not(_) | ExprKind::And(..) | ExprKind::Or(..) => Type::Bool,
        ExprKind::Name(name) => match answers.meaning(file, name) {
            Meaning::Variable(id) | Meaning::Perhaps(id) => answers.variable(*id).of_type,
            Meaning::Form(_) => Type::Other,
            Meaning::Text => Type::Text,
            _ => Type::Any,
        },
        ExprKind::Binary(op, a, b) => match op {
            BinaryOp::Plus => match (type_of(answers, file, a), type_of(answers, file, b)) {
                (Type::Number | Type::Nothing, Type::Number | Type::Nothing) => Type::Number,
                (Type::Text, _) | (_, Type::Text) => Type::Text,
                // A number or text.
                _ => Type::Marked,
            },
            BinaryOp::Minus | BinaryOp::Times | BinaryOp::Divide | BinaryOp::Modulo => Type::Number,
            _ => Type::Bool,
        },
        ExprKind::Phrase(native, _) => match native.gives {
            Gives::Number => Type::Number,
            Gives::Bool => Type::Bool,
            Gives::Text => Type::Text,
            Gives::Other => Type::Other,
            Gives::Container => Type::Container,
            Gives::Any => Type::Any,
        },
        ExprKind::List(_) | ExprKind::Dictionary(_) => Type::Container,
        ExprKind::Call(callee, _) => {
            let called = match &callee.kind {
                ExprKind::Name(name) => answers.variable_of(file, name),
                _ => None,
            };
            match called.and_then(|id| answers.known_function(id)) {
                Some(function) => answers.functions[function].gives.unless_container(),
                None => Type::Any,
            }
        }
        ExprKind::Item(..) | ExprKind::Member(..) | ExprKind::Invalid => Type::Any,
    }
}
