//! The list of diagnostics of one source, and how its stages add to it.

use crate::codes;
use sox_diagnostics::{Code, Diagnostic, SourceId, Span};

/// Most errors, and most warnings, reported for one file: what follows so many is noise.
const MAX_EACH: usize = 1_000;

/// Diagnostics of one source file, in the order they were found.
pub(crate) struct Reports {
    source: SourceId,
    list: Vec<Diagnostic>,
    errors: usize,
    warnings: usize,
    /// The last one that was too many.
    surplus: Option<Diagnostic>,
    /// What begins behind this was misunderstood.
    misread: u32,
    /// The body of a function or class was torn from its head.
    torn: bool,
}

impl Reports {
    pub(crate) fn new(source: SourceId) -> Self {
        Self {
            source,
            list: Vec::new(),
            errors: 0,
            warnings: 0,
            surplus: None,
            misread: u32::MAX,
            torn: false,
        }
    }

    /// Adds an error and gives it back for labels and help.
    pub(crate) fn error(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.errors += 1;
        let surplus = self.errors > MAX_EACH;
        self.add(Diagnostic::error(code, self.source, span, message), surplus)
    }

    /// Adds a warning and gives it back for labels and help.
    pub(crate) fn warning(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.warnings += 1;
        let surplus = self.warnings > MAX_EACH;
        self.add(Diagnostic::warning(code, self.source, span, message), surplus)
    }

    fn add(&mut self, diagnostic: Diagnostic, surplus: bool) -> &mut Diagnostic {
        let is_cause = *diagnostic.code == codes::UNTERMINATED_STRING;
        if surplus || diagnostic.span.start >= self.misread && !is_cause {
            return self.surplus.insert(diagnostic);
        }
        self.list.push(diagnostic);
        self.list.last_mut().expect("just pushed")
    }

    /// The diagnostic reported last, if it is about this offset.
    pub(crate) fn last_at(&mut self, offset: u32) -> Option<&mut Diagnostic> {
        self.list.last_mut().filter(|last| last.span.start == offset)
    }

    /// Whether any error was reported.
    pub(crate) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether so many errors were reported that reading on helps nobody.
    pub(crate) fn is_full(&self) -> bool {
        self.errors >= MAX_EACH
    }

    /// Notes that statements may stand outside of the function or class they were written for.
    pub(crate) fn tear(&mut self) {
        self.torn = true;
    }

    /// Whether being outside of a function or class means nothing.
    pub(crate) fn is_torn(&self) -> bool {
        self.torn
    }

    /// Forgets what begins after `offset`.
    pub(crate) fn forget_after(&mut self, offset: u32) {
        self.list.retain(|diagnostic| diagnostic.span.start <= offset);
    }

    /// Forgets what was found from `offset` on, and what will be found there: all of it follows
    /// from a string that is not closed.
    pub(crate) fn misread_from(&mut self, offset: u32) {
        self.list.retain(|diagnostic| diagnostic.span.start < offset);
        self.misread = offset;
    }

    /// The diagnostics in the order of the text.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|diagnostic| diagnostic.span.start);
        self.list
    }
}
