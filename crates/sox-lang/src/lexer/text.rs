//! String literals: their ends, escapes and interpolations.

use super::{Lexer, OpenString, is_word_byte, scan};
use crate::codes;
use crate::token::{Token, TokenKind};
use sox_diagnostics::Span;
use std::ops::Range;

impl Lexer<'_> {
    /// A piece of a string: from a `"` or `}` here to a closing `"` (then it is of kind `closed`) or
    /// a `${` (then it is of kind `open`). `first` is where the whole string began.
    pub(super) fn string(&mut self, closed: TokenKind, open: TokenKind, first: usize) {
        let (start, line) = (self.at, self.line);
        self.at += 1;
        // A token that spans lines is on the line it starts on, and so is what follows its end.
        let newline = self.newline;
        loop {
            self.skip_plain();
            match self.peek(0) {
                _ if self.at_end() => break,
                b'"' => {
                    self.at += 1;
                    if self.line > line && is_word_byte(self.peek(0)) {
                        self.suspect = self.suspect.or(Some(start));
                    }
                    self.newline = newline;
                    return self.push(closed, start, line);
                }
                b'$' if self.peek(1) == b'{' => {
                    self.at += 2;
                    self.strings.push(OpenString { start: first, braces: 0 });
                    self.open += 1;
                    self.newline = newline;
                    return self.push(open, start, line);
                }
                b'\\' => self.escape(),
                byte => {
                    self.count_line(byte);
                    self.at += 1;
                }
            }
        }
        self.unterminated = true;
        self.report_unterminated(first);
        self.newline = newline;
        self.push(TokenKind::Error, start, line);
    }

    /// Skips what means nothing special in a string, but for the last few bytes of the text.
    fn skip_plain(&mut self) {
        while let Some(lanes) = scan::lanes(self.bytes, self.at) {
            let count = scan::plain_bytes(lanes);
            self.at += count;
            if count < scan::LANES {
                return;
            }
        }
    }

    /// The string that begins at `first` reaches to the end of the text.
    fn report_unterminated(&mut self, first: usize) {
        let begin = self.suspect.unwrap_or(first);
        if self.suspect.is_some() {
            // What follows was read inside out: no use in what was found there.
            self.reports.misread_from(begin as u32);
        }
        let span = Span::new(begin as u32, begin as u32 + 1);
        let report = self.reports.error(&codes::UNTERMINATED_STRING, span, "Unterminated string.");
        report.label = if self.suspect.is_some() {
            "this string seems to have no closing `\"`".into()
        } else {
            "this string has no closing `\"`".into()
        };
        // One error is enough, also for the strings around this one.
        let around = self.strings.drain(..).rfind(|open| open.start < begin);
        if let Some(open) = around {
            let span = Span::new(open.start as u32, open.start as u32 + 1);
            report.secondary.push((span, "or the `${` in this one has no `}`".into()));
        }
    }

    /// An escape in a string; `at` is on its backslash.
    fn escape(&mut self) {
        let start = self.at;
        if start + 1 == self.bytes.len() {
            // The string has no end: that will be the error.
            self.at += 1;
            return;
        }
        match read_escape(&self.text[start..]) {
            Ok((_, length)) => self.at += length,
            // The string it is in is not closed: that is error enough.
            Err(BadEscape { length, .. }) if start + length == self.bytes.len() => {
                self.at += length;
            }
            Err(BadEscape { length, message, help }) => {
                for &byte in &self.bytes[start..start + length] {
                    self.line += u32::from(byte == b'\n');
                }
                self.at += length;
                let span = self.span_from(start);
                self.reports.error(&codes::BAD_ESCAPE, span, message).help.push(help.into());
            }
        }
    }
}

/// An escape that is none.
struct BadEscape {
    /// Bytes to skip.
    length: usize,
    message: String,
    help: &'static str,
}

const CODE_POINT_HELP: &str = "a code point is 0 to 10FFFF in hexadecimal, without D800 to DFFF";

/// The character of the escape at the start of `text`, and the escape's length in bytes.
fn read_escape(text: &str) -> Result<(char, usize), BadEscape> {
    let simple = match text[1..].chars().next() {
        Some('n') => '\n',
        Some('t') => '\t',
        Some('r') => '\r',
        Some('0') => '\0',
        Some(same @ ('\\' | '"' | '\'' | '$')) => same,
        Some('x') => return read_hex_escape(text),
        Some('u') => return read_unicode_escape(text),
        Some(other) => {
            let length = 1 + other.len_utf8();
            let message = format!("Invalid escape '\\{}'.", other.escape_default());
            let help = "the escapes are \\n \\t \\r \\0 \\\\ \\\" \\' \\$ \\xHH \\u{…}; a backslash itself is \\\\";
            return Err(BadEscape { length, message, help });
        }
        None => {
            let message = "Invalid escape at the end of the text.".into();
            return Err(BadEscape { length: 1, message, help: "" });
        }
    };
    Ok((simple, 2))
}

/// `\xHH`
fn read_hex_escape(text: &str) -> Result<(char, usize), BadEscape> {
    let digits = text[2..].bytes().take(2).take_while(u8::is_ascii_hexdigit).count();
    if digits < 2 {
        let message = "Invalid escape: '\\x' needs two hexadecimal digits.".into();
        return Err(BadEscape { length: 2 + digits, message, help: "for example \\x41 is A" });
    }
    let code = u8::from_str_radix(&text[2..4], 16).expect("two hexadecimal digits");
    Ok((char::from(code), 4))
}

/// `\u{H…}`
fn read_unicode_escape(text: &str) -> Result<(char, usize), BadEscape> {
    let digits = text.get(3..).filter(|_| text.as_bytes()[2] == b'{');
    let count = digits.map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_hexdigit).count());
    let closed = text.as_bytes().get(3 + count) == Some(&b'}');
    if count == 0 || !closed {
        let message = "Invalid escape: '\\u' needs hexadecimal digits in braces.".into();
        return Err(BadEscape { length: 2, message, help: "for example \\u{1F600} is 😀" });
    }
    let length = 3 + count + 1;
    let code = u32::from_str_radix(&text[3..3 + count], 16).ok();
    code.and_then(char::from_u32).map(|character| (character, length)).ok_or_else(|| BadEscape {
        length,
        message: format!("Invalid escape: '{}' is no code point.", &text[..length]),
        help: CODE_POINT_HELP,
    })
}

/// The place of a piece of a string: that of the text between its delimiters.
pub(crate) fn contents(token: &Token) -> Range<usize> {
    let end_length = match token.kind {
        TokenKind::StringStart | TokenKind::StringMiddle => 2,
        _ => 1,
    };
    token.span.start as usize + 1..token.span.end as usize - end_length
}

/// The value of a piece of a string, given its [`contents`]: escapes are replaced.
///
/// Bad escapes were reported by the lexer; here they are left out.
pub(crate) fn decode(raw: &str) -> String {
    let mut buffer = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(backslash) = rest.find('\\') {
        buffer.push_str(&rest[..backslash]);
        rest = &rest[backslash..];
        match read_escape(rest) {
            Ok((character, length)) => {
                buffer.push(character);
                rest = &rest[length..];
            }
            Err(bad) => rest = &rest[bad.length..],
        }
    }
    buffer.push_str(rest);
    buffer
}
