//! The tokens of Sox.

use sox_diagnostics::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    // Brackets and punctuation.
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    Comma,
    Dot,
    Semicolon,
    Colon,
    Question,
    Hash,
    // Operators.
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Equal,
    PlusEqual,
    MinusEqual,
    StarEqual,
    SlashEqual,
    PercentEqual,
    EqualEqual,
    Bang,
    BangEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    // Literals and names.
    Number,
    /// A string without interpolation.
    String,
    /// `"text${`
    StringStart,
    /// `}text${`
    StringMiddle,
    /// `}text"`
    StringEnd,
    Identifier,
    // Keywords.
    And,
    Assert,
    Break,
    Case,
    Catch,
    Class,
    Const,
    Continue,
    Default,
    Defer,
    Else,
    Extern,
    False,
    Finally,
    Fn,
    For,
    Foreach,
    If,
    Import,
    In,
    Nil,
    Or,
    Print,
    Return,
    Super,
    Switch,
    This,
    Throw,
    True,
    Try,
    Var,
    While,
    /// Something the lexer reported already.
    Error,
    /// The end of the text; there is always one, last.
    Eof,
}

/// One token. Its text is the slice of the source under its span.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// It is the first token of its line.
    pub(crate) newline: bool,
    /// The lower bits of the line it starts on, counted from 0: for [`Token::on_line_of`].
    pub(crate) line: u16,
    pub(crate) span: Span,
}

// A text has six tokens a line: memory is a good part of what they cost.
const _: () = assert!(size_of::<Token>() == 12);

impl Token {
    /// Whether it starts on the line of another token, and less than 64 KiB from it. So the lower
    /// bits of lines are enough: tokens that agree in these alone have as many line ends between
    /// them.
    pub(crate) fn on_line_of(self, other: Token) -> bool {
        let distance = self.span.start.abs_diff(other.span.start);
        self.line == other.line && distance <= u32::from(u16::MAX)
    }
}

/// Keywords with their tokens, sorted by text.
const KEYWORDS: &[(&str, TokenKind)] = &[
    ("and", TokenKind::And),
    ("assert", TokenKind::Assert),
    ("break", TokenKind::Break),
    ("case", TokenKind::Case),
    ("catch", TokenKind::Catch),
    ("class", TokenKind::Class),
    ("const", TokenKind::Const),
    ("continue", TokenKind::Continue),
    ("default", TokenKind::Default),
    ("defer", TokenKind::Defer),
    ("else", TokenKind::Else),
    ("extern", TokenKind::Extern),
    ("false", TokenKind::False),
    ("finally", TokenKind::Finally),
    ("fn", TokenKind::Fn),
    ("for", TokenKind::For),
    ("foreach", TokenKind::Foreach),
    ("fun", TokenKind::Fn),
    ("if", TokenKind::If),
    ("import", TokenKind::Import),
    ("in", TokenKind::In),
    ("nil", TokenKind::Nil),
    ("or", TokenKind::Or),
    ("print", TokenKind::Print),
    ("return", TokenKind::Return),
    ("super", TokenKind::Super),
    ("switch", TokenKind::Switch),
    ("this", TokenKind::This),
    ("throw", TokenKind::Throw),
    ("true", TokenKind::True),
    ("try", TokenKind::Try),
    ("var", TokenKind::Var),
    ("while", TokenKind::While),
];

/// The texts of [`KEYWORDS`].
static KEYWORD_TEXTS: [&str; KEYWORDS.len()] = {
    let mut texts = [""; KEYWORDS.len()];
    let mut at = 0;
    while at < texts.len() {
        texts[at] = KEYWORDS[at].0;
        at += 1;
    }
    texts
};

/// A word of up to eight bytes as one number, the first byte in the lowest bits; 0 if it is longer,
/// which no keyword is.
const fn packed(word: &[u8]) -> u64 {
    let mut number = 0;
    let mut at = 0;
    while at < word.len() && word.len() <= 8 {
        number |= (word[at] as u64) << (8 * at);
        at += 1;
    }
    number
}

/// The texts of [`KEYWORDS`], packed.
const KEYWORD_NUMBERS: [u64; KEYWORDS.len()] = {
    let mut numbers = [0; KEYWORDS.len()];
    let mut at = 0;
    while at < numbers.len() {
        numbers[at] = packed(KEYWORDS[at].0.as_bytes());
        assert!(numbers[at] != 0, "keywords have at most eight letters");
        at += 1;
    }
    numbers
};

/// Places of the table that finds keywords; a power of two.
const PLACES: usize = 128;

/// The place of a packed word, by the upper bits of its product with a factor.
const fn place(word: u64, factor: u64) -> usize {
    (word.wrapping_mul(factor) >> (64 - PLACES.ilog2())) as usize
}

/// The keywords where [`place`] finds them, if it finds a place for each of them.
const fn placed(factor: u64) -> Option<[(u64, TokenKind); PLACES]> {
    let mut places = [(0, TokenKind::Identifier); PLACES];
    let mut at = 0;
    while at < KEYWORDS.len() {
        let place = place(KEYWORD_NUMBERS[at], factor);
        if places[place].0 != 0 {
            return None;
        }
        places[place] = (KEYWORD_NUMBERS[at], KEYWORDS[at].1);
        at += 1;
    }
    Some(places)
}

/// A factor with which all keywords have different places.
const FACTOR: u64 = {
    let mut factor = 0x9e37_79b9_7f4a_7c15_u64;
    while placed(factor).is_none() {
        factor = factor.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(2);
    }
    factor
};

static PLACED: [(u64, TokenKind); PLACES] = match placed(FACTOR) {
    Some(places) => places,
    None => unreachable!(),
};

/// Every keyword of the language, sorted.
pub fn keywords() -> &'static [&'static str] {
    &KEYWORD_TEXTS
}

impl TokenKind {
    /// The keyword spelled `text`, or `Identifier`.
    pub(crate) fn of_word(text: &str) -> TokenKind {
        TokenKind::of_packed(packed(text.as_bytes()))
    }

    /// The same for a word packed in one number, which is 0 if the word is longer than eight bytes.
    pub(crate) fn of_packed(word: u64) -> TokenKind {
        let (keyword, kind) = PLACED[place(word, FACTOR)];
        if keyword == word { kind } else { TokenKind::Identifier }
    }

    /// Whether it is a keyword: then it may be a property name too.
    pub(crate) fn is_keyword(self) -> bool {
        (TokenKind::And as u8..=TokenKind::While as u8).contains(&(self as u8))
    }

    /// Whether it is a name or keyword.
    pub(crate) fn is_word(self) -> bool {
        self == TokenKind::Identifier || self.is_keyword()
    }

    /// Whether an operand that it follows goes on with it: an operator, call, member or element.
    #[inline]
    pub(crate) fn continues_operand(self) -> bool {
        use TokenKind::*;
        matches!(
            self,
            LeftParen
                | LeftBracket
                | Dot
                | Question
                | And
                | Or
                | Plus
                | Minus
                | Star
                | Slash
                | Percent
                | Equal
                | PlusEqual
                | MinusEqual
                | StarEqual
                | SlashEqual
                | PercentEqual
                | EqualEqual
                | BangEqual
                | Less
                | LessEqual
                | Greater
                | GreaterEqual
        )
    }

    /// Whether only a statement can begin with it: a good place to go on after an error.
    pub(crate) fn begins_statement(self) -> bool {
        use TokenKind::*;
        matches!(
            self,
            Assert
                | Break
                | Case
                | Class
                | Const
                | Continue
                | Default
                | Defer
                | For
                | Foreach
                | Hash
                | If
                | Import
                | Print
                | Return
                | Switch
                | Throw
                | Try
                | Var
                | While
        )
    }

    /// Whether a statement that stands on the same line as the one before may begin with it.
    pub(crate) fn begins_operand(self) -> bool {
        use TokenKind::*;
        matches!(
            self,
            Number | String | StringStart | Identifier | LeftBrace | Nil | True | False | This | Fn
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_agree_in_their_lower_bits_are_told_apart() {
        let at = |start: u32, line: u32| {
            let span = Span::new(start, start + 1);
            Token { kind: TokenKind::Identifier, newline: false, line: line as u16, span }
        };
        assert!(at(1_010, 7).on_line_of(at(1_000, 7)));
        assert!(!at(1_010, 8).on_line_of(at(1_000, 7)));
        // Nothing but 65,536 line ends between them: they cannot be nearer.
        assert!(!at(66_537, 65_543).on_line_of(at(1_000, 7)));
    }

    #[test]
    fn keywords_are_sorted_and_found() {
        assert!(keywords().is_sorted());
        for &(text, kind) in KEYWORDS {
            assert_eq!(TokenKind::of_word(text), kind);
            assert!(kind.is_keyword());
        }
    }

    #[test]
    fn names_that_contain_keywords_are_names() {
        for text in ["android", "i", "_if", "If", "printer", "zebra", "éa"] {
            assert_eq!(TokenKind::of_word(text), TokenKind::Identifier, "{text}");
        }
    }
}
