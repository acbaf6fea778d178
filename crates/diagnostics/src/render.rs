//! Diagnostics as text.

use crate::{Diagnostic, SourceMap};

/// How diagnostics look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A snippet with carets.
    #[default]
    Pretty,
    /// `file:line:col: error[E0012]: message`
    Short,
    /// One JSON object a line.
    Json,
}

/// Turns diagnostics into text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Renderer {
    /// The form.
    pub format: Format,
    /// Use terminal colours (pretty form only).
    pub color: bool,
}

impl Renderer {
    /// The text of one diagnostic, ending in a newline.
    pub fn render(&self, diagnostic: &Diagnostic, sources: &SourceMap) -> String {
        let file = sources.file(diagnostic.source);
        let (line, column) = file.line_column(diagnostic.span.start);
        format!("{}:{line}:{column}: {}\n", file.name, diagnostic.message)
    }
}
