//! Source files, spans and the [`Diagnostic`] value, with its renderers.
//!
//! A diagnostic is data: a stable [`Code`], a sentence, a place, labels and help. Front ends return
//! lists of them; only the edge of the program prints. No language lives here: each front end brings
//! its own table of codes.
#![forbid(unsafe_code)]

mod details;
mod excerpt;
pub mod plain;
#[cfg(feature = "render")]
mod render;
mod source;
mod suggest;

pub use details::Details;
#[cfg(feature = "render")]
pub use render::{Format, Renderer};
pub use source::{SourceFile, SourceId, SourceMap, Span};
pub use suggest::closest;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing runs.
    Error,
    /// Said, and then ignored.
    Warning,
}

/// A kind of diagnostic: what `sox explain` knows. Each front end has a table of these.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `E0012`, `W0003`: stable, never used again for something else.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// The long text: what it means, an example that shows it, how to mend it. Markdown.
    pub explanation: &'static str,
}

/// One thing to tell the user about a place in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind.
    pub code: &'static Code,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// The file.
    pub source: SourceId,
    /// The place the carets go to.
    pub span: Span,
    /// What to write under the carets; may be empty.
    pub label: String,
    /// Other places that matter, each with a few words.
    pub secondary: Vec<(Span, String)>,
    /// What to do; shown after the snippet.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error without label or help.
    pub fn error(
        code: &'static Code,
        source: SourceId,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self::new(code, Severity::Error, source, span, message.into())
    }

    /// A warning without label or help.
    pub fn warning(
        code: &'static Code,
        source: SourceId,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self::new(code, Severity::Warning, source, span, message.into())
    }

    fn new(
        code: &'static Code,
        severity: Severity,
        source: SourceId,
        span: Span,
        message: String,
    ) -> Self {
        let (label, secondary, help) = (String::new(), Vec::new(), Vec::new());
        Self { code, severity, message, source, span, label, secondary, help }
    }

    /// Puts words under the carets.
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds another place that matters.
    pub fn with_secondary(mut self, span: Span, label: impl Into<String>) -> Self {
        self.secondary.push((span, label.into()));
        self
    }

    /// Adds a line of help.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}
