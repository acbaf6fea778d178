//! Erlang terms in memory, in flat vectors.

use std::ops::Range;

/// Number of a term in its [`Terms`].
pub(super) type TermId = u32;

/// A term. Ranges are of `children` or of `bytes`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Term {
    Atom(Range<u32>),
    /// Sign and magnitude, the latter as far as 128 bits hold it.
    Int(bool, u128),
    Float(Range<u32>),
    Binary(Range<u32>),
    Tuple(Range<u32>),
    List(Range<u32>),
    /// Keys and values in turn.
    Map(Range<u32>),
}

/// All terms of a text.
#[derive(Debug, Default)]
pub(super) struct Terms {
    pub(super) terms: Vec<(Term, u32, u32)>,
    pub(super) children: Vec<TermId>,
    pub(super) bytes: Vec<u8>,
}

impl Terms {
    pub(super) fn get(&self, id: TermId) -> &Term {
        &self.terms[id as usize].0
    }

    /// Where it stands in the text.
    pub(super) fn span(&self, id: TermId) -> (u32, u32) {
        let (_, start, end) = self.terms[id as usize];
        (start, end)
    }

    pub(super) fn items(&self, range: &Range<u32>) -> &[TermId] {
        &self.children[range.start as usize..range.end as usize]
    }

    pub(super) fn bytes(&self, range: &Range<u32>) -> &[u8] {
        &self.bytes[range.start as usize..range.end as usize]
    }

    /// The text of an atom.
    pub(super) fn atom(&self, id: TermId) -> Option<&[u8]> {
        match self.get(id) {
            Term::Atom(text) => Some(self.bytes(text)),
            _ => None,
        }
    }

    /// The bytes of a binary.
    pub(super) fn binary(&self, id: TermId) -> Option<&[u8]> {
        match self.get(id) {
            Term::Binary(bytes) => Some(self.bytes(bytes)),
            _ => None,
        }
    }

    /// The elements of a tuple.
    pub(super) fn tuple(&self, id: TermId) -> Option<&[TermId]> {
        match self.get(id) {
            Term::Tuple(items) => Some(self.items(items)),
            _ => None,
        }
    }

    /// The elements of a list.
    pub(super) fn list(&self, id: TermId) -> Option<&[TermId]> {
        match self.get(id) {
            Term::List(items) => Some(self.items(items)),
            _ => None,
        }
    }
}
