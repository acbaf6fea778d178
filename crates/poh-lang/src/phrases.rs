//! The built-in phrases, and the functions they stand for.
//!
//! A phrase is written as its pattern: words, and the places of its parts. `#` is a part that ends
//! where the next word of the pattern stands, so any expression may stand there; `_` is the last
//! part, which takes no more than a value with its `[ ]`: `count of xs plus 10` is
//! `(count of xs) plus 10`. `*` is the last part of a phrase whose result nobody computes with, such
//! as an error, so it takes all that follows: `error of type T with message "n is " plus n`.

/// A function of the library that a phrase stands for.
#[derive(Debug, PartialEq)]
pub struct Native {
    /// Its name among the builtins.
    pub name: &'static str,
    /// What kind of value it gives.
    pub gives: Gives,
    /// Least and most arguments.
    pub arguments: (u32, u32),
    /// It does nothing but give its value, which is a changed copy of one of its arguments.
    pub pure: bool,
}

/// What kind of value a function gives, as far as that is always the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// A number.
    Number,
    /// `True` or `False`.
    Bool,
    /// Text.
    Text,
    /// Nothing, or something that is no list, dictionary, number or text.
    Other,
    /// A new list or dictionary.
    Container,
    /// It depends.
    Any,
}

/// A phrase: its pattern, and an example for beginners.
#[derive(Debug)]
pub struct Phrase {
    /// Words and parts.
    pub pattern: &'static str,
    /// The words before the first part.
    pub(crate) head: &'static str,
    /// What it stands for.
    pub native: &'static Native,
    /// A use of it.
    pub example: &'static str,
}

macro_rules! natives {
    ($($name:ident = $builtin:literal $gives:ident ($least:literal, $most:literal) $(pure $pure:tt)?;)*) => {
        $(#[doc = concat!("`", $builtin, "`")]
        pub static $name: Native = Native {
            name: $builtin,
            gives: Gives::$gives,
            arguments: ($least, $most),
            pure: natives!(@ $($pure)?),
        };)*

        /// All functions that phrases, statements and function forms stand for.
        pub static NATIVES: &[&Native] = &[$(&$name),*];
    };
    (@) => { false };
    (@ yes) => { true };
}

natives! {
    TOTAL = "poh.total" Number (1, 1);
    SMALLEST = "poh.smallest" Any (1, 255);
    LARGEST = "poh.largest" Any (1, 255);
    ABSOLUTE = "poh.absolute" Number (1, 1);
    ROUND = "poh.round" Number (1, 1);
    ROUND_DOWN = "poh.round_down" Number (1, 1);
    ROUND_UP = "poh.round_up" Number (1, 1);
    POWER = "poh.power" Number (2, 2);
    UPPERCASE = "poh.uppercase" Text (1, 1);
    LOWERCASE = "poh.lowercase" Text (1, 1);
    TRIM = "poh.trim" Text (1, 1);
    FIRST = "poh.first" Any (1, 1);
    LAST = "poh.last" Any (1, 1);
    REVERSE = "poh.reverse" Any (1, 1) pure yes;
    COUNT = "poh.count" Number (1, 1);
    JOIN = "poh.join" Text (2, 2);
    SPLIT = "poh.split" Container (2, 2);
    CONTAINS = "poh.contains" Bool (2, 2);
    REMOVE = "poh.remove" Any (2, 2) pure yes;
    APPEND = "poh.append" Container (2, 2) pure yes;
    INSERT = "poh.insert" Container (3, 3) pure yes;
    RANGE = "poh.range" Container (1, 3);
    NOW = "poh.now" Number (0, 0);
    RANDOM = "poh.random" Number (2, 2);
    READ_FILE = "poh.read_file" Text (1, 1);
    READ_LINES = "poh.read_lines" Container (1, 1);
    WRITE_FILE = "poh.write_file" Other (2, 2);
    APPEND_FILE = "poh.append_file" Other (2, 2);
    FILE_EXISTS = "poh.file_exists" Bool (1, 1);
    DELETE_FILE = "poh.delete_file" Other (1, 1);
    CREATE_DIRECTORY = "poh.create_directory" Other (1, 1);
    LIST_FILES = "poh.list_files" Container (1, 1);
    COPY_FILE = "poh.copy_file" Other (2, 2);
    MOVE_FILE = "poh.move_file" Other (2, 2);
    PARSE_JSON = "poh.parse_json" Any (1, 1);
    TO_JSON = "poh.to_json" Text (1, 1);
    TO_PRETTY_JSON = "poh.to_pretty_json" Text (1, 1);
    NEW_OBJECT = "poh.new_object" Container (0, 0);
    NEW_ARRAY = "poh.new_array" Container (0, 0);
    GET_JSON = "poh.get_json" Any (2, 2);
    SET_JSON = "poh.set_json" Container (3, 3) pure yes;
    PUSH_JSON = "poh.push_json" Container (2, 2) pure yes;
    JSON_LENGTH = "poh.json_length" Number (1, 1);
    ERROR = "poh.error" Other (2, 2);
    ERROR_MESSAGE = "poh.error_message" Text (1, 1);
    ERROR_TYPE = "poh.error_type" Text (1, 1);
    RENDER = "poh.render" Text (2, 2);
    // What statements stand for.
    WRITE = "poh.write" Other (1, 1);
    WRITE_RESULT = "poh.write_result" Other (1, 1);
    ASK = "poh.ask" Any (0, 2);
    ERROR_IS = "poh.error_is" Bool (2, 2);
    THROWN = "poh.thrown" Other (1, 1);
    WALK = "poh.walk" Any (1, 1);
    TIMES = "poh.times" Number (1, 1);
    UNDEFINED = "poh.undefined" Other (1, 2);
    FROM_SOX = "poh.from_sox" Any (1, 1);
    SHOW = "poh.show" Any (1, 1);
}

/// The words of a pattern before its first part. Found by the compiler: looking for phrases is most of
/// what the parser does.
const fn head_of(pattern: &'static str) -> &'static str {
    let bytes = pattern.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if matches!(bytes[at], b'#' | b'_' | b'*') {
            return pattern.split_at(at - 1).0;
        }
        at += 1;
    }
    pattern
}

macro_rules! phrases {
    ($($pattern:literal $native:ident $example:literal;)*) => {
        /// All phrases.
        pub static PHRASES: &[Phrase] = &[
            $(Phrase {
                pattern: $pattern,
                head: head_of($pattern),
                native: &$native,
                example: $example,
            }),*
        ];
    };
}

phrases! {
    "total of _" TOTAL "Write total of numbers";
    "smallest in _" SMALLEST "Write smallest in numbers";
    "largest in _" LARGEST "Write largest in numbers";
    "absolute value of _" ABSOLUTE "Write absolute value of -5";
    "round _" ROUND "Write round 2.6";
    "round down _" ROUND_DOWN "Write round down 2.6";
    "round up _" ROUND_UP "Write round up 2.2";
    "make uppercase _" UPPERCASE "Write make uppercase name";
    "make lowercase _" LOWERCASE "Write make lowercase name";
    "trim spaces from _" TRIM "Write trim spaces from name";
    "clean spaces from _" TRIM "Write clean spaces from name";
    "first in _" FIRST "Write first in names";
    "last in _" LAST "Write last in names";
    "reverse of _" REVERSE "Write reverse of names";
    "reverse _" REVERSE "Write reverse names";
    "count of _" COUNT "Write count of names";
    "size of _" COUNT "Write size of names";
    "join # with _" JOIN "Write join names with \", \"";
    "split # by _" SPLIT "Set words to split line by \" \"";
    "separate # by _" SPLIT "Set words to separate line by \" \"";
    "contains # in _" CONTAINS "If contains \"Ada\" in names Write \"found\"";
    "remove # from _" REMOVE "Set names to remove \"Ada\" from names";
    "append # to _" APPEND "Set names to append \"Ada\" to names";
    "insert # at # in _" INSERT "Set names to insert \"Ada\" at 0 in names";
    "random number from # to _" RANDOM "Set die to random number from 1 to 6";
    "read file at _" READ_FILE "Set text to read file at \"notes.txt\"";
    "read lines from _" READ_LINES "Set lines to read lines from \"notes.txt\"";
    "read lines from file at _" READ_LINES "Set lines to read lines from file at \"notes.txt\"";
    "write # into file at *" WRITE_FILE "Set r to write text into file at \"notes.txt\"";
    "write # to file at *" WRITE_FILE "Write text to file at \"notes.txt\"";
    "append # into file at *" APPEND_FILE "Set r to append text into file at \"notes.txt\"";
    "append # to file at *" APPEND_FILE "Append text to file at \"notes.txt\"";
    "file exists at _" FILE_EXISTS "If file exists at \"notes.txt\" Write \"there\"";
    "delete file at *" DELETE_FILE "Delete file at \"notes.txt\"";
    "create directory at *" CREATE_DIRECTORY "Set r to create directory at \"data\"";
    "list files in _" LIST_FILES "Set files to list files in \"data\"";
    "copy file from # to *" COPY_FILE "Set r to copy file from \"a.txt\" to \"b.txt\"";
    "move file from # to *" MOVE_FILE "Set r to move file from \"a.txt\" to \"b.txt\"";
    "parse json from _" PARSE_JSON "Set data to parse json from text";
    "convert to json _" TO_JSON "Write convert to json data";
    "convert to pretty json _" TO_PRETTY_JSON "Write convert to pretty json data";
    "new json object" NEW_OBJECT "Set data to new json object";
    "new json array" NEW_ARRAY "Set list to new json array";
    "get # from json _" GET_JSON "Write get \"name\" from json data";
    "set # in json # to *" SET_JSON "Set data to set \"age\" in json data to 36";
    "push # to json _" PUSH_JSON "Set list to push 4 to json list";
    "json length of _" JSON_LENGTH "Write json length of list";
    "error of type # with message *" ERROR "throw error of type \"AgeError\" with message \"too young\"";
    "error message of _" ERROR_MESSAGE "Write error message of e";
    "error type of _" ERROR_TYPE "Write error type of e";
    "render template # with _" RENDER "Write render template \"Hi {{name}}\" with data";
    "make an empty list" NEW_ARRAY "Set names to Make an empty list";
    "make an empty dictionary" NEW_OBJECT "Set ages to Make an empty dictionary";
}

/// The function forms: names that mean a function unless a program gives them another meaning.
pub static FORMS: &[(&str, &Native)] = &[
    ("sum", &TOTAL),
    ("total", &TOTAL),
    ("min", &SMALLEST),
    ("smallest", &SMALLEST),
    ("max", &LARGEST),
    ("largest", &LARGEST),
    ("abs", &ABSOLUTE),
    ("round", &ROUND),
    ("round_down", &ROUND_DOWN),
    ("floor", &ROUND_DOWN),
    ("round_up", &ROUND_UP),
    ("ceil", &ROUND_UP),
    ("uppercase", &UPPERCASE),
    ("upper", &UPPERCASE),
    ("lowercase", &LOWERCASE),
    ("lower", &LOWERCASE),
    ("trim", &TRIM),
    ("first", &FIRST),
    ("last", &LAST),
    ("reverse", &REVERSE),
    ("count", &COUNT),
    ("size", &COUNT),
    ("length", &COUNT),
    ("len", &COUNT),
    ("join", &JOIN),
    ("split", &SPLIT),
    ("separate", &SPLIT),
    ("contains", &CONTAINS),
    ("remove", &REMOVE),
    ("append", &APPEND),
    ("insert", &INSERT),
    ("range", &RANGE),
    ("now", &NOW),
];

/// A piece of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Word(&'static str),
    /// A part that the next word ends.
    Part,
    /// The last part: a value with what stands behind it.
    Last,
    /// The last part, which takes all that follows.
    Rest,
}

impl Phrase {
    /// The pieces of the pattern.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = Piece> {
        self.pattern.split(' ').map(|piece| match piece {
            "#" => Piece::Part,
            "_" => Piece::Last,
            "*" => Piece::Rest,
            word => Piece::Word(word),
        })
    }
}

/// What a name means that the program itself does not give a meaning.
pub(crate) fn form(name: &str) -> Option<&'static Native> {
    FORMS.iter().find(|(form, _)| form.eq_ignore_ascii_case(name)).map(|&(_, native)| native)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_as_many_parts_as_their_functions_take() {
        for phrase in PHRASES {
            let parts = phrase.pieces().filter(|piece| !matches!(piece, Piece::Word(_))).count();
            let (least, most) = phrase.native.arguments;
            assert!((least..=most).contains(&(parts as u32)), "{}", phrase.pattern);
            assert!(
                phrase.pieces().all(|piece| piece != Piece::Part) || phrase.pattern.contains("# ")
            );
        }
    }

    #[test]
    fn names_of_functions_are_distinct() {
        let mut names: Vec<_> = NATIVES.iter().map(|native| native.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
