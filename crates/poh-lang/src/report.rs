//! The list of diagnostics of one source.

use sox_diagnostics::{Code, Diagnostic, Severity, SourceId, Span};

/// Most errors reported for one file: what follows so many is noise.
const MOST: usize = 500;

/// Diagnostics of one source file, in the order they were found.
pub(crate) struct Reports {
    source: SourceId,
    list: Vec<Diagnostic>,
    errors: usize,
    /// The last one that was too many.
    surplus: Option<Diagnostic>,
}

impl Reports {
    pub(crate) fn new(source: SourceId) -> Self {
        Self { source, list: Vec::new(), errors: 0, surplus: None }
    }

    /// Adds an error and gives it back for labels and help. Of several on the same place the first
    /// says enough; a warning there gives way.
    pub(crate) fn error(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.errors += 1;
        let diagnostic = Diagnostic::error(code, self.source, span, message);
        let recent = self.list.len().saturating_sub(4);
        let here = self.list[recent..].iter().position(|other| other.span.start == span.start);
        let at = match here.map(|number| recent + number) {
            Some(at) if self.list[at].severity != Severity::Error => at,
            None if self.errors <= MOST => {
                self.list.push(diagnostic);
                return self.list.last_mut().expect("just pushed");
            }
            _ => return self.surplus.insert(diagnostic),
        };
        self.list[at] = diagnostic;
        &mut self.list[at]
    }

    /// Adds a warning and gives it back for labels and help.
    pub(crate) fn warning(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.list.push(Diagnostic::warning(code, self.source, span, message));
        self.list.last_mut().expect("just pushed")
    }

    /// Whether any error was reported.
    pub(crate) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether so many errors were reported that reading on helps nobody.
    pub(crate) fn is_full(&self) -> bool {
        self.errors >= MOST
    }

    /// The diagnostics in the order of the text.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|diagnostic| diagnostic.span.start);
        self.list
    }
}
