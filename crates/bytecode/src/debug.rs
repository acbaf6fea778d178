//! What is known of a function besides what it does: places in the source and names of variables.
//!
//! A program that ends well has no use for it, and it is a third of a file and, spread out, more
//! memory than the code. So a function that was read from a file keeps it as the file has it, in a
//! [`DebugInfo`], until somebody asks. The verifier does not: what it wants to know of the places was
//! noted as they were read ([`Outline`]), and the names it finds in the packed form.

use crate::NameId;
use crate::container::Packed;
use sox_diagnostics::Span;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

/// Places in the source and names of variables; nothing but messages and traces depends on it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunctionDebug {
    /// The whole function in its module's source.
    pub span: Span,
    /// Places in the source: each holds from its instruction up to the next entry's.
    pub spans: Vec<(u32, Span)>,
    /// Name of the variable first living in each slot, if it has one.
    pub locals: Vec<Option<NameId>>,
    /// Name of each captured variable.
    pub captures: Vec<NameId>,
}

impl FunctionDebug {
    /// The place an instruction was made from.
    pub fn span(&self, at: u32) -> Span {
        let next = self.spans.partition_point(|&(start, _)| start <= at);
        next.checked_sub(1).map_or(self.span, |entry| self.spans[entry].1)
    }
}

/// A [`FunctionDebug`], which it can be used as; unpacked when it first is.
#[derive(Clone, Default)]
pub struct DebugInfo {
    unpacked: OnceLock<Box<FunctionDebug>>,
    /// What it is unpacked from; without it there is nothing known.
    packed: Option<Packed>,
}

impl DebugInfo {
    /// What a file says, to be unpacked when somebody asks.
    pub(crate) fn packed(packed: Packed) -> DebugInfo {
        DebugInfo { unpacked: OnceLock::new(), packed: Some(packed) }
    }

    /// What the verifier asks of it, without unpacking it.
    pub(crate) fn outline(&self) -> Outline {
        match (self.unpacked.get(), &self.packed) {
            (None, Some(packed)) => packed.outline(),
            _ => {
                let mut outline = Outline::default();
                outline.function(self.span);
                self.spans.iter().for_each(|&(at, span)| outline.place(at, span));
                outline
            }
        }
    }

    /// Shows a visitor the names of locals, then those of captures, without unpacking anything.
    pub(crate) fn visit_names(&self, visitor: &mut impl DebugVisitor) {
        match (self.unpacked.get(), &self.packed) {
            (None, Some(packed)) => packed.visit_names(visitor),
            _ => {
                self.locals.iter().for_each(|&name| visitor.local(name));
                self.captures.iter().for_each(|&name| visitor.capture(name));
            }
        }
    }

    fn unpacked(&self) -> Box<FunctionDebug> {
        let mut debug = Box::default();
        if let Some(packed) = &self.packed {
            packed.visit(&mut *debug);
        }
        debug
    }
}

impl Deref for DebugInfo {
    type Target = FunctionDebug;

    fn deref(&self) -> &FunctionDebug {
        self.unpacked.get_or_init(|| self.unpacked())
    }
}

impl DerefMut for DebugInfo {
    fn deref_mut(&mut self) -> &mut FunctionDebug {
        if self.unpacked.get().is_none() {
            self.unpacked = self.unpacked().into();
        }
        self.packed = None;
        self.unpacked.get_mut().expect("it was just unpacked")
    }
}

impl From<FunctionDebug> for DebugInfo {
    fn from(debug: FunctionDebug) -> DebugInfo {
        DebugInfo { unpacked: Box::new(debug).into(), packed: None }
    }
}

/// Equal if what they say is, in whatever form.
impl PartialEq for DebugInfo {
    fn eq(&self, other: &DebugInfo) -> bool {
        **self == **other
    }
}

impl fmt::Debug for DebugInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// Looks at what is known of a function, in the order of the methods.
pub(crate) trait DebugVisitor {
    /// Where the function is.
    fn function(&mut self, _span: Span) {}

    /// So many places follow.
    fn count(&mut self, _places: usize) {}

    /// From an instruction on, the place it was made from.
    fn place(&mut self, _at: u32, _span: Span) {}

    /// The name of the next local, if it has one.
    fn local(&mut self, _name: Option<NameId>) {}

    /// The name of the next captured variable.
    fn capture(&mut self, _name: NameId) {}
}

/// Only sees whether it can be read.
impl DebugVisitor for () {}

/// What there is to say of places, without keeping them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    /// Neither the function nor a place ends before it starts.
    pub(crate) forward: bool,
    /// Each place is of a later instruction than the one before.
    pub(crate) in_order: bool,
    /// The first instruction that one more place might be of.
    pub(crate) next: u32,
}

impl Default for Outline {
    fn default() -> Self {
        Self { forward: true, in_order: true, next: 0 }
    }
}

impl DebugVisitor for Outline {
    fn function(&mut self, span: Span) {
        self.forward &= span.start <= span.end;
    }

    #[inline(always)]
    fn place(&mut self, at: u32, span: Span) {
        self.in_order &= at >= self.next;
        self.forward &= span.start <= span.end;
        self.next = at.saturating_add(1);
    }
}

/// Takes everything in.
impl DebugVisitor for FunctionDebug {
    fn function(&mut self, span: Span) {
        self.span = span;
    }

    fn count(&mut self, places: usize) {
        self.spans.reserve_exact(places);
    }

    fn place(&mut self, at: u32, span: Span) {
        self.spans.push((at, span));
    }

    fn local(&mut self, name: Option<NameId>) {
        self.locals.push(name);
    }

    fn capture(&mut self, name: NameId) {
        self.captures.push(name);
    }
}
