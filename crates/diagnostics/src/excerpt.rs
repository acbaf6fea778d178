//! The line of a place, as text to be shown with a mark under it.

use crate::{SourceFile, Span};

/// The most characters of a line that are shown; tabs count as one.
const MOST_SHOWN: usize = 120;

/// What a tab is shown as.
const TAB: &str = "    ";

/// A line, or of a long one the stretch around the place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// What to show: no control characters.
    pub(crate) text: String,
    /// Columns before the place.
    pub(crate) before: usize,
    /// Columns of the place in this line, 1 at least.
    pub(crate) mark: usize,
}

impl Excerpt {
    /// The first line of a place.
    pub(crate) fn of(file: &SourceFile, span: Span) -> Excerpt {
        let (line, column) = file.line_column(span.start);
        let line: Vec<char> = file.line_text(line).chars().collect();
        let at = (column as usize - 1).min(line.len());
        let from = if line.len() > MOST_SHOWN { at.saturating_sub(MOST_SHOWN / 2) } else { 0 };
        let end = line.len().min(from + MOST_SHOWN);
        let place = file.text.get(span.start as usize..span.end as usize);
        let width = place.and_then(|place| place.lines().next()).unwrap_or_default();
        let stop = end.min(at + width.chars().count());
        let columns = |part: &[char]| shown(part).chars().count();
        Excerpt {
            text: shown(&line[from..end]),
            before: columns(&line[from..at]),
            mark: columns(&line[at..stop]).max(1),
        }
    }
}

fn shown(part: &[char]) -> String {
    let mut text = String::new();
    for &letter in part {
        match letter {
            '\t' => text += TAB,
            control if control.is_control() => text.push(' '),
            letter => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(text: &str, start: u32, end: u32) -> (String, usize, usize) {
        let Excerpt { text, before, mark } =
            Excerpt::of(&SourceFile::new("a", text), Span::new(start, end));
        (text, before, mark)
    }

    #[test]
    fn tabs_and_wide_letters_keep_the_mark_in_place() {
        assert_eq!(excerpt("\té\tb", 1, 3), ("    é    b".into(), 4, 1));
        assert_eq!(excerpt("\té\tb", 1, 5), ("    é    b".into(), 4, 6));
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let (text, before, mark) = excerpt(&"é".repeat(100_000), 100_000, 100_008);
        assert_eq!((text.chars().count(), before, mark), (MOST_SHOWN, MOST_SHOWN / 2, 4));
        // Before the end there may be less to show.
        let (text, before, _) = excerpt(&"é".repeat(1000), 2000, 2000);
        assert_eq!((text.chars().count(), before), (MOST_SHOWN / 2, MOST_SHOWN / 2));
    }

    #[test]
    fn places_that_are_not_in_the_text_do_no_harm() {
        assert_eq!(excerpt("", 0, 0), (String::new(), 0, 1));
        assert_eq!(excerpt("a\nb", 9, 7), ("b".into(), 1, 1));
        assert_eq!(excerpt("é", 1, 2).2, 1);
    }
}
