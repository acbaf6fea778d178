//! What the verifier knows in place of values: the kind of each local and operand.
//!
//! A [`State`] holds the kinds of all locals and, above them, of all operands. A function may have
//! tens of thousands of either and as many blocks, so states are made of chunks that are shared
//! until they are written to: copying a state or joining two that hardly differ is cheap.

use super::rules::{Broken, Rule, ensure};
use crate::Local;
use std::fmt;
use std::rc::Rc;

/// What is known about a local or operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    pub(super) fn is_value(self) -> bool {
        matches!(self, Kind::Value | Kind::Array | Kind::Table)
    }

    /// What a local is known to hold where two paths meet.
    fn join_locals(self, other: Kind) -> Kind {
        use Kind::{Completion, Defers, Error, RunningDefers, Unset, Value};
        match (self, other) {
            (a, b) if a == b => a,
            (Value | Error | Completion, Value | Error | Completion) => Completion,
            (Defers | RunningDefers, Defers | RunningDefers) => RunningDefers,
            _ => Unset,
        }
    }

    /// What an operand is known to be where two paths meet; none if they do not agree.
    fn join_operands(self, other: Kind) -> Option<Kind> {
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

const CHUNK: usize = 256;

type Chunk = [Kind; CHUNK];

/// Kinds of the locals and operands at one place in the code.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// Locals, then operands, then whatever was there before.
    chunks: Vec<Rc<Chunk>>,
    locals: usize,
    depth: usize,
}

impl State {
    /// No operands, and every local unset.
    pub(super) fn new(locals: u16) -> Self {
        let locals = usize::from(locals);
        let unset = Rc::new([Kind::Unset; CHUNK]);
        Self { chunks: vec![unset; locals.div_ceil(CHUNK)], locals, depth: 0 }
    }

    /// How many operands there are.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn local(&self, slot: Local) -> Kind {
        self.get(slot.index())
    }

    /// The operand this far below the top.
    pub(super) fn operand(&self, below: usize) -> Kind {
        self.get(self.locals + self.depth - 1 - below)
    }

    /// Changes a local. Half of an iterator is of no use, so the other half goes with it.
    pub(super) fn set_local(&mut self, slot: Local, kind: Kind) {
        let slot = slot.index();
        match self.get(slot) {
            Kind::Iterator => self.set(slot + 1, Kind::Unset),
            Kind::IteratorRest => self.set(slot - 1, Kind::Unset),
            _ => {}
        }
        self.set(slot, kind);
    }

    /// Puts an iterator into a local and the next.
    pub(super) fn set_iterator(&mut self, slot: Local) {
        let rest = Local(slot.0 + 1);
        self.set_local(slot, Kind::Unset);
        self.set_local(rest, Kind::IteratorRest);
        self.set(slot.index(), Kind::Iterator);
    }

    pub(super) fn push(&mut self, kind: Kind) {
        self.depth += 1;
        self.set(self.locals + self.depth - 1, kind);
    }

    pub(super) fn pop(&mut self, count: usize) {
        self.depth -= count;
    }

    /// Forgets the operands from this depth on.
    pub(super) fn cut(&mut self, depth: usize) {
        self.depth = depth;
    }

    /// Joins another path's state into this one; says whether that changed anything.
    pub(super) fn join(&mut self, other: &State) -> Result<bool, Broken> {
        ensure!(self.depth == other.depth, Join, "{} and {} operands", self.depth, other.depth);
        let mut changed = false;
        let len = self.locals + self.depth;
        for number in 0..len.div_ceil(CHUNK) {
            if !Rc::ptr_eq(&self.chunks[number], &other.chunks[number]) {
                let end = len.min((number + 1) * CHUNK);
                changed |= self.join_range(other, number * CHUNK, end)?;
            }
        }
        Ok(changed)
    }

    fn join_range(&mut self, other: &State, start: usize, end: usize) -> Result<bool, Broken> {
        let mut changed = false;
        for index in start..end {
            let (mine, theirs) = (self.get(index), other.get(index));
            let joined = if index < self.locals {
                mine.join_locals(theirs)
            } else {
                mine.join_operands(theirs).ok_or_else(|| {
                    let depth = index - self.locals;
                    Broken::new(Rule::Join, format!("operand {depth} is {mine} or {theirs}"))
                })?
            };
            if joined != mine {
                self.set(index, joined);
                changed = true;
            }
        }
        Ok(changed)
    }

    /// Joins what a local holds on another path into this state.
    pub(super) fn join_local(&mut self, slot: Local, kind: Kind) {
        let joined = self.local(slot).join_locals(kind);
        self.set(slot.index(), joined);
    }

    fn get(&self, index: usize) -> Kind {
        self.chunks[index / CHUNK][index % CHUNK]
    }

    fn set(&mut self, index: usize, kind: Kind) {
        while self.chunks.len() <= index / CHUNK {
            self.chunks.push(Rc::new([Kind::Unset; CHUNK]));
        }
        if self.get(index) != kind {
            Rc::make_mut(&mut self.chunks[index / CHUNK])[index % CHUNK] = kind;
        }
    }
}
