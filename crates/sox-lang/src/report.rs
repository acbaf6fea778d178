//! The list of diagnostics of one source, and how its stages add to it.

use sox_diagnostics::{Code, Diagnostic, Severity, SourceId, Span};

/// Most errors reported for one file: what follows so many is noise.
const MAX_ERRORS: usize = 1_000;

/// Diagnostics of one source file, in the order they were found.
pub(crate) struct Reports {
    source: SourceId,
    list: Vec<Diagnostic>,
    errors: usize,
}

impl Reports {
    pub(crate) fn new(source: SourceId) -> Self {
        Self { source, list: Vec::new(), errors: 0 }
    }

    /// Adds an error and gives it back for labels and help.
    pub(crate) fn error(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.errors += 1;
        self.add(Diagnostic::error(code, self.source, span, message))
    }

    /// Adds a warning and gives it back for labels and help.
    pub(crate) fn warning(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.add(Diagnostic::warning(code, self.source, span, message))
    }

    fn add(&mut self, diagnostic: Diagnostic) -> &mut Diagnostic {
        self.list.push(diagnostic);
        self.list.last_mut().expect("just pushed")
    }

    /// Whether any error was reported.
    pub(crate) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether so many errors were reported that reading on helps nobody.
    pub(crate) fn is_full(&self) -> bool {
        self.errors >= MAX_ERRORS
    }

    /// Forgets what begins after `offset`.
    pub(crate) fn forget_after(&mut self, offset: u32) {
        self.list.retain(|diagnostic| diagnostic.span.start <= offset);
    }

    /// The diagnostics in the order of the text.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|diagnostic| diagnostic.span.start);
        if self.is_full() {
            // What was found last may stand first: never cut away an error to keep a warning.
            let mut errors = 0;
            self.list.retain(|diagnostic| {
                errors += usize::from(diagnostic.severity == Severity::Error);
                errors <= MAX_ERRORS
            });
        }
        self.list
    }
}
