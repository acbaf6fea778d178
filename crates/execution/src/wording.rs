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
    /// What to do about a name that nothing has.
    unknown_name: fn(&str) -> Option<String>,
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
    pub(crate) fn hint(&self, message: &str) -> Option<Cow<'static, str>> {
        let name = message.strip_prefix(NOTHING_CALLED).and_then(|rest| rest.strip_suffix('.'));
        if let Some(hint) = name.and_then(self.unknown_name) {
            return Some(hint.into());
        }
        self.hints.iter().find(|(part, _)| message.contains(part)).map(|&(_, hint)| hint.into())
    }
}

static SOX: Wording = Wording {
    message: |error| poh::in_sox(error.message().text()),
    before_thrown_value: "Uncaught: ",
    // Its messages say what to do themselves.
    hints: &[],
    unknown_name: |_| None,
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
    unknown_name: unknown_name_in_poh,
    depth_limit: |_, _| None,
    shortened_trace: |limit| format!("only {limit} of the functions that were in use are shown"),
    no_lines: "the bytecode does not say which lines it was made from",
};

/// What the message of an unknown name begins with in PohLang; the name follows.
const NOTHING_CALLED: &str = "There is nothing called ";

/// What a name was meant for that nothing has: a word that other languages or English have for
/// something, or a text without its quotes.
fn unknown_name_in_poh(name: &str) -> Option<String> {
    const NUMBERS: [&str; 13] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    let word = name.to_lowercase();
    if let Some(number) = NUMBERS.iter().position(|it| *it == word) {
        return Some(format!("numbers are written with digits: {number}"));
    }
    let hint = match &*word {
        "break" => "to leave a repetition write: Stop",
        "continue" | "next" => "to go on with the next round write: Skip",
        "exit" | "quit" => "a program is over behind its last line; a repetition is left with Stop",
        "input" => "to ask for something write: Ask for age with \"Your age? \"",
        "yes" | "no" | "on" | "off" => "write True or False",
        "even" => "write: If number modulo 2 is 0",
        "odd" => "write: If number modulo 2 is 1",
        "empty" => "write: If count of names is 0",
        "sqrt" => "write first: Import system \"math\" as m exposing sqrt",
        "int" | "float" | "number" => "a number is asked for like this: Ask for age expect Number",
        "str" | "string" => "plus makes text of anything: \"\" plus 5",
        _ if name.chars().count() > 20 || name.contains(' ') => return None,
        _ => {
            return Some(format!(
                "give it a value first: Set {name} to 36; or, if it is a text, put it between \
                 quotes: \"{name}\""
            ));
        }
    };
    Some(hint.into())
}

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
        NOTHING_CALLED,
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
        let hint = |message: &str| Wording::of(Words::PohLang).hint(message);
        assert!(hint("A number cannot be divided by zero.").unwrap().contains("is not 0"));
        assert!(
            hint("round needs a number, and \"x\" is text.").unwrap().contains("without quotes")
        );
        assert_eq!(hint("out of milk"), None);
        let unknown = |name: &str| hint(&format!("There is nothing called {name}.")).unwrap();
        assert!(
            unknown("Hello").ends_with(
                "Set Hello to 36; or, if it is a text, put it between quotes: \"Hello\""
            )
        );
        assert!(unknown("Three").ends_with("digits: 3"));
        assert!(unknown("break").ends_with("write: Stop"));
        assert!(unknown(&"long".repeat(9)).contains("Set age to 36"));
        assert_eq!(Wording::of(Words::Sox).hint("A number cannot be divided by zero."), None);
    }
}
