//! Error messages in the words of the language that reports them.
//!
//! An operation that both languages share says what is wrong in Sox's words, since most of its users
//! are Sox programs. Where PohLang reports such an error it says it in its own; where Sox reports an
//! error of an operation that only PohLang has, the sentence needs no knowledge of PohLang anyway. A
//! row of the table is one message with its parts left out (`{}`), in both languages. Where PohLang
//! names a value that Sox does not, the error has both sentences ([`crate::Message`]).

use crate::value::ErrorRef;
use std::borrow::Cow;

/// Sox's words, PohLang's words.
const ROWS: &[(&str, &str)] = &[
    (
        "Expected {} to {} arguments but got {}.",
        "This function takes {} to {} values, and it was given {}.",
    ),
    (
        "Expected at least {} arguments but got {}.",
        "This function takes at least {} values, and it was given {}.",
    ),
    ("Expected 0 arguments but got {}.", "This function takes no values, and it was given {}."),
    ("Expected 1 arguments but got {}.", "This function takes 1 value, and it was given {}."),
    ("Expected {} arguments but got {}.", "This function takes {} values, and it was given {}."),
    (
        "Undefined variable '{}'.",
        "There is nothing called {} yet: its first Set or its Make has not run.",
    ),
    (
        "Stack overflow.",
        "Functions used each other too deeply: one that uses itself must come to an end.",
    ),
    (
        "Only arrays, strings and tables can be iterated.",
        "For each needs a list, a dictionary or text.",
    ),
    ("String is too long. limit={}", "This text would be too long: {} bytes are the most."),
    ("Array is too large. limit={}", "This list would be too long: {} items are the most."),
    ("Table is too large. limit={}", "This dictionary would be too large: {} keys are the most."),
    ("Circular import: {}", "These files import each other in a circle: {}"),
    ("{}: expected {}, got {}.", "{} needs {}, and it was given {}."),
    (
        "{}: {} elements are more than an array can hold ({}).",
        "{} would make a list of {} items, and {} are the most.",
    ),
];

/// What stands in a part: Sox's words for kinds of values, PohLang's words.
const KINDS: &[(&str, &str)] = &[
    ("a string", "text"),
    ("an array", "a list"),
    ("a table", "a dictionary"),
    ("<nil>", "None"),
    ("<bool>", "True or False"),
    ("<number>", "a number"),
    ("String", "text"),
    ("Array", "a list"),
    ("Table", "a dictionary"),
    ("Closure", "a function"),
    ("Native function", "a function"),
];

/// A part of a message in PohLang's words.
fn part_in_poh(part: &str) -> Cow<'_, str> {
    if let Some((_, kind)) = KINDS.iter().find(|(kind, _)| *kind == part) {
        return (*kind).into();
    }
    // The functions behind phrases are called `poh.make_list`.
    match part.strip_prefix("poh.") {
        Some(phrase) => phrase.replace('_', " ").into(),
        None => part.into(),
    }
}

/// The parts of a message that stand where a pattern has `{}`, if it fits.
fn parts<'m>(pattern: &str, message: &'m str) -> Option<Vec<&'m str>> {
    let mut pieces = pattern.split("{}");
    let mut rest = message.strip_prefix(pieces.next()?)?;
    let mut parts = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let end = match pieces.peek() {
            // What comes last stands at the end.
            None => rest.len().checked_sub(piece.len()).filter(|&at| rest[at..] == *piece)?,
            Some(_) => rest.find(piece)?,
        };
        parts.push(&rest[..end]);
        rest = &rest[end + piece.len()..];
    }
    rest.is_empty().then_some(parts)
}

fn reword<'m>(
    message: &'m str,
    rows: impl Iterator<Item = (&'static str, &'static str)>,
    part_in_words: fn(&str) -> Cow<'_, str>,
) -> Cow<'m, str> {
    for (from, to) in rows {
        let Some(parts) = parts(from, message) else { continue };
        let mut pieces = to.split("{}");
        let mut text = pieces.next().unwrap_or_default().to_string();
        for (part, piece) in parts.into_iter().zip(pieces) {
            text += &part_in_words(part);
            text += piece;
        }
        return text.into();
    }
    message.into()
}

/// An error message as a PohLang program reports it.
///
/// ```
/// use sox_runtime::poh::in_poh;
/// let text = in_poh("Expected 2 arguments but got 3.");
/// assert_eq!(text, "This function takes 2 values, and it was given 3.");
/// let text = in_poh("mathSqrt: expected a number, got String.");
/// assert_eq!(text, "mathSqrt needs a number, and it was given text.");
/// assert_eq!(in_poh("anything else"), "anything else");
/// ```
pub fn in_poh(message: &str) -> Cow<'_, str> {
    reword(message, ROWS.iter().copied(), part_in_poh)
}

/// What an error says in a PohLang program.
pub fn message_in_poh(error: ErrorRef<'_>) -> Cow<'_, str> {
    match error.plain_message() {
        Some(plain) => plain.text().into(),
        None => in_poh(error.message().text()),
    }
}

/// An error message as a Sox program reports it.
pub fn in_sox(message: &str) -> Cow<'_, str> {
    reword(message, ROWS.iter().map(|&(sox, poh)| (poh, sox)), |part| part.into())
}

/// PohLang's type of an error of this kind: one of its own, or the kind's own name.
///
/// ```
/// use sox_runtime::poh::error_type;
/// assert_eq!(error_type("IndexError"), "RuntimeError");
/// assert_eq!(error_type("OutOfMilk"), "OutOfMilk");
/// ```
pub fn error_type(kind: &str) -> &str {
    match kind {
        "" | "Error" | "IndexError" | "NameError" | "ArityError" | "AssertionError"
        | "StackOverflow" | "ImportError" | "FfiError" => "RuntimeError",
        "IOError" | "PermissionError" => "FileError",
        "ValueError" => "ValidationError",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_goes_both_ways() {
        for (sox, poh) in ROWS {
            let (sox, poh) = (sox.replace("{}", "7"), poh.replace("{}", "7"));
            assert_eq!(in_poh(&sox), poh);
            assert_eq!(in_poh(&in_sox(&poh)), poh);
        }
    }

    #[test]
    fn parts_stand_where_the_braces_are() {
        assert_eq!(parts("a {} b {}.", "a 1 b 2."), Some(vec!["1", "2"]));
        assert_eq!(parts("a {} b", "a 1 c"), None);
        assert_eq!(parts("plain", "plain"), Some(vec![]));
        assert_eq!(parts("plain", "plainly"), None);
    }
}
