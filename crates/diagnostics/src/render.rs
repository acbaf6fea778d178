//! Diagnostics as text: a snippet with carets, one short line, or JSON.

use crate::{Details, Diagnostic, Severity, SourceFile, SourceMap, Span};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Snippet};
use serde_json::json;
use std::borrow::Cow;
use std::ops::Range;

/// How diagnostics look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A snippet with carets.
    #[default]
    Pretty,
    /// `file:line:col: error[E0012]: message`
    Short,
    /// One JSON object a line, as docs/diagnostics.md describes.
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

/// The longest stretch of source, in bytes, that one snippet shows; spans that need more lose their
/// secondary labels, and longer single lines are cut around the caret.
const SNIPPET_BYTES: usize = 4096;

/// Stands for what is cut from a line.
const CROPPED: &str = "...";

/// What the renderer draws between a place and its snippet.
const GAP: &str = "::: ";

/// Bytes shown before and after the caret in a line that is too long.
const CROP_BYTES: usize = 60;

impl Renderer {
    /// The text of one diagnostic, ending in a newline.
    pub fn render(&self, diagnostic: &Diagnostic, sources: &SourceMap) -> String {
        let file = sources.file(diagnostic.source);
        match self.format {
            Format::Pretty => self.pretty(diagnostic, file),
            Format::Short => short(diagnostic, file),
            Format::Json => json(diagnostic, file),
        }
    }

    /// The text of an error that has no code: its message, the snippet if its place is known, and
    /// what comes with it. Ends in a newline.
    pub fn render_error(
        &self,
        message: &str,
        place: Option<(&SourceFile, Span)>,
        details: &Details<'_>,
    ) -> String {
        match (self.format, place) {
            (Format::Pretty, _) => {
                let title = Level::ERROR.primary_title(message);
                let group = match place {
                    Some((file, span)) => {
                        with_snippet(Group::with_title(title), file, span, "", &[])
                    }
                    None => Group::with_title(title),
                };
                self.finish(&[group]) + &details.lines()
            }
            (Format::Short, Some((file, span))) => {
                let (line, column) = file.line_column(span.start);
                format!("{}:{line}:{column}: error: {message}\n{}", file.name, details.lines())
            }
            (Format::Short, None) => format!("error: {message}\n{}", details.lines()),
            (Format::Json, _) => {
                let mut fields = vec![
                    ("code", json!(null)),
                    ("severity", json!("error")),
                    ("message", json!(message)),
                ];
                fields.extend(place.into_iter().flat_map(|(file, span)| place_fields(file, span)));
                let frames = details.trace.iter();
                let frames = frames.map(|(name, line)| {
                    let line = (*line != 0).then_some(line);
                    json!({ "name": name, "line": line })
                });
                fields.push(("help", json!(details.help)));
                fields.push(("trace", frames.collect()));
                fields.push(("notes", json!(details.notes)));
                object(&fields)
            }
        }
    }

    /// The text of a warning that has neither code nor place. Ends in a newline.
    pub fn render_warning(&self, message: &str) -> String {
        match self.format {
            Format::Pretty | Format::Short => format!("warning: {message}\n"),
            Format::Json => object(&[
                ("code", json!(null)),
                ("severity", json!("warning")),
                ("message", json!(message)),
                ("help", json!([])),
            ]),
        }
    }

    fn pretty(&self, diagnostic: &Diagnostic, file: &SourceFile) -> String {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(&*diagnostic.message).id(diagnostic.code.id);
        let group = Group::with_title(title);
        let mut group =
            with_snippet(group, file, diagnostic.span, &diagnostic.label, &diagnostic.secondary);
        for help in &diagnostic.help {
            group = group.element(Level::HELP.message(&**help));
        }
        self.finish(&[group])
    }

    fn finish(&self, groups: &[Group<'_>]) -> String {
        let renderer = if self.color {
            annotate_snippets::Renderer::styled()
        } else {
            annotate_snippets::Renderer::plain()
        };
        let mut text = renderer.render(groups);
        if text.contains(GAP) {
            // A place given apart from its snippet is followed by a mark that would mean another file.
            text = text.lines().filter(|line| !is_gap(line)).collect::<Vec<_>>().join("\n");
        }
        text.push('\n');
        text
    }
}

/// Adds the source lines of a span, underlined.
fn with_snippet<'a>(
    group: Group<'a>,
    file: &'a SourceFile,
    span: Span,
    label: &'a str,
    secondary: &'a [(Span, String)],
) -> Group<'a> {
    let text = &*file.text;
    let span = clamp(span, text);
    let mut window = lines_around(text, span.clone());
    let mut labels: Vec<(Range<usize>, &str)> = Vec::new();
    for (span, label) in secondary {
        let span = clamp(*span, text);
        let lines = lines_around(text, span.clone());
        let wider = window.start.min(lines.start)..window.end.max(lines.end);
        if wider.len() <= SNIPPET_BYTES {
            window = wider;
            labels.push((span, label));
        }
    }
    if window.len() > SNIPPET_BYTES {
        return with_cropped_line(group, file, span, label);
    }
    let local = |range: Range<usize>| range.start - window.start..range.end - window.start;
    let annotations = labels
        .into_iter()
        .map(|(span, label)| AnnotationKind::Context.span(local(span)).label(label))
        .collect::<Vec<_>>();
    let primary = AnnotationKind::Primary.span(local(span));
    let primary = if label.is_empty() { primary } else { primary.label(label) };
    let snippet = Snippet::source(shown(&text[window.clone()]))
        .line_start(file.line(window.start as u32) as usize)
        .path(&*file.name)
        .annotation(primary)
        .annotations(annotations);
    group.element(snippet)
}

/// A line too long to show, cut around the start of the span.
fn with_cropped_line<'a>(
    group: Group<'a>,
    file: &'a SourceFile,
    span: Range<usize>,
    label: &'a str,
) -> Group<'a> {
    let text = &*file.text;
    let (line, column) = file.line_column(span.start as u32);
    let lines = lines_around(text, span.start..span.start);
    let start = floor_boundary(text, span.start.saturating_sub(CROP_BYTES).max(lines.start));
    let end = floor_boundary(text, (span.start + CROP_BYTES).min(lines.end)).max(start);
    let stop = span.end.clamp(span.start, end.max(span.start));
    let before = if start > lines.start { CROPPED } else { "" };
    let after = if end < lines.end { CROPPED } else { "" };
    let shift = before.len();
    let primary = AnnotationKind::Primary.span(span.start - start + shift..stop - start + shift);
    let primary = if label.is_empty() { primary } else { primary.label(label) };
    let origin = Origin::path(&*file.name).line(line as usize).char_column(column as usize);
    let snippet = Snippet::source(format!("{before}{}{after}", shown(&text[start..end])));
    let snippet = snippet.line_start(line as usize);
    group.element(origin).element(snippet.annotation(primary))
}

/// The text of a snippet. A carriage return at the end of a line would be drawn: a space is not, and
/// keeps all offsets.
fn shown(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        let spaced = text.replace("\r\n", " \n");
        return Cow::Owned(match spaced.strip_suffix('\r') {
            Some(rest) => format!("{rest} "),
            None => spaced,
        });
    }
    Cow::Borrowed(text)
}

/// The whole lines that hold a range, without the last line end.
fn lines_around(text: &str, range: Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes();
    let start = bytes[..range.start].iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    let end = range.end
        + bytes[range.end..].iter().position(|&b| b == b'\n').unwrap_or(bytes.len() - range.end);
    start..end
}

/// Whether a rendered line, colours aside, holds nothing but a [`GAP`].
fn is_gap(line: &str) -> bool {
    let mut plain = String::new();
    let mut parts = line.split('\u{1b}');
    plain += parts.next().unwrap_or("");
    parts.for_each(|part| plain += part.split_once('m').map_or("", |(_, text)| text));
    plain.trim() == GAP.trim()
}

fn clamp(span: Span, text: &str) -> Range<usize> {
    let start = floor_boundary(text, (span.start as usize).min(text.len()));
    let end = floor_boundary(text, (span.end as usize).min(text.len()));
    start..end.max(start)
}

fn floor_boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn short(diagnostic: &Diagnostic, file: &SourceFile) -> String {
    let (line, column) = file.line_column(diagnostic.span.start);
    let (word, code) = (word(diagnostic.severity), diagnostic.code.id);
    format!("{}:{line}:{column}: {word}[{code}]: {}\n", file.name, diagnostic.message)
}

fn json(diagnostic: &Diagnostic, file: &SourceFile) -> String {
    let mut fields = vec![
        ("code", json!(diagnostic.code.id)),
        ("severity", json!(word(diagnostic.severity))),
        ("message", json!(diagnostic.message)),
    ];
    fields.extend(place_fields(file, diagnostic.span));
    fields.push(("help", json!(diagnostic.help)));
    object(&fields)
}

fn place_fields(file: &SourceFile, span: Span) -> [(&'static str, serde_json::Value); 5] {
    let (line, column) = file.line_column(span.start);
    let (end_line, end_column) = file.line_column(span.end);
    [
        ("file", json!(*file.name)),
        ("line", json!(line)),
        ("column", json!(column)),
        ("end_line", json!(end_line)),
        ("end_column", json!(end_column)),
    ]
}

/// A line with a JSON object whose fields stand in this order.
fn object(fields: &[(&str, serde_json::Value)]) -> String {
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}\n", fields.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    static CODE: Code = Code { id: "E0001", title: "test", explanation: "" };

    fn sources(text: &str) -> SourceMap {
        let mut sources = SourceMap::default();
        sources.add("a b.sox", text);
        sources
    }

    #[test]
    fn pretty_shows_snippet_labels_and_help() {
        let sources = sources("var x = 1\nprint y\n");
        let diagnostic =
            Diagnostic::error(&CODE, Default::default(), Span::new(16, 17), "Unknown name 'y'.")
                .with_label("not declared")
                .with_secondary(Span::new(4, 5), "there is an x")
                .with_help("did you mean 'x'?");
        let text = Renderer::default().render(&diagnostic, &sources);
        for part in [
            "error[E0001]: Unknown name 'y'.",
            "a b.sox:2:7",
            "^ not declared",
            "- there is an x",
            "help: did you mean 'x'?",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn short_and_json_name_the_place() {
        let sources = sources("é = 1");
        let diagnostic = Diagnostic::warning(&CODE, Default::default(), Span::new(3, 4), "m");
        let short = Renderer { format: Format::Short, color: false }.render(&diagnostic, &sources);
        assert_eq!(short, "a b.sox:1:3: warning[E0001]: m\n");
        let json = Renderer { format: Format::Json, color: false }.render(&diagnostic, &sources);
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (&value["line"], &value["column"], &value["end_column"]),
            (&json!(1), &json!(3), &json!(4))
        );
    }

    #[test]
    fn a_huge_line_is_cropped() {
        let text = "é".repeat(1_000_000);
        let sources = sources(&text);
        let diagnostic =
            Diagnostic::error(&CODE, Default::default(), Span::new(1_000_000, 1_000_002), "m");
        let text = Renderer::default().render(&diagnostic, &sources);
        assert!(text.len() < 2_000, "{} bytes", text.len());
        assert!(text.contains("1:500001"), "{text}");
    }

    #[test]
    fn spans_at_and_beyond_the_end_are_shown() {
        for (text, span) in [
            ("", Span::new(0, 0)),
            ("x", Span::new(1, 1)),
            ("x", Span::new(7, 9)),
            ("x\n", Span::new(2, 2)),
        ] {
            let sources = sources(text);
            let diagnostic = Diagnostic::error(&CODE, Default::default(), span, "m");
            for format in [Format::Pretty, Format::Short, Format::Json] {
                assert!(
                    Renderer { format, color: false }.render(&diagnostic, &sources).contains('m')
                );
            }
        }
    }
}
