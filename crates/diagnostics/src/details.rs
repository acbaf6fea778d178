//! What follows the message of an error at run time.

use crate::excerpt::Excerpt;
use crate::{SourceFile, Span};

/// What comes with an error that has no code.
#[derive(Clone, Debug, Default)]
pub struct Details<'a> {
    /// What to do.
    pub help: Vec<&'a str>,
    /// The call stack, innermost first: the function's name (none for the top level) and the line,
    /// 0 if it is not known.
    pub trace: Vec<(Option<&'a str>, u32)>,
    /// What else there is to know.
    pub notes: Vec<&'a str>,
}

impl Details<'_> {
    /// The text of an error without snippet and colours. Ends in a newline.
    pub fn after_message(&self, message: &str) -> String {
        format!("error: {message}\n{}", self.lines())
    }

    /// The text of an error and the line it comes from, without colours, much like the renderer of
    /// the tools shows it: built programs have no room for that one. Of a place that goes on in other
    /// lines the first line is shown. Ends in a newline.
    ///
    /// ```text
    /// error: Operands must be numbers.
    ///  --> mean.sox:3:10
    ///   |
    /// 3 |   return sum / nil
    ///   |          ^^^^^^^^^
    /// [line 3] in mean()
    /// ```
    pub fn after_place(&self, message: &str, file: &SourceFile, span: Span) -> String {
        let (line, column) = file.line_column(span.start);
        let margin = " ".repeat(line.to_string().len());
        let Excerpt { before, text, mark } = Excerpt::of(file, span);
        format!(
            "error: {message}\n{margin}--> {}:{line}:{column}\n{margin} |\n{line} | {text}\n\
             {margin} | {}{}\n{}",
            file.name,
            " ".repeat(before),
            "^".repeat(mark),
            self.lines()
        )
    }

    /// Help, trace and notes, a line each.
    pub(crate) fn lines(&self) -> String {
        let mut text = String::new();
        for help in &self.help {
            text += &format!("help: {help}\n");
        }
        for (name, line) in &self.trace {
            let line = if *line == 0 { "?".to_owned() } else { line.to_string() };
            text += &match name {
                Some(name) => format!("[line {line}] in {name}()\n"),
                None => format!("[line {line}] in script\n"),
            };
        }
        for note in &self.notes {
            text += &format!("note: {note}\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, span: Span) -> String {
        Details::default().after_place("m", &SourceFile::new("a.sox", text), span)
    }

    #[test]
    fn the_line_is_shown_and_marked() {
        let text = "fn f() {\n\n\treturn ä + nil\n}\n";
        let start = text.find('ä').unwrap() as u32;
        assert_eq!(
            shown(text, Span::new(start, start + 8)),
            "error: m\n --> a.sox:3:9\n  |\n3 |     return ä + nil\n  |            ^^^^^^^\n"
        );
        // A place of several lines, and one at the very end.
        assert!(shown(text, Span::new(3, 14)).contains("1 | fn f() {\n  |    ^^^^^\n"));
        let end = text.len() as u32;
        assert!(shown(text, Span::new(end, end)).ends_with("\n5 | \n  | ^\n"));
    }

    #[test]
    fn the_margin_is_as_wide_as_the_number() {
        let text = "\n".repeat(99) + "oh\n";
        let text = shown(&text, Span::new(99, 101));
        assert_eq!(text, "error: m\n   --> a.sox:100:1\n    |\n100 | oh\n    | ^^\n");
    }
}
