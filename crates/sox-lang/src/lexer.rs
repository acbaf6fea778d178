//! Text to tokens.
//!
//! The whole text is cut at once, byte by byte: everything but strings and comments is ASCII. Strings
//! are checked here and decoded later, by [`text::decode`], when the parser wants their value; a
//! string with interpolation becomes several tokens, and a stack remembers the strings that wait for
//! a `}`.

mod bytes;
mod number;
mod scan;
mod text;

pub(crate) use number::parse_number;
pub(crate) use text::{contents, decode};

use crate::codes;
use crate::report::Reports;
use crate::token::{Token, TokenKind};
use bytes::{CLASSES, Class, is_word_byte, punctuation};
use sox_diagnostics::Span;

/// So many brackets open at once are far more than the parser accepts: what follows is not read.
const MAX_OPEN: u32 = 100 * crate::parser::MAX_NESTING;

/// What [`lex`] finds.
pub(crate) struct Lexed {
    /// The tokens; the last one is `Eof`.
    pub(crate) tokens: Vec<Token>,
    /// A string, comment or interpolation reaches to the end of the text without its closer.
    pub(crate) unterminated: bool,
}

/// Cuts a text into tokens, reporting what is none.
pub(crate) fn lex(text: &str, library: bool, reports: &mut Reports) -> Lexed {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        line: 0,
        newline: true,
        library,
        unterminated: false,
        suspect: None,
        open: 0,
        tokens: Vec::with_capacity(text.len() / 4 + 1),
        strings: Vec::new(),
        reports,
    };
    lexer.skip_preamble();
    lexer.run();
    Lexed { tokens: lexer.tokens, unterminated: lexer.unterminated }
}

/// A string with interpolation whose `${…}` is being read.
struct OpenString {
    /// Where its first `"` is.
    start: usize,
    /// Braces open since the `${`.
    braces: u32,
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// Offset of the next byte.
    at: usize,
    /// The line `at` is on, from 0.
    line: u32,
    /// No token of this line was seen yet.
    newline: bool,
    /// Names may begin with `@`.
    library: bool,
    unterminated: bool,
    /// Where a string began that spans lines and ends right before a word: as happens when a `"` is
    /// missing, and inside and outside are mixed up from there on.
    suspect: Option<usize>,
    /// Brackets and interpolations opened and not closed.
    open: u32,
    tokens: Vec<Token>,
    strings: Vec<OpenString>,
    reports: &'a mut Reports,
}

impl Lexer<'_> {
    /// The byte at `at + ahead`; 0 past the end.
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn span_from(&self, start: usize) -> Span {
        Span::new(start as u32, self.at as u32)
    }

    /// Adds the token from `start` to here, which may begin on an earlier line.
    fn push(&mut self, kind: TokenKind, start: usize, line: u32) {
        let span = self.span_from(start);
        self.tokens.push(Token { kind, newline: self.newline, line: line as u16, span });
        self.newline = false;
    }

    /// Adds a token on this line; gives where to go on.
    #[inline]
    fn add(&mut self, kind: TokenKind, start: usize, end: usize) -> usize {
        let span = Span::new(start as u32, end as u32);
        let line = self.line as u16;
        self.tokens.push(Token { kind, newline: self.newline, line, span });
        self.newline = false;
        // One space follows so often, and so often none, that it is better not decided.
        end + usize::from(self.bytes.get(end) == Some(&b' '))
    }

    /// A byte order mark, then a `#!` line.
    fn skip_preamble(&mut self) {
        if self.bytes.starts_with("\u{feff}".as_bytes()) {
            self.at = 3;
        }
        if self.bytes[self.at..].starts_with(b"#!") {
            self.skip_line();
        }
    }

    fn skip_line(&mut self) {
        self.at = scan::line_end(self.bytes, self.at);
    }

    /// Everything. Nearly all of a text are names, small numbers, blanks and punctuation: they are cut
    /// here, with the offset, for which each step waits, in a variable of its own.
    fn run(&mut self) {
        let bytes = self.bytes;
        let mut at = self.at;
        while self.open < MAX_OPEN
            && let Some(&byte) = bytes.get(at)
        {
            at = match CLASSES[byte as usize] {
                Class::Space => scan::after_spaces(bytes, at),
                Class::Newline => {
                    self.line += 1;
                    self.newline = true;
                    scan::after_spaces(bytes, at + 1)
                }
                Class::Letter => self.word(at),
                Class::Digit if let Some(end) = number::small_end(bytes, at) => {
                    self.add(TokenKind::Number, at, end)
                }
                Class::Punctuation if self.strings.is_empty() => self.punctuation(at),
                _ => {
                    self.at = at;
                    self.other(byte);
                    self.at
                }
            };
        }
        self.at = at;
        if !self.at_end() {
            self.unterminated = true;
        } else if let Some(open) = self.strings.last() {
            let span = Span::new(open.start as u32, open.start as u32 + 1);
            self.unterminated = true;
            self.reports
                .error(&codes::UNTERMINATED_INTERPOLATION, span, "Unterminated interpolation.")
                .label = "the `${` in this string has no `}`".into();
        }
        self.push(TokenKind::Eof, self.at, self.line);
    }

    /// `/* … */`, with comments inside.
    fn skip_block_comment(&mut self) {
        let start = self.at;
        let mut depth = 0u32;
        while !self.at_end() {
            match (self.bytes[self.at], self.peek(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                (byte, _) => {
                    self.count_line(byte);
                    self.at += 1;
                }
            }
        }
        self.unterminated = true;
        let span = Span::new(start as u32, start as u32 + 2);
        self.reports.error(&codes::UNTERMINATED_COMMENT, span, "Unterminated comment.").label =
            "this comment has no matching `*/`".into();
    }

    /// Keeps the line number right where line ends are skipped.
    fn count_line(&mut self, byte: u8) {
        if byte == b'\n' {
            self.line += 1;
            self.newline = true;
        }
    }

    /// What is not cut by [`Lexer::run`] itself; `at` is on its first byte.
    fn other(&mut self, first: u8) {
        match first {
            b'\t' | b'\r' => self.at += 1,
            b'0'..=b'9' => self.number(),
            b'/' if self.peek(1) == b'/' => self.skip_line(),
            b'/' if self.peek(1) == b'*' => self.skip_block_comment(),
            b'@' if self.library => self.library_name(),
            b'"' => self.string(TokenKind::String, TokenKind::StringStart, self.at),
            b'}' if self.strings.last().is_some_and(|open| open.braces == 0) => {
                let open = self.strings.pop().expect("just seen");
                self.open = self.open.saturating_sub(1);
                self.string(TokenKind::StringEnd, TokenKind::StringMiddle, open.start);
            }
            _ if punctuation(first).is_some() => {
                if let Some(open) = self.strings.last_mut() {
                    open.braces += u32::from(first == b'{');
                    open.braces -= u32::from(first == b'}');
                }
                self.at = self.punctuation(self.at);
            }
            _ => self.unexpected(),
        }
    }

    /// A bracket, separator or operator; gives where to go on.
    #[inline]
    fn punctuation(&mut self, at: usize) -> usize {
        let Some(found) = punctuation(self.bytes[at]) else { return at };
        let next = self.bytes.get(at + 1).copied().unwrap_or(0);
        let (kind, length) = found.before(next);
        self.open = self.open.saturating_add_signed(found.nesting.into());
        self.add(kind, at, at + length)
    }

    /// A name or keyword; gives where to go on.
    #[inline]
    fn word(&mut self, start: usize) -> usize {
        if let Some(lanes) = scan::lanes(self.bytes, start) {
            let length = scan::word_bytes(lanes);
            if length < scan::LANES {
                let kind = TokenKind::of_packed(scan::first(lanes, length));
                return self.add(kind, start, start + length);
            }
        }
        self.at = start;
        self.skip_word_bytes();
        let kind = TokenKind::of_word(&self.text[start..self.at]);
        self.add(kind, start, self.at)
    }

    /// `@name`
    fn library_name(&mut self) {
        let start = self.at;
        self.at += 1;
        self.skip_word_bytes();
        self.push(TokenKind::Identifier, start, self.line);
    }

    fn skip_word_bytes(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|&byte| !is_word_byte(byte)).unwrap_or(rest.len());
    }

    /// Characters no token begins with: a run of them is one error, and so is a text in quotation
    /// marks of another kind.
    fn unexpected(&mut self) {
        let start = self.at;
        let first = self.text[start..].chars().next().expect("not at the end");
        while !self.at_end() && self.is_unexpected() {
            self.at += self.text[self.at..].chars().next().map_or(1, char::len_utf8);
        }
        let run = &self.text[start..self.at];
        let help = match run {
            "&&" => "Sox spells it `and`",
            "||" => "Sox spells it `or`",
            "&" => "`and` joins conditions, and `band` of std/bit joins bits",
            "|" => "`or` joins conditions, and `bor` of std/bit joins bits",
            "~" => "`bnot` of std/bit inverts bits",
            "^" => "`bxor` of std/bit is for bits, and `mathPow(x, y)` is the power",
            _ if closing_mark(first).is_some() => "strings stand in double quotes: \"text\"",
            _ if is_invisible(first) => {
                "this character looks like a space or like nothing: delete it"
            }
            _ if first == '@' || first.is_alphanumeric() => {
                "names are made of the letters a to z and A to Z, digits and `_`"
            }
            _ => "",
        };
        let shown = match first {
            '\'' => "\"'\"".into(),
            _ if is_invisible(first) => format!("'{}'", first.escape_unicode()),
            _ => format!("'{first}'"),
        };
        let mut span = self.span_from(start);
        if let Some(closing) = closing_mark(first) {
            self.at = start + first.len_utf8();
            span = self.span_from(start);
            let rest = &self.text[self.at..];
            let line = rest.lines().next().unwrap_or("");
            self.at += line
                .find(closing)
                .map_or(0, |at| at + line[at..].chars().next().map_or(0, char::len_utf8));
        }
        let message = format!("Unexpected character {shown}.");
        let report = self.reports.error(&codes::UNEXPECTED_CHARACTER, span, message);
        if !help.is_empty() {
            report.help.push(help.into());
        }
        self.push(TokenKind::Error, start, self.line);
    }

    fn is_unexpected(&self) -> bool {
        let byte = self.bytes[self.at];
        !is_word_byte(byte)
            && !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'"')
            && punctuation(byte).is_none()
    }
}

/// What closes a text in quotation marks that are not those of Sox.
fn closing_mark(opening: char) -> Option<&'static [char]> {
    match opening {
        '\'' => Some(&['\'']),
        '`' => Some(&['`']),
        '“' | '”' | '„' => Some(&['”', '“', '"']),
        '‘' | '’' => Some(&['’', '‘', '\'']),
        '«' => Some(&['»']),
        _ => None,
    }
}

/// Whether a character shows nothing, or a space, where it stands.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || character.is_whitespace()
        || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
