//! What the verifier knows in place of values: the kind of each local and operand.

use std::fmt;

/// What is known about a local or operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// Nothing that may be used.
    Unset,
    /// Anything a program can hold.
    Value,
    /// A value: an array that a literal just made.
    Array,
    /// A value: a table that a literal just made.
    Table,
    /// What a handler was entered with.
    Error,
    /// A value or what a handler was entered with.
    Completion,
    /// A parameter that the caller may have left out; only locals.
    MaybeGiven,
    /// A cell with a value in it; only locals.
    Cell,
    /// The first of the two locals of an iterator.
    Iterator,
    /// The second of them.
    IteratorRest,
    /// A list of deferred closures; only locals.
    Defers,
    /// A list of deferred closures that are being called; only locals.
    RunningDefers,
    /// An unfinished class; only operands.
    Class,
    /// A closure of a method, not in its class yet; only operands.
    Method,
}

impl Kind {
    /// All kinds, by their numbers, which fit into four bits.
    pub(super) const ALL: [Kind; 14] = [
        Kind::Unset,
        Kind::Value,
        Kind::Array,
        Kind::Table,
        Kind::Error,
        Kind::Completion,
        Kind::MaybeGiven,
        Kind::Cell,
        Kind::Iterator,
        Kind::IteratorRest,
        Kind::Defers,
        Kind::RunningDefers,
        Kind::Class,
        Kind::Method,
    ];

    #[inline]
    pub(super) fn is_value(self) -> bool {
        matches!(self, Kind::Value | Kind::Array | Kind::Table)
    }

    /// What a local is known to hold where two paths meet.
    pub(super) fn join_locals(self, other: Kind) -> Kind {
        use Kind::{Completion, Defers, Error, RunningDefers, Unset, Value};
        match (self, other) {
            (a, b) if a == b => a,
            (Value | Error | Completion, Value | Error | Completion) => Completion,
            (Defers | RunningDefers, Defers | RunningDefers) => RunningDefers,
            _ => Unset,
        }
    }

    /// What an operand is known to be where two paths meet; none if they do not agree.
    pub(super) fn join_operands(self, other: Kind) -> Option<Kind> {
        match (self, other) {
            (a, b) if a == b => Some(a),
            (a, b) if a.is_value() && b.is_value() => Some(Kind::Value),
            _ => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Unset => "nothing",
            Kind::Value => "a value",
            Kind::Array => "an array",
            Kind::Table => "a table",
            Kind::Error => "an error",
            Kind::Completion => "a value or an error",
            Kind::MaybeGiven => "a parameter that may be missing",
            Kind::Cell => "a cell",
            Kind::Iterator => "an iterator",
            Kind::IteratorRest => "the second part of an iterator",
            Kind::Defers => "a list of deferred closures",
            Kind::RunningDefers => "a list of deferred closures being called",
            Kind::Class => "an unfinished class",
            Kind::Method => "a method",
        })
    }
}
