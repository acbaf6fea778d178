//! What variables can hold, as far as the text alone tells.
//!
//! PohLang's `plus` joins texts where Sox's adds, its comparisons want numbers, and lists that get a
//! second holder must be marked. Where both sides are certainly numbers none of that matters, and the
//! plain operations, which engines know best, do. A variable is certainly a number if everything
//! ever stored in it is: found by assuming nothing and storing until nothing changes.

use super::{Meaning, Resolution, Stored};
use crate::ast::{BinaryOp, Expr, ExprKind};
use crate::phrases::Gives;

/// What kind of value an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// None so far: nothing was stored.
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

    /// Whether it is certainly one of those values that are equal only if they are the same.
    pub(crate) fn is_scalar(self) -> bool {
        matches!(self, Type::Number | Type::Bool | Type::Text | Type::Other)
    }
}

/// Rounds before it is given up: each takes one more link of a chain of variables into account.
const MOST_ROUNDS: usize = 12;

/// Finds the types of all variables. With `open`, nothing is known of globals.
pub(super) fn infer(answers: &mut Resolution, stored: &[Stored<'_>], open: bool) {
    use super::Origin;
    for variable in &mut answers.variables {
        let outside = open && variable.origin == Origin::Global;
        // A list in a variable may be changed to another, never to something that is no container.
        if outside || variable.changed {
            variable.of_type = Type::Any;
        }
    }
    for round in 0.. {
        if round == MOST_ROUNDS {
            return answers.variables.iter_mut().for_each(|variable| variable.of_type = Type::Any);
        }
        let mut grown = false;
        for &(id, file, value) in stored {
            let of_value = value.map_or(Type::Any, |value| stored_type(answers, file, value));
            let variable = &mut answers.variables[id.index()];
            let joined = variable.of_type.or(of_value);
            grown |= joined != variable.of_type;
            variable.of_type = joined;
        }
        if !grown {
            return;
        }
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
        ExprKind::Item(..) | ExprKind::Member(..) | ExprKind::Call(..) | ExprKind::Invalid => {
            Type::Any
        }
    }
}
