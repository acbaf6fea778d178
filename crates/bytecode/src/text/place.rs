//! Places in the source as they stand in listings: `2:6-11` from column 6 to before column 11 of
//! line 2, `1:1-3:2` over several lines, and `@5-10` in bytes where lines are not known. Lines and
//! columns count from 1, columns in bytes.

use crate::Source;
use sox_diagnostics::Span;

/// A place as text.
pub(super) fn show(source: &Source, span: Span) -> String {
    let Span { start, end } = span;
    if source.line_starts.is_empty() {
        return format!("@{start}-{end}");
    }
    let (line, column) = line_column(source, start);
    match line_column(source, end) {
        (last, end) if last == line => format!("{line}:{column}-{end}"),
        (last, end) => format!("{line}:{column}-{last}:{end}"),
    }
}

fn line_column(source: &Source, offset: u32) -> (u32, u32) {
    let line = source.line(offset);
    (line, offset - source.line_starts[line as usize - 1] + 1)
}

/// Whether a word may be a place.
pub(super) fn is_place(word: &str) -> bool {
    word.starts_with('@') || (word.starts_with(|c: char| c.is_ascii_digit()) && word.contains(':'))
}

/// The place that a text is; none if it is no place of this source.
pub(super) fn parse(source: &Source, text: &str) -> Option<Span> {
    if let Some(offsets) = text.strip_prefix('@') {
        let (start, end) = offsets.split_once('-')?;
        return Some(Span { start: start.parse().ok()?, end: end.parse().ok()? });
    }
    let (start, end) = text.split_once('-')?;
    let (line, column) = start.split_once(':')?;
    let (last, end) = end.split_once(':').unwrap_or((line, end));
    Some(Span { start: offset(source, line, column)?, end: offset(source, last, end)? })
}

fn offset(source: &Source, line: &str, column: &str) -> Option<u32> {
    let line: usize = line.parse().ok()?;
    let start = *source.line_starts.get(line.checked_sub(1)?)?;
    start.checked_add(column.parse::<u32>().ok()?.checked_sub(1)?)
}
