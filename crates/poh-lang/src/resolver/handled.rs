//! Types of errors: which ones the program makes, and whether handlers wait for others.

use super::{ERROR_TYPES, Meaning, Resolver};
use crate::ast::{Expr, ExprKind};
use crate::codes;
use crate::report::Reports;
use sox_diagnostics::closest;

impl Resolver<'_> {
    /// The type in `error of type T with message m`: a text, or a word that is no variable.
    pub(super) fn makes_error(&mut self, of_type: &Expr) {
        match &of_type.kind {
            ExprKind::Text(symbol) => _ = self.thrown.types.insert(*symbol),
            ExprKind::Name(name) if self.answers.variable_of(self.file, name).is_none() => {
                self.note(name, Meaning::Text);
                self.thrown.types.insert(name.symbol);
            }
            _ => self.thrown.others = true,
        }
    }

    /// Reports handlers that can never run.
    pub(super) fn check_handled(&mut self, reports: &mut [Reports]) {
        for &(file, symbol, span) in &self.handled {
            let name = self.names.text(symbol);
            let known = ERROR_TYPES.iter().any(|known| known.eq_ignore_ascii_case(name));
            if known || name == "Error" || self.thrown.types.contains(&symbol) {
                continue;
            }
            let thrown = self.thrown.types.iter().map(|&symbol| self.names.text(symbol));
            let meant = closest(name, ERROR_TYPES.into_iter().chain(thrown));
            if meant.is_none() && self.thrown.others {
                continue;
            }
            let message = format!("Nothing in this program throws an error of type {name}.");
            let report = reports[file].error(&codes::ERROR_TYPE_NAME, span, message);
            match meant {
                Some(meant) => report.help.push(format!("did you mean {meant}?")),
                None => {
                    report.help.push(format!("PohLang's own types are {}", ERROR_TYPES.join(", ")))
                }
            }
        }
    }
}
