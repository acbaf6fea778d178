//! The kinds of diagnostics of Sox, with the long texts of `sox explain`.
//!
//! In each text the first code block raises the diagnostic and the others are clean; a test holds
//! them to it.

mod imports;
mod names;
mod syntax;
mod warnings;

pub(crate) use imports::*;
pub(crate) use names::*;
pub(crate) use syntax::*;
pub(crate) use warnings::*;

use sox_diagnostics::Code;
use std::sync::LazyLock;

/// Declares codes as statics, and a `TABLE` of them.
macro_rules! table {
    ($($name:ident = $id:literal, $title:literal, $explanation:literal;)*) => {
        $(pub(crate) static $name: sox_diagnostics::Code =
            sox_diagnostics::Code { id: $id, title: $title, explanation: $explanation };)*
        pub(super) static TABLE: &[&sox_diagnostics::Code] = &[$(&$name),*];
    };
}
use table;

static ALL: LazyLock<Vec<&'static Code>> =
    LazyLock::new(|| [syntax::TABLE, names::TABLE, imports::TABLE, warnings::TABLE].concat());

/// Every diagnostic code of the language, errors first.
///
/// ```
/// let code = sox_lang::codes().iter().find(|code| code.id == "E0001").unwrap();
/// assert_eq!(code.title, "unexpected character");
/// ```
pub fn codes() -> &'static [&'static Code] {
    &ALL
}

#[cfg(test)]
mod tests {
    use super::codes;

    #[test]
    fn ids_are_distinct_and_in_order() {
        assert!(codes().is_sorted_by(|a, b| a.id < b.id));
    }

    #[test]
    fn every_explanation_shows_code() {
        for code in codes() {
            let fences = code.explanation.matches("```").count();
            assert!(fences >= 2 && fences % 2 == 0, "{}", code.id);
        }
    }
}
