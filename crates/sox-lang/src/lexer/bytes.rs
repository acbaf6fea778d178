//! What each byte may begin, as tables.

use crate::token::TokenKind;

/// What a byte begins, as far as the lexer's loop tells things apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Space,
    Newline,
    /// A letter or `_`.
    Letter,
    Digit,
    Punctuation,
    /// Strings, comments, division, and what no token begins with.
    Other,
}

pub(super) static CLASSES: [Class; 256] = {
    let mut classes = [Class::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' => Class::Space,
            b'\n' => Class::Newline,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'/' => Class::Other,
            other if punctuation_of(other).is_some() => Class::Punctuation,
            _ => Class::Other,
        };
        byte += 1;
    }
    classes
};

/// The bytes of names, keywords and numbers.
pub(super) fn is_word_byte(byte: u8) -> bool {
    matches!(CLASSES[byte as usize], Class::Letter | Class::Digit)
}

/// A bracket, separator or operator.
#[derive(Clone, Copy)]
pub(super) struct Punctuation {
    /// What it is alone.
    alone: TokenKind,
    /// What it is with a `=` after it: the same if the `=` is no part of it.
    with_equal: TokenKind,
    /// 1 if it opens something, -1 if it closes something.
    pub(super) nesting: i8,
}

impl Punctuation {
    /// What it is before this byte, and its length.
    #[inline]
    pub(super) fn before(self, next: u8) -> (TokenKind, usize) {
        // Computed rather than decided: what comes next in a text is hard to foresee.
        let double = (next == b'=') & (self.with_equal as u8 != self.alone as u8);
        (if double { self.with_equal } else { self.alone }, 1 + usize::from(double))
    }
}

/// What begins with a byte.
pub(super) fn punctuation(byte: u8) -> Option<Punctuation> {
    PUNCTUATION[byte as usize]
}

static PUNCTUATION: [Option<Punctuation>; 256] = {
    let mut table = [None; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = punctuation_of(byte as u8);
        byte += 1;
    }
    table
};

const fn punctuation_of(byte: u8) -> Option<Punctuation> {
    use TokenKind::*;
    let (alone, with_equal, nesting) = match byte {
        b'(' => (LeftParen, LeftParen, 1),
        b')' => (RightParen, RightParen, -1),
        b'[' => (LeftBracket, LeftBracket, 1),
        b']' => (RightBracket, RightBracket, -1),
        b'{' => (LeftBrace, LeftBrace, 1),
        b'}' => (RightBrace, RightBrace, -1),
        b',' => (Comma, Comma, 0),
        b'.' => (Dot, Dot, 0),
        b';' => (Semicolon, Semicolon, 0),
        b':' => (Colon, Colon, 0),
        b'?' => (Question, Question, 0),
        b'#' => (Hash, Hash, 0),
        b'+' => (Plus, PlusEqual, 0),
        b'-' => (Minus, MinusEqual, 0),
        b'*' => (Star, StarEqual, 0),
        b'/' => (Slash, SlashEqual, 0),
        b'%' => (Percent, PercentEqual, 0),
        b'=' => (Equal, EqualEqual, 0),
        b'!' => (Bang, BangEqual, 0),
        b'<' => (Less, LessEqual, 0),
        b'>' => (Greater, GreaterEqual, 0),
        _ => return None,
    };
    Some(Punctuation { alone, with_equal, nesting })
}
