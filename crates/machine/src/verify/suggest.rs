//! Hints for names that are not known.

/// How many unknown names are compared with all known ones. Who has more has another problem than
/// misspelling, and comparing all of them takes time that is quadratic in the size of the module.
const MAX_COMPARED: usize = 20;

/// What is said of unknown names.
#[derive(Default)]
pub(super) struct Suggestions {
    /// The known names, once they are asked for.
    known: Option<Vec<String>>,
    compared: usize,
}

impl Suggestions {
    /// The name that may be meant, if one is much alike; otherwise another hint.
    pub(super) fn hint(
        &mut self,
        name: &str,
        known: impl FnOnce() -> Vec<String>,
        otherwise: &str,
    ) -> String {
        self.compared += 1;
        if self.compared > MAX_COMPARED {
            return otherwise.to_string();
        }
        let known = self.known.get_or_insert_with(known);
        match sox_diagnostics::closest(name, known.iter().map(String::as_str)) {
            Some(known) => format!("did you mean `{known}`?"),
            None => otherwise.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MAX_COMPARED;
    use crate::fault::{MAX_FAULTS, Rule};
    use crate::{Syntax, load};
    use std::fmt::Write;

    const COUNT: usize = 20_000;

    /// All faults of a text are about unknown names, and only so many were compared.
    fn check(text: &str, rule: Rule) {
        let faults = load(text.as_bytes(), Syntax::Nir).unwrap_err();
        let compared = faults.iter().filter(|fault| fault.hint.starts_with("did you mean"));
        assert_eq!(compared.count(), MAX_COMPARED);
        assert!(faults.iter().all(|fault| fault.rule == rule));
        assert!(faults.len() >= MAX_FAULTS, "{}", faults.len());
    }

    #[test]
    fn functions_of_the_runtime_are_suggested() {
        let text = "function $main(i64 %s) {\n call $prntln(%s)\n ret\n}\n";
        let faults = load(text.as_bytes(), Syntax::Nir).unwrap_err();
        let hints: Vec<_> = faults.iter().map(|fault| &*fault.hint).collect();
        assert_eq!(hints, ["did you mean `println`?"]);
    }

    #[test]
    fn many_unknown_symbols_need_few_comparisons() {
        let mut text = String::new();
        for number in 0..COUNT {
            let _ = writeln!(text, "function $known_{number}() {{\n    ret\n}}");
        }
        text.push_str("function $main() {\n");
        for number in 0..COUNT {
            let _ = writeln!(text, "    call $knovn_{number}()");
        }
        text.push_str("    ret\n}\n");
        check(&text, Rule::UndefinedSymbol);
    }

    #[test]
    fn many_unknown_labels_need_few_comparisons() {
        let mut text = "function $main() {\n".to_string();
        for number in 0..COUNT {
            let _ = writeln!(text, "@label_{number}\n    jeq {number}, 0, @lable_{number}");
        }
        text.push_str("    ret\n}\n");
        check(&text, Rule::UndefinedLabel);
    }
}
