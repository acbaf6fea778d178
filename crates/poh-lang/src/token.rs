//! Tokens: words, texts, numbers and signs, line by line.

use sox_diagnostics::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A name, or a word of a phrase: only the place tells which.
    Word,
    /// A number; its value is in [`Token::value`].
    Number,
    /// A text; its contents are in [`Lexed::texts`](crate::lexer::Lexed) at [`Token::index`].
    Text,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// `{` or `}`: in no program, but often tried.
    Brace,
    Comma,
    Colon,
    /// `::`
    DoubleColon,
    Dot,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    /// `=` or `==`
    Equal,
    /// `!=`
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// Something the lexer reported already.
    Invalid,
    /// The end of a line, or of what may be read of it.
    Newline,
    /// The end of the text.
    End,
}

/// A token and where it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
    /// A space stands before it.
    pub(crate) spaced: bool,
    /// The value of a number.
    pub(crate) value: f64,
    /// The index of a text.
    pub(crate) index: u32,
}
