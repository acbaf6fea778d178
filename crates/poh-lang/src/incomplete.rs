//! Whether a text that is being typed needs more lines.

use crate::codes;
use crate::parser::parse;
use crate::report::Reports;
use sox_diagnostics::SourceId;
use sox_program::Interner;

/// Whether all that is wrong with the text is that blocks are not ended yet.
///
/// ```
/// use sox_poh_lang::is_incomplete;
/// assert!(is_incomplete("Repeat 3 times\n  Write 1"));
/// assert!(!is_incomplete("Repeat 3 times\n  Write 1\nEnd"));
/// assert!(!is_incomplete("Write )"));
/// ```
pub fn is_incomplete(text: &str) -> bool {
    let mut reports = Reports::new(SourceId(0));
    parse(text, &mut Interner::default(), &mut reports);
    let found = reports.into_sorted();
    !found.is_empty() && found.iter().all(|report| *report.code == codes::NO_END)
}
