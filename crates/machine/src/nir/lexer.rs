//! Tokens of `.nir`.

use super::is_name_byte;

/// Kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tok {
    /// A word: keyword, mnemonic, class.
    Word,
    /// `%name`.
    Reg,
    /// `^3`: a stack slot of the `.ir` form.
    Slot,
    /// `!rax`.
    Phys,
    /// `$name`.
    Sym,
    /// `@name`.
    Label,
    /// `"bytes"`.
    Text,
    /// Digits.
    Int,
    /// `0x` and digits.
    Hex,
    /// A number with a point or an exponent.
    Float,
    /// A single character.
    Punct(u8),
    /// `...`
    Dots,
    /// End of a line.
    Line,
    /// End of the text.
    End,
    /// No token begins so.
    Bad,
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: Tok,
    /// A name without its sigil and quotes; digits; the inside of a text, escapes and all.
    pub(super) text: &'t [u8],
    /// Whether the name was quoted.
    pub(super) quoted: bool,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// Gives the tokens of a text one by one.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    pub(super) text: &'t [u8],
    at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Lexer { text, at: crate::text::byte_order_mark(text) }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_blanks(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'#' => {
                    let rest = &self.text[self.at..];
                    self.at += rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
                }
                _ => break,
            }
        }
    }

    pub(super) fn next(&mut self) -> Token<'t> {
        self.skip_blanks();
        let start = self.at;
        let Some(&first) = self.text.get(start) else { return self.token(Tok::End, start, start) };
        self.at += 1;
        match first {
            b'\n' => self.token(Tok::Line, start, start + 1),
            b'%' => self.name(Tok::Reg),
            b'^' => self.name(Tok::Slot),
            b'!' => self.name(Tok::Phys),
            b'$' => self.name(Tok::Sym),
            b'@' => self.name(Tok::Label),
            b'"' => self.quoted(Tok::Text, start),
            b'0'..=b'9' => self.number(),
            b'.' if self.peek(0) == b'.' && self.peek(1) == b'.' => {
                self.at += 2;
                self.token(Tok::Dots, start, self.at)
            }
            b'=' | b',' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'+' | b'-' | b'*' => {
                self.token(Tok::Punct(first), start, start + 1)
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                self.at = start + self.name_length(start);
                self.token(Tok::Word, start, self.at)
            }
            _ => {
                // A whole character, so that messages show it whole.
                while self.peek(0) & 0xc0 == 0x80 {
                    self.at += 1;
                }
                self.token(Tok::Bad, start, self.at)
            }
        }
    }

    /// A token whose text starts at `from`; the token ends where the lexer stands.
    fn token(&self, kind: Tok, from: usize, to: usize) -> Token<'t> {
        let (start, end) = (from as u32, self.at.max(to) as u32);
        Token { kind, text: &self.text[from..to], quoted: false, start, end }
    }

    fn name_length(&self, from: usize) -> usize {
        self.text[from..].iter().take_while(|&&byte| is_name_byte(byte)).count()
    }

    /// A name; its sigil has been read.
    fn name(&mut self, kind: Tok) -> Token<'t> {
        let start = self.at - 1;
        if self.peek(0) == b'"' {
            self.at += 1;
            return self.quoted(kind, start);
        }
        let length = self.name_length(self.at);
        self.at += length;
        let kind = if length == 0 { Tok::Bad } else { kind };
        Token { start: start as u32, ..self.token(kind, self.at - length, self.at) }
    }

    /// Quoted text; its opening quote has been read.
    fn quoted(&mut self, kind: Tok, start: usize) -> Token<'t> {
        let from = self.at;
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'"' => {
                    self.at += 1;
                    let token = self.token(kind, from, self.at - 1);
                    return Token { start: start as u32, quoted: true, ..token };
                }
                b'\n' => break,
                b'\\' if self.peek(1) != b'\n' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.text.len());
        Token { start: start as u32, quoted: true, ..self.token(Tok::Bad, from, self.at) }
    }

    /// A number; its first digit has been read.
    fn number(&mut self) -> Token<'t> {
        let start = self.at - 1;
        if self.text[start] == b'0' && self.peek(0) == b'x' {
            self.at += 1;
            let from = self.at;
            self.at += self.text[from..]
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
                .count();
            return Token { start: start as u32, ..self.token(Tok::Hex, from, self.at) };
        }
        let mut kind = Tok::Int;
        loop {
            match self.peek(0) {
                b'e' | b'E' => {
                    kind = Tok::Float;
                    if matches!(self.peek(1), b'+' | b'-') {
                        self.at += 1;
                    }
                }
                b'.' => kind = Tok::Float,
                byte if byte.is_ascii_alphanumeric() || byte == b'_' => {}
                _ => break,
            }
            self.at += 1;
        }
        self.token(kind, start, self.at)
    }
}
