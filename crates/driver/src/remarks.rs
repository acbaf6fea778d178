//! Warnings as text, so that a program that comes from the cache is warned of as if it had been
//! compiled.
//!
//! The text is read at each start, so its form is one that is read at once: words and numbers with a
//! space behind each, and texts with their length in bytes before them.

use sox_diagnostics::{Diagnostic, SourceId, Span};

/// Warnings as text; `number` gives the new number of a source. None if one cannot be kept.
pub(crate) fn write(
    warnings: &[Diagnostic],
    number: impl Fn(SourceId) -> Option<u32>,
) -> Option<String> {
    let mut out = String::new();
    for it in warnings {
        out += &format!("{} {} ", it.code.id, number(it.source)?);
        write_span(&mut out, it.span);
        write_text(&mut out, &it.message);
        write_text(&mut out, &it.label);
        out += &format!("{} ", it.secondary.len());
        for (span, text) in &it.secondary {
            write_span(&mut out, *span);
            write_text(&mut out, text);
        }
        out += &format!("{} ", it.help.len());
        it.help.iter().for_each(|text| write_text(&mut out, text));
    }
    Some(out)
}

fn write_span(out: &mut String, span: Span) {
    *out += &format!("{} {} ", span.start, span.end);
}

fn write_text(out: &mut String, text: &str) {
    *out += &format!("{} {text}", text.len());
}

/// The warnings that a text is of, about so many sources. None if it is of none.
pub(crate) fn read(mut text: &str, sources: u32) -> Option<Vec<Diagnostic>> {
    let mut warnings = Vec::new();
    while !text.is_empty() {
        warnings.push(read_one(&mut text, sources)?);
    }
    Some(warnings)
}

fn read_one(from: &mut &str, sources: u32) -> Option<Diagnostic> {
    let id = read_word(from)?;
    let code = crate::codes().iter().copied().find(|code| code.id == id)?;
    let source = Some(read_number(from)?).filter(|&source| source < sources)?;
    let place = read_span(from)?;
    let mut warning = Diagnostic::warning(code, SourceId(source), place, read_text(from)?);
    warning.label = read_text(from)?;
    for _ in 0..read_number(from)? {
        warning.secondary.push((read_span(from)?, read_text(from)?));
    }
    for _ in 0..read_number(from)? {
        warning.help.push(read_text(from)?);
    }
    Some(warning)
}

fn read_word<'t>(from: &mut &'t str) -> Option<&'t str> {
    let (word, rest) = from.split_once(' ')?;
    *from = rest;
    Some(word)
}

fn read_number(from: &mut &str) -> Option<u32> {
    read_word(from)?.parse().ok()
}

fn read_span(from: &mut &str) -> Option<Span> {
    let (start, end) = (read_number(from)?, read_number(from)?);
    (start <= end).then_some(Span { start, end })
}

fn read_text(from: &mut &str) -> Option<String> {
    let length = read_number(from)? as usize;
    let (text, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_nothing_else_is() {
        let code = crate::codes()[0];
        let warning = |message: &str| {
            Diagnostic::warning(code, SourceId(1), Span { start: 3, end: 14 }, message)
        };
        let mut first = warning("it is 2 long\n");
        first.label = "hïer".into();
        first.secondary = vec![(Span { start: 0, end: 0 }, "and 7 there".into())];
        first.help = vec!["do".into(), String::new()];
        let all = [first, warning("")];
        let text = write(&all, |id| Some(id.0)).expect("both can be kept");
        let again = read(&text, 2).expect("what was written");
        assert_eq!(format!("{again:?}"), format!("{all:?}"));
        assert!(read(&text, 1).is_none(), "there is no such source");
        assert!(write(&all, |_| None).is_none());
        assert!(read("", 0).is_some_and(|none| none.is_empty()));
        let ends =
            text.char_indices().map(|(at, _)| &text[..at]).filter(|text| read(text, 2).is_some());
        assert_eq!(ends.count(), 2, "nothing, and the first of two, are all that is whole");
        let overlong = text.replacen(" 13 it", " 4000000000 it", 1);
        assert!(overlong != text && read(&overlong, 2).is_none());
        assert!(read(&text.replacen(" 3 14 ", " 14 3 ", 1), 2).is_none());
    }
}
