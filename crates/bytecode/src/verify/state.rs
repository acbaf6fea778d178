//! A [`State`]: the kinds of all locals and, above them, of all operands, at one place in the code.
//!
//! One is kept for each basic block, so their size decides what the verifier needs. Nearly all
//! functions have [`Flat`] frames, some bytes that are copied whole. The others may have 65,535
//! slots and as many blocks; their states share what they have in common ([`super::shared`]).

use super::kinds::Kind;
use super::rules::{Broken, Rule, ensure};
use crate::Local;

/// The slots of a frame, as one kind of state keeps them.
pub(super) trait Frame: Clone {
    /// Locals and operands it has room for, and a few more.
    const CAPACITY: usize;

    /// Most functions have such frames: code for each instruction by itself is worth its size.
    const COMMON: bool;

    fn get(&self, index: usize) -> Kind;

    fn set(&mut self, index: usize, kind: Kind);

    /// Calls `differ` with each of the first `len` slots in which another frame differs. Gives the
    /// work that was, in steps.
    fn differences(
        &self,
        other: &Self,
        len: usize,
        differ: impl FnMut(usize, Kind, Kind) -> Result<(), Broken>,
    ) -> Result<usize, Broken>;

    /// Drops what none of the states needs that are left; there are no others now.
    fn tidy<'s>(_states: impl Iterator<Item = &'s mut Self>)
    where
        Self: 's,
    {
    }
}

/// A small frame.
#[derive(Clone)]
pub(super) struct Flat([Kind; Flat::SLOTS]);

impl Flat {
    const SLOTS: usize = 64;

    pub(super) fn unset() -> Flat {
        Flat([Kind::Unset; Flat::SLOTS])
    }
}

impl Frame for Flat {
    /// No instruction leaves more than four values.
    const CAPACITY: usize = Flat::SLOTS - 4;
    const COMMON: bool = true;

    #[inline]
    fn get(&self, index: usize) -> Kind {
        self.0[index]
    }

    #[inline]
    fn set(&mut self, index: usize, kind: Kind) {
        self.0[index] = kind;
    }

    #[inline]
    fn differences(
        &self,
        other: &Flat,
        len: usize,
        mut differ: impl FnMut(usize, Kind, Kind) -> Result<(), Broken>,
    ) -> Result<usize, Broken> {
        // Mostly there are none.
        if self.0[..len] == other.0[..len] {
            return Ok(0);
        }
        for (index, (mine, theirs)) in self.0.iter().zip(&other.0).enumerate().take(len) {
            if mine != theirs {
                differ(index, *mine, *theirs)?;
            }
        }
        Ok(0)
    }
}

/// Kinds of the locals and operands at one place in the code.
#[derive(Clone)]
pub(super) struct State<F> {
    frame: F,
    locals: usize,
    depth: usize,
}

impl<F: Frame> State<F> {
    /// No operands, and every local unset, as in the frame.
    pub(super) fn new(frame: F, locals: u16) -> Self {
        Self { frame, locals: locals.into(), depth: 0 }
    }

    /// How many operands there are.
    #[inline]
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    #[inline]
    pub(super) fn local(&self, slot: Local) -> Kind {
        self.frame.get(slot.index())
    }

    /// The operand this far below the top.
    #[inline]
    pub(super) fn operand(&self, below: usize) -> Kind {
        self.frame.get(self.locals + self.depth - 1 - below)
    }

    /// Changes a local. Half of an iterator is of no use, so the other half goes with it.
    #[inline]
    pub(super) fn set_local(&mut self, slot: Local, kind: Kind) {
        let slot = slot.index();
        match self.frame.get(slot) {
            Kind::Iterator => self.frame.set(slot + 1, Kind::Unset),
            Kind::IteratorRest => self.frame.set(slot - 1, Kind::Unset),
            _ => {}
        }
        self.frame.set(slot, kind);
    }

    /// Puts an iterator into a local and the next.
    pub(super) fn set_iterator(&mut self, slot: Local) {
        let rest = Local(slot.0 + 1);
        self.set_local(slot, Kind::Unset);
        self.set_local(rest, Kind::IteratorRest);
        self.frame.set(slot.index(), Kind::Iterator);
    }

    #[inline]
    pub(super) fn push(&mut self, kind: Kind) {
        self.frame.set(self.locals + self.depth, kind);
        self.depth += 1;
    }

    #[inline]
    pub(super) fn pop(&mut self, count: usize) {
        self.depth -= count;
    }

    /// Forgets the operands from this depth on.
    pub(super) fn cut(&mut self, depth: usize) {
        self.depth = depth;
    }

    /// Joins another path's state into this one; says whether that changed anything, and how much
    /// work it was.
    pub(super) fn join(&mut self, other: &State<F>) -> Result<(bool, usize), Broken> {
        ensure!(self.depth == other.depth, Join, "{} and {} operands", self.depth, other.depth);
        let locals = self.locals;
        let mut changes = Vec::new();
        let differ = |index: usize, mine: Kind, theirs: Kind| {
            let joined = if index < locals {
                mine.join_locals(theirs)
            } else {
                let joined = mine.join_operands(theirs);
                ensure!(joined.is_some(), Join, "operand {} is {mine} or {theirs}", index - locals);
                joined.unwrap_or(Kind::Unset)
            };
            if joined != mine {
                changes.push((index, joined));
            }
            Ok(())
        };
        let work = self.frame.differences(&other.frame, locals + self.depth, differ)?;
        changes.iter().for_each(|&(index, kind)| self.frame.set(index, kind));
        Ok((!changes.is_empty(), work))
    }

    /// Joins what a local holds on another path into this state.
    pub(super) fn join_local(&mut self, slot: Local, kind: Kind) {
        let joined = self.local(slot).join_locals(kind);
        self.frame.set(slot.index(), joined);
    }

    /// See [`Frame::tidy`].
    pub(super) fn tidy(states: &mut [Option<State<F>>]) {
        F::tidy(states.iter_mut().flatten().map(|state| &mut state.frame));
    }
}
