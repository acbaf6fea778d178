//! What can be wrong with objects together.

use crate::object::{Object, SectionKind, SymbolId};
use std::collections::HashMap;
use std::fmt;

/// Why objects cannot be linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// Nothing defines a symbol.
    Undefined {
        /// The symbol.
        symbol: String,
        /// Whose code or data names it; nothing does if it is a root.
        user: Option<String>,
    },
    /// Two objects define a symbol.
    Duplicate {
        /// The symbol.
        symbol: String,
        /// What the first object is called, if it has a name.
        first: String,
        /// What the second one is called.
        second: String,
    },
    /// A symbol is too far away from where it is used, or not aligned as that needs it.
    TooFar {
        /// The symbol.
        symbol: String,
        /// In what it is used.
        user: String,
    },
    /// Objects of two instruction sets.
    Mixed {
        /// An object, and its instruction set.
        first: String,
        /// Another one, and its instruction set.
        second: String,
    },
    /// An image that may be loaded anywhere has an address of 32 bits.
    Fixed,
    /// The result does not fit into its format.
    TooLarge,
}

impl LinkError {
    pub(super) fn mixed(first: &Object, second: &Object) -> LinkError {
        let text = |object: &Object| match &*object.origin {
            "" => format!("one is for {}", object.arch.name()),
            origin => format!("{origin} is for {}", object.arch.name()),
        };
        LinkError::Mixed { first: text(first), second: text(second) }
    }
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinkError::Undefined { symbol, user: Some(user) } => {
                write!(f, "`{symbol}` is not defined; {user} uses it")
            }
            LinkError::Undefined { symbol, user: None } => write!(f, "`{symbol}` is not defined"),
            LinkError::Duplicate { symbol, first, second } => {
                write!(f, "`{symbol}` is defined twice")?;
                if first.is_empty() || second.is_empty() {
                    return Ok(());
                }
                write!(f, ": in {first} and in {second}")
            }
            LinkError::TooFar { symbol, user } => {
                write!(f, "`{symbol}` is too far away from {user}, which uses it")
            }
            LinkError::Mixed { first, second } => {
                write!(f, "the objects are of different instruction sets: {first}, {second}")
            }
            LinkError::Fixed => {
                write!(f, "the code has addresses of 32 bits, so it cannot be loaded anywhere")
            }
            LinkError::TooLarge => write!(f, "the result is too large"),
        }
    }
}

impl std::error::Error for LinkError {}

/// Finds the symbols whose bytes have a relocation, for messages.
#[derive(Default)]
pub(super) struct Users {
    /// For each object that was asked for: sections, offsets and numbers of its symbols, in order.
    known: HashMap<u32, Vec<(SectionKind, u64, SymbolId)>>,
}

impl Users {
    /// The last symbol that begins at a place of a section or before it; one with a name of its own,
    /// if there is one.
    pub(super) fn at(
        &mut self,
        objects: &[&Object],
        object: u32,
        section: SectionKind,
        at: u64,
    ) -> Option<SymbolId> {
        let symbols = self.known.entry(object).or_insert_with(|| {
            let symbols = objects[object as usize].symbols.iter().zip((0..).map(SymbolId));
            let mut places: Vec<_> = symbols
                .filter_map(|(symbol, id)| {
                    let place = symbol.definition?;
                    Some((place.section, place.offset, id))
                })
                .collect();
            places.sort_unstable();
            places
        });
        let end = symbols.partition_point(|&(kind, offset, _)| (kind, offset) <= (section, at));
        let &(kind, _, id) = symbols.get(end.checked_sub(1)?)?;
        (kind == section).then_some(id)
    }
}
