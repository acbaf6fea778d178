//! Diagnostics for people who begin: whole sentences, the line itself, what to do. No codes, no
//! columns where the line is enough.
//!
//! ```text
//! Error: There is nothing called nmae. Did you mean name?
//!   in file: hello.poh, line 3
//!     Write nmae
//!   Hint: names are made with Set, Ask, Make and For each
//! ```

use crate::{Details, Diagnostic, Severity, SourceFile, Span};

/// The most characters of a line that are shown.
const MOST_SHOWN: usize = 100;

/// Something that is wrong in a source, with a mark under it. Ends in an empty line.
pub fn diagnostic(diagnostic: &Diagnostic, file: &SourceFile) -> String {
    let (line, column) = file.line_column(diagnostic.span.start);
    let kind = match diagnostic.severity {
        Severity::Error => "Error",
        Severity::Warning => "Note",
    };
    let mut text = format!("{kind}: {}\n", diagnostic.message);
    text += &format!("  in file: {}, line {line}, column {column}\n", file.name);
    let span = diagnostic.span.start as usize..diagnostic.span.end as usize;
    let first_line = file.text.get(span).and_then(|part| part.lines().next());
    let width = first_line.map_or(1, |part| part.chars().count());
    text += &shown_line(file, line, Some((column as usize - 1, width.max(1))));
    for help in &diagnostic.help {
        text += &format!("  Hint: {help}\n");
    }
    text.push('\n');
    text
}

/// An error of a run. If the source is not at hand, the line comes from the trace.
pub fn error(message: &str, place: Option<(&SourceFile, Span)>, details: &Details<'_>) -> String {
    let mut text = format!("Error: {message}\n");
    let traced = details.trace.first().map(|&(_, line)| line).filter(|&line| line > 0);
    match (place, traced) {
        (Some((file, span)), _) => {
            let line = file.line(span.start);
            text += &format!("  in file: {}, line {line}\n", file.name);
            text += &shown_line(file, line, None);
        }
        (None, Some(line)) => text += &format!("  in line {line}\n"),
        (None, None) => {}
    }
    if let Some(&(Some(function), _)) = details.trace.first() {
        text += &format!("  while it used the function {function}\n");
    }
    for help in &details.help {
        text += &format!("  Hint: {help}\n");
    }
    text
}

/// A line of a source, its indentation taken away; with a mark under a part of it. Of a long line
/// the stretch around the mark is shown.
fn shown_line(file: &SourceFile, line: u32, marked: Option<(usize, usize)>) -> String {
    let whole = file.line_text(line);
    let indent = whole.chars().take_while(|c| c.is_whitespace()).count();
    let at = marked.map_or(0, |(column, _)| column.saturating_sub(indent));
    let length = whole.chars().count() - indent;
    let from = if length > MOST_SHOWN { at.saturating_sub(MOST_SHOWN / 2) } else { 0 };
    let part = whole.chars().skip(indent + from).take(MOST_SHOWN);
    let part: String = part.map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut text = format!("    {part}\n");
    if let Some((_, width)) = marked {
        let width = width.min(MOST_SHOWN.saturating_sub(at - from)).max(1);
        text += &format!("    {}{}\n", " ".repeat(at - from), "^".repeat(width));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    static CODE: Code = Code { id: "P0001", title: "test", explanation: "" };

    #[test]
    fn what_is_wrong_is_marked() {
        let file = SourceFile::new("a b.poh", "Write 1\n\tWrite \"x\" \"yö\"\n");
        let wrong = Diagnostic::error(&CODE, Default::default(), Span::new(19, 24), "No.")
            .with_help("write less");
        assert_eq!(
            diagnostic(&wrong, &file),
            "Error: No.\n  in file: a b.poh, line 2, column 12\n    Write \"x\" \"yö\"\n              \
             ^^^^\n  Hint: write less\n\n"
        );
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let file = SourceFile::new("a.poh", "é".repeat(100_000));
        let wrong = Diagnostic::error(&CODE, Default::default(), Span::new(100_000, 100_002), "m");
        let text = diagnostic(&wrong, &file);
        assert!(text.len() < 1000 && text.contains("column 50001"), "{text}");
        let mark = text.lines().nth(3).unwrap();
        assert_eq!(mark.find('^'), Some(4 + MOST_SHOWN / 2));
    }

    #[test]
    fn errors_of_runs_name_line_and_function() {
        let file = SourceFile::new("a.poh", "Make f\n  Return 1 / 0\nEnd\n");
        let mut details = Details { trace: vec![(Some("f"), 2), (None, 9)], ..Details::default() };
        details.help.push("do");
        assert_eq!(
            error("No.", Some((&file, Span::new(9, 12))), &details),
            "Error: No.\n  in file: a.poh, line 2\n    Return 1 / 0\n  while it used the function f\n  \
             Hint: do\n"
        );
        let text = error("No.", None, &details);
        assert_eq!(text, "Error: No.\n  in line 2\n  while it used the function f\n  Hint: do\n");
        assert_eq!(error("No.", None, &Details::default()), "Error: No.\n");
    }
}
