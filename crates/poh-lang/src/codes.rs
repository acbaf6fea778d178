//! The kinds of diagnostics of PohLang, with the long texts of `sox explain`.
//!
//! In each text the first code block raises the diagnostic and the others are clean; a test holds
//! them to it.

use sox_diagnostics::Code;

macro_rules! table {
    ($($name:ident = $id:literal, $title:literal, $explanation:literal;)*) => {
        $(pub(crate) static $name: Code =
            Code { id: $id, title: $title, explanation: $explanation };)*
        static TABLE: &[&Code] = &[$(&$name),*];
    };
}

/// Every diagnostic code of the language, errors first.
pub fn codes() -> &'static [&'static Code] {
    TABLE
}

table! {
    UNEXPECTED = "P0001", "unexpected word or sign",
    "A word or sign stands where the sentence is over, or where something else must come.\n\n\
     ```poh\nWrite \"Hello\" \"you\"\n```\n\n\
     Each statement has a line of its own, and texts are joined with `plus`:\n\n\
     ```poh\nWrite \"Hello \" plus \"you\"\n```\n";
    MISSING = "P0002", "something is missing",
    "The line ends, or another word comes, before the sentence is complete.\n\n\
     ```poh\nSet age to\n```\n\n\
     Complete it:\n\n```poh\nSet age to 36\n```\n";
    CHARACTER = "P0003", "character without a meaning",
    "A character stands in the program that PohLang has no use for.\n\n\
     ```poh\nWrite 5 $ 3\n```\n\n\
     Inside quotes every character may stand:\n\n```poh\nWrite \"5 $\"\n```\n";
    TEXT = "P0004", "text that is not written right",
    "A text begins and ends with the same quote, on one line. A backslash in it begins a sign such as \
     `\\n`.\n\n```poh\nWrite \"Hello\n```\n\n```poh\nWrite \"Hello\"\nWrite 'It is \"quoted\"'\n```\n";
    NUMBER = "P0005", "number that is not written right",
    "Numbers are written with digits, and a point if there is a fraction. Names do not begin with a \
     digit.\n\n```poh\nSet a to 12abc\n```\n\n```poh\nSet a to 12\nSet b to 0.5\n```\n";
    NO_END = "P0006", "a block without End",
    "If, While, Repeat, For each, Make and try begin a block of lines, and `End` ends it.\n\n\
     ```poh\nRepeat 3 times\n  Write \"Hello\"\n```\n\n\
     ```poh\nRepeat 3 times\n  Write \"Hello\"\nEnd\n```\n";
    STRAY = "P0007", "a word that belongs to a block",
    "`End`, `Otherwise`, `finally` and handlers belong to the block that they stand in.\n\n\
     ```poh\nWrite \"Hello\"\nEnd\n```\n\n\
     ```poh\nIf 1 is 1\n  Write \"Hello\"\nOtherwise\n  Write \"Bye\"\nEnd\n```\n";
    PLACE = "P0008", "a statement in the wrong place",
    "`Stop` and `Skip` belong into a loop, `Return` into a function.\n\n\
     ```poh\nStop\n```\n\n```poh\nRepeat 3 times\n  Stop\nEnd\n```\n";
    COMPARISON = "P0009", "two comparisons in one",
    "Only two values are compared at a time.\n\n```poh\nWrite 1 < 2 < 3\n```\n\n\
     Join comparisons with `and`:\n\n```poh\nWrite 1 < 2 and 2 < 3\n```\n";
    BRACKETS = "P0010", "brackets that make nothing",
    "Lists and dictionaries are made with words; `[ ]` only takes something out of one.\n\n\
     ```poh\nSet names to [\"Ada\", \"Alan\"]\n```\n\n\
     ```poh\nSet names to Make a list of \"Ada\", \"Alan\"\nWrite names[0]\n```\n";
    NAME = "P0011", "not a name",
    "A name begins with a letter or `_` and is none of the words that join values, such as `and` or \
     `plus`.\n\n```poh\nSet 5 to 6\n```\n\n```poh\nSet five to 6\n```\n";
    ERROR_TYPE_NAME = "P0012", "a handler for a type nobody throws",
    "A handler waits for errors of a type that PohLang does not have and the program does not throw, so \
     it can never run.\n\n\
     ```poh\ntry this:\n  Write 1 divided by 0\nif error of type MathErorr as e\n  Write e\nend try\n```\n\n\
     ```poh\ntry this:\n  Write 1 divided by 0\nif error of type MathError as e\n  Write e\nend try\n```\n";
    IMPORT_FAILED = "P0013", "an import that fails",
    "The imported file is not there, cannot be read, or imports the file that imports it.\n\n\
     ```poh\nImport \"no such file.poh\"\n```\n\n```poh\nImport system \"math\" as m\nWrite m::pi\n```\n";
    TOO_DEEP = "P0014", "too much in one place",
    "Blocks and parentheses are nested too deeply, or one line is too long.\n\n\
     ```poh-generated\n(a thousand parentheses)\n```\n\n\
     Use variables and functions for the parts:\n\n```poh\nSet part to (1 plus 2) times 3\nWrite part\n```\n";
    PARAMETERS = "P0015", "parameters that do not fit",
    "Each parameter of a function has a name of its own, and those with a value of their own (`set to`) \
     come last.\n\n```poh\nMake f with a, a\n  Return a\nEnd\n```\n\n\
     ```poh\nMake f with a, b set to 2\n  Return a plus b\nEnd\nWrite f(1)\n```\n";
    NOT_YET = "P0016", "not in this version",
    "Web servers are part of PohLang but not of this version.\n\n\
     ```poh\nStart server\n```\n\n```poh\nWrite \"Hello\"\n```\n";
    UNUSED_RESULT = "P0101", "a result that nobody uses",
    "A phrase such as `append` makes a new list and leaves the old one as it is.\n\n\
     ```poh\nSet names to Make a list of \"Ada\"\nappend \"Alan\" to names\n```\n\n\
     Keep the new list with `Set`:\n\n\
     ```poh\nSet names to Make a list of \"Ada\"\nSet names to append \"Alan\" to names\n```\n";
    LONE_VALUE = "P0102", "a value that is compared with nothing",
    "Behind `or` and `and` stands a whole comparison. A number or text alone is compared with nothing: it \
     counts as yes, whatever the name before it stands for.\n\n\
     ```poh\nSet x to 5\nIf x is 1 or 2 Write \"small\"\n```\n\n\
     Say with what it is compared:\n\n\
     ```poh\nSet x to 5\nIf x is 1 or x is 2 Write \"small\"\n```\n";
}
