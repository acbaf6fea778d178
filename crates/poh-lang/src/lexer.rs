//! Text to tokens.

use crate::codes;
use crate::report::Reports;
use crate::token::{Token, TokenKind};
use sox_diagnostics::Span;
use sox_semantics::{LiteralError, parse_literal};

/// The tokens of a source, and the contents of its texts.
pub(crate) struct Lexed {
    /// Ends with [`TokenKind::Newline`] and [`TokenKind::End`].
    pub(crate) tokens: Vec<Token>,
    pub(crate) texts: Vec<String>,
}

/// Takes a source apart.
pub(crate) fn lex(text: &str, reports: &mut Reports) -> Lexed {
    let lexed = Lexed { tokens: Vec::with_capacity(text.len() / 4), texts: Vec::new() };
    let mut lexer = Lexer { text, at: 0, spaced: true, lexed, reports };
    lexer.run();
    lexer.lexed
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    spaced: bool,
    lexed: Lexed,
    reports: &'a mut Reports,
}

/// Whether a name may begin with the character.
pub(crate) fn begins_name(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}

fn continues_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || is_mark(character)
}

/// Combining marks belong to the letter before them.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}')
}

impl Lexer<'_> {
    fn run(&mut self) {
        if self.text.starts_with("#!") {
            self.skip_line();
        }
        while let Some(character) = self.peek() {
            self.token(character);
        }
        self.push(TokenKind::Newline, self.at);
        self.push(TokenKind::End, self.at);
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_line(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    fn span(&self, start: usize) -> Span {
        Span::new(start as u32, self.at as u32)
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let (span, spaced) = (self.span(start), self.spaced);
        self.lexed.tokens.push(Token { kind, span, spaced, value: 0.0, index: 0 });
        self.spaced = false;
    }

    fn token(&mut self, character: char) {
        let start = self.at;
        match character {
            '\n' => {
                self.at += 1;
                self.push(TokenKind::Newline, start);
                self.spaced = true;
            }
            '#' => self.skip_line(),
            '/' if self.rest().starts_with("//") => self.skip_line(),
            '"' | '\'' => self.string(character),
            '0'..='9' => self.number(),
            _ if character.is_whitespace() => {
                self.at += character.len_utf8();
                self.spaced = true;
            }
            _ if begins_name(character) => {
                let rest = self.rest();
                self.at += rest.find(|c| !continues_name(c)).unwrap_or(rest.len());
                self.push(TokenKind::Word, start);
            }
            _ => self.sign(character),
        }
    }

    fn sign(&mut self, character: char) {
        use TokenKind::*;
        let start = self.at;
        const LONG: [(&str, TokenKind); 6] = [
            ("==", Equal),
            ("!=", NotEqual),
            ("<=", LessEqual),
            (">=", GreaterEqual),
            ("<>", NotEqual),
            ("::", DoubleColon),
        ];
        if let Some(&(text, kind)) = LONG.iter().find(|(text, _)| self.rest().starts_with(text)) {
            self.at += text.len();
            return self.push(kind, start);
        }
        let kind = match character {
            '(' => Open,
            ')' => Close,
            '[' => OpenBracket,
            ']' => CloseBracket,
            '{' | '}' => Brace,
            ',' => Comma,
            ':' => Colon,
            '.' => Dot,
            '+' => Plus,
            '-' => Minus,
            '*' => Star,
            '/' => Slash,
            '%' => Percent,
            '=' => Equal,
            '<' => Less,
            '>' => Greater,
            '≤' => LessEqual,
            '≥' => GreaterEqual,
            '≠' => NotEqual,
            _ => Invalid,
        };
        self.at += character.len_utf8();
        if matches!(character, '&' | '|') && self.peek() == Some(character) {
            self.at += 1;
        }
        if kind == Invalid {
            while self.peek() == Some(character) {
                self.at += character.len_utf8();
            }
            self.stray(character, start);
        }
        self.push(kind, start);
    }

    fn stray(&mut self, character: char, start: usize) {
        let span = self.span(start);
        let help = match character {
            '“' | '”' | '„' | '‘' | '’' => {
                "put text between straight quotes: \"like this\""
            }
            '&' => "write and: If a is 1 and b is 2",
            '|' => "write or: If a is 1 or b is 2",
            '!' => "write not: If not done",
            '^' | '²' | '³' => "write to the power of: 2 to the power of 3",
            '×' | '·' | '∙' => "write times: 6 times 7",
            '÷' => "write divided by: 9 divided by 2",
            '−' | '–' => "write minus, or the short sign: 5 - 3",
            '½' | '¼' | '¾' => "write it with a point: 0.5",
            '€' | '$' | '£' => {
                "numbers are written without a currency: 5, and texts between quotes: \"5 $\""
            }
            ';' => "write each statement on a line of its own",
            _ => "if it is meant as text, put it between quotes: Write \"text\"",
        };
        let message = match character.is_control() {
            true => format!("The character U+{:04X} has no meaning in PohLang.", character as u32),
            false => format!("The character {character} has no meaning in PohLang."),
        };
        self.reports.error(&codes::CHARACTER, span, message).help.push(help.into());
    }

    fn number(&mut self) {
        let start = self.at;
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let mut length = 0;
        while let Some(&byte) = bytes.get(length) {
            let sign_of_exponent = matches!(byte, b'+' | b'-')
                && matches!(bytes[length - 1], b'e' | b'E')
                && !rest.starts_with("0x")
                && bytes.get(length + 1).is_some_and(u8::is_ascii_digit);
            let point = byte == b'.' && bytes.get(length + 1).is_some_and(u8::is_ascii_digit);
            if !(byte.is_ascii_alphanumeric() || byte == b'_' || sign_of_exponent || point) {
                break;
            }
            length += 1;
        }
        let literal = &rest[..length];
        let value = parse_literal(literal);
        self.at += length;
        match value {
            Ok(value) => {
                self.push(TokenKind::Number, start);
                let token = self.lexed.tokens.last_mut().expect("just pushed");
                token.value = value;
            }
            Err(error) => {
                self.bad_number(start, &error);
                self.push(TokenKind::Invalid, start);
            }
        }
    }

    fn bad_number(&mut self, start: usize, error: &LiteralError) {
        let span = self.span(start);
        let literal = self.text[start..self.at].to_string();
        let begins_with_digit = literal.contains(|c: char| c.is_ascii_alphabetic());
        let report = self.reports.error(
            &codes::NUMBER,
            span,
            format!("{literal} is not a number PohLang can read."),
        );
        report.label = match error {
            _ if begins_with_digit => "a number, or a name that begins with a digit".into(),
            _ => "this number".into(),
        };
        report.help.push("write numbers like 7, 2.5 or 1_000; names begin with a letter".into());
    }

    fn string(&mut self, quote: char) {
        let start = self.at;
        self.at += 1;
        let mut contents = String::new();
        loop {
            match self.peek() {
                None | Some('\n') => {
                    self.unclosed(start, quote);
                    break;
                }
                Some('\\') => self.escape(&mut contents),
                Some(character) => {
                    self.at += character.len_utf8();
                    if character == quote {
                        break;
                    }
                    contents.push(character);
                }
            }
        }
        let index = self.lexed.texts.len() as u32;
        self.lexed.texts.push(contents);
        self.push(TokenKind::Text, start);
        self.lexed.tokens.last_mut().expect("just pushed").index = index;
    }

    fn unclosed(&mut self, start: usize, quote: char) {
        let end = self.text[..self.at].trim_end().len().max(start + 1);
        let span = Span::new(start as u32, end as u32);
        let message = "This text has no closing quote on its line.";
        let report = self.reports.error(&codes::TEXT, span, message);
        report.help.push(format!("put {quote} at the end of the text: {quote}Hello{quote}"));
    }

    fn escape(&mut self, contents: &mut String) {
        let start = self.at;
        self.at += 1;
        let Some(letter) = self.peek().filter(|&letter| letter != '\n') else {
            return self.bad_escape(start);
        };
        self.at += letter.len_utf8();
        let character = match letter {
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            '0' => Some('\0'),
            '\\' | '"' | '\'' | '$' => Some(letter),
            'x' => self.hexadecimal(2),
            'u' => self.braced(),
            _ => None,
        };
        match character {
            Some(character) => contents.push(character),
            None => self.bad_escape(start),
        }
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<char> {
        let code = self.rest().get(..digits)?;
        let code = u32::from_str_radix(code, 16).ok()?;
        self.at += digits;
        char::from_u32(code)
    }

    fn braced(&mut self) -> Option<char> {
        let rest = self.rest().strip_prefix('{')?;
        let (code, _) = rest.split_once('}')?;
        if code.is_empty() || code.len() > 6 || !code.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let character = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
        self.at += code.len() + 2;
        Some(character)
    }

    fn bad_escape(&mut self, start: usize) {
        let span = self.span(start);
        let written = &self.text[start..self.at];
        let message = format!("{written} has no meaning inside a text.");
        let report = self.reports.error(&codes::TEXT, span, message);
        report.help.push(
            "for a backslash write \\\\, for a new line \\n, for a quote \\\" inside the text"
                .into(),
        );
    }
}
