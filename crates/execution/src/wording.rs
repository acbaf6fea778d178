//! What the report of an error says in the words of a program's language: one value for each.

use sox_library::Words;
use sox_runtime::{ErrorRef, poh};
use std::borrow::Cow;

/// A language's words.
pub(crate) struct Wording {
    /// What an error says.
    pub(crate) message: fn(ErrorRef<'_>) -> Cow<'_, str>,
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
    message: |error| poh::in_sox(error.message().text()),
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
    message: poh::message_in_poh,
    before_thrown_value: "",
    hints: POHLANG_HINTS,
    depth_limit: |_, _| None,
    shortened_trace: |limit| format!("only {limit} of the functions that were in use are shown"),
    no_lines: "the bytecode does not say which lines it was made from",
};

/// Each says what to write, with an example.
const POHLANG_HINTS: &[(&str, &str)] = &[
    ("Did you mean ", "look at the spelling, and at small and capital letters"),
    ("cannot be divided by zero", "test the number first: If n is not 0 Write 10 divided by n"),
    (
        "There is no item ",
        "the first item has the number 0, the last one -1: Write names[0] or Write names[-1]",
    ),
    (
        "There is no character ",
        "the first character has the number 0, the last one -1: Write word[0] or Write word[-1]",
    ),
    ("There is no key ", "test first: If contains \"name\" in data Write data[\"name\"]"),
    ("has not run", "put the line that makes it above this one: Set total to 0, then Write total"),
    (
        "There is nothing called ",
        "give it a value first: Set age to 36; or, if it is a text, put it between quotes: \"Ada\"",
    ),
    (
        "This works with numbers only",
        "Ask for age expect Number gives a number; texts are joined with plus",
    ),
    ("A minus sign needs a number", "write a number behind it: Set depth to -5"),
    (
        "Only a function can be used",
        "functions are made like this: Make double with n Return n times 2",
    ),
    (
        "This function takes ",
        "give it as many values as its Make has names: Make add with a, b needs Use add with 1, 2",
    ),
    (
        "Functions used each other too deeply",
        "it must not use itself in the end: If n is at most 1 Return 1",
    ),
    ("The position in a ", "positions are whole numbers: Write names[0]"),
    ("has parts in [ ]", "make a list first: Set names to Make a list of \"Ada\", \"Alan\""),
    (
        "has parts that can be set",
        "make a list first: Set names to Make a list of \"Ada\", \"Alan\"",
    ),
    ("The characters of a text cannot be changed", "join a new one: Set word to \"J\" plus \"oe\""),
    ("The key of a dictionary cannot be ", "use text or a number: Set ages[\"Ada\"] to 36"),
    ("For each needs ", "make a list first: Set names to Make a list of \"Ada\", \"Alan\""),
    ("Repeat needs ", "write a number, or a name that stands for one: Repeat 3 times"),
    (
        "The answer must be a number",
        "to ask again, put it between try this: and if error of type ValidationError",
    ),
    (
        "no such file or directory",
        "look at its name and folder, or test first: If file exists at \"notes.txt\" Write \"there\"",
    ),
    ("The file ", "look at its name, and in which folder the program runs"),
    ("This text is not JSON", "JSON looks like this: {\"name\": \"Ada\", \"age\": 36}"),
    ("can be JSON.", "put only such values into it: Make a dictionary with \"age\" as 36"),
    ("append adds a value to a list", "make a list first: Set names to Make an empty list"),
    ("there is no position ", "0 is the beginning: Set names to insert \"Ada\" at 0 in names"),
    (
        "the first number is above the second",
        "write the smaller one first: random number from 1 to 6",
    ),
    ("range: the step", "range takes start, end and step: range(0, 10, 2)"),
    ("the list is empty", "test first: If count of names is greater than 0 Write first in names"),
    ("the text is empty", "test first: If count of word is greater than 0 Write first in word"),
    (
        "total of needs",
        "a list of numbers is made like this: Set prices to Make a list of 5, 10 and 20",
    ),
    (
        " needs numbers or texts",
        "make a list of numbers: Set prices to Make a list of 5, 10 and 20",
    ),
    (" needs only ", "all items must be of one kind: Make a list of 5, 10 and 20"),
    (" needs a number", "write a number without quotes, or ask for one: Ask for age expect Number"),
    (" needs a list", "lists are made like this: Set names to Make a list of \"Ada\", \"Alan\""),
    (" needs text", "text stands between quotes: \"Ada\", or comes from plus: \"\" plus 5"),
    ("template", "a template looks like this: render template \"Hi {{name}}\" with data"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fitting_hint_is_given() {
        let hint = |message| Wording::of(Words::PohLang).hint(message);
        assert!(hint("A number cannot be divided by zero.").unwrap().contains("is not 0"));
        assert!(
            hint("round needs a number, and \"x\" is text.").unwrap().contains("without quotes")
        );
        assert_eq!(hint("out of milk"), None);
        assert_eq!(Wording::of(Words::Sox).hint("A number cannot be divided by zero."), None);
    }
}
