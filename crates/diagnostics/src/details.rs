//! What follows the message of an error at run time.

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
