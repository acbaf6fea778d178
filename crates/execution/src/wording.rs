//! What the report of an error says in the words of a program's language: one value for each.

use sox_library::Words;
use sox_runtime::poh;
use std::borrow::Cow;

/// A language's words.
pub(crate) struct Wording {
    /// A message of the runtime.
    pub(crate) message: fn(&str) -> Cow<'_, str>,
    /// What stands before the printed form of a thrown value that is no error.
    pub(crate) before_thrown_value: &'static str,
    /// Parts of messages, and what to do about the error; the first row that fits counts.
    hints: &'static [(&'static str, &'static str)],
    /// What to know when calls are nested too deeply, given how many frames there may be and the
    /// command that was told so.
    pub(crate) depth_limit: fn(u32, &str) -> Option<String>,
    /// That only so many calls of a trace are shown.
    pub(crate) shortened_trace: fn(usize) -> String,
    /// Why there are no lines.
    pub(crate) no_lines: &'static str,
}

impl Wording {
    /// The words of a language.
    pub(crate) fn of(words: Words) -> &'static Wording {
        match words {
            Words::Sox => &SOX,
            Words::PohLang => &POHLANG,
        }
    }

    /// What to do about an error with this message, if there is something to say.
    pub(crate) fn hint(&self, message: &str) -> Option<&'static str> {
        self.hints.iter().find(|(part, _)| message.contains(part)).map(|&(_, hint)| hint)
    }
}

static SOX: Wording = Wording {
    message: poh::in_sox,
    before_thrown_value: "Uncaught: ",
    // Its messages say what to do themselves.
    hints: &[],
    depth_limit: |frames, command| {
        let flag = format!("{command}--max-stack N");
        Some(format!("the call stack is limited to {frames} frames; {flag} changes that"))
    },
    shortened_trace: |limit| {
        format!("of the calls only {limit} are shown, the innermost and the outermost")
    },
    no_lines: "the bytecode was stripped of its line numbers (--strip)",
};

static POHLANG: Wording = Wording {
    message: poh::in_poh,
    before_thrown_value: "",
    hints: &[
        ("cannot be divided by zero", "test the number first: If n is not 0 Write 10 divided by n"),
        (
            "There is no item ",
            "count of tells how many items a list has; the first one has the number 0",
        ),
        (
            "There is no character ",
            "count of tells how many characters there are; the first one has the number 0",
        ),
        ("There is no key ", "test first: If contains \"name\" in data Write data[\"name\"]"),
        (
            "There is nothing called ",
            "names are made with Set, Ask, Make and For each; look at the spelling",
        ),
        (
            "This works with numbers only",
            "a text is no number, even \"5\"; text is joined with plus",
        ),
        ("A minus sign needs a number", "minus belongs to numbers only"),
        (
            "Only a function can be used",
            "functions are made like this: Make double with n Return n times 2",
        ),
        ("This function takes ", "give it as many values as its Make line has names"),
        ("Functions used each other too deeply", "look for the If that must end it"),
        ("The position in a ", "positions are whole numbers: names[0] is the first item"),
        ("For each needs ", "make a list first: Set names to Make a list of \"Ada\", \"Alan\""),
        (
            "The answer must be a number",
            "use try this: and if error of type ValidationError to ask again",
        ),
        ("The file ", "look at the name of the file, and in which folder the program runs"),
        ("This text is not JSON", "JSON looks like this: {\"name\": \"Ada\", \"age\": 36}"),
        ("append adds a value to a list", "make a list first: Set names to Make an empty list"),
        (" needs a number", "text between quotes is no number, even \"5\""),
        (" needs a list", "lists are made like this: Make a list of 1, 2 and 3"),
        (" needs text", "text stands between quotes, or comes from joining with plus"),
    ],
    depth_limit: |_, _| None,
    shortened_trace: |limit| format!("only {limit} of the functions that were in use are shown"),
    no_lines: "the bytecode does not say which lines it was made from",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fitting_hint_is_given() {
        let hint = |message| Wording::of(Words::PohLang).hint(message);
        assert!(hint("A number cannot be divided by zero.").unwrap().contains("is not 0"));
        assert!(hint("round needs a number, and this is text.").unwrap().contains("even \"5\""));
        assert_eq!(hint("out of milk"), None);
        assert_eq!(Wording::of(Words::Sox).hint("A number cannot be divided by zero."), None);
    }
}
