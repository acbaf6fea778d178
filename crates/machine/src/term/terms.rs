//! Erlang terms from text: as much of their grammar as a module needs.

use super::tree::{Term, TermId, Terms};
use crate::fault::{Fault, Rule};
use crate::text::{Piece, byte_order_mark, digits, pieces};
use std::ops::Range;

/// How deep terms may be nested; a module needs about ten levels.
const MAX_DEPTH: u32 = 64;

/// Largest binary that a size may ask for, in bytes.
const MAX_SEGMENT: u128 = crate::parsed::MAX_DATA as u128;

type Result<T> = std::result::Result<T, Fault>;

/// Reads the one term of a text, up to its full stop.
pub(super) fn read(text: &[u8]) -> Result<(Terms, TermId)> {
    let utf8 = std::str::from_utf8(text).is_ok();
    let at = byte_order_mark(text);
    let mut reader = Reader { text, at, utf8, terms: Terms::default(), open: Vec::new() };
    let root = reader.term(0)?;
    reader.blanks();
    if !reader.eat(b'.') {
        return Err(reader.expected("the full stop after the term"));
    }
    reader.blanks();
    if reader.at < text.len() {
        let hint = "a file holds exactly one term";
        return Err(Fault { hint: hint.into(), ..reader.expected("the end of the text") });
    }
    Ok((reader.terms, root))
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    /// Whether the text is UTF-8; otherwise each byte is a character (Latin-1).
    utf8: bool,
    terms: Terms,
    /// Elements of collections that are not closed yet.
    open: Vec<TermId>,
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn blanks(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'%' => {
                    let rest = &self.text[self.at..];
                    self.at += rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
                }
                _ => break,
            }
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.at < self.text.len() && self.peek() == byte;
        self.at += usize::from(there);
        there
    }

    fn eat_text(&mut self, text: &str) -> bool {
        let there = self.text[self.at..].starts_with(text.as_bytes());
        self.at += if there { text.len() } else { 0 };
        there
    }

    fn fault(&self, from: usize, message: String, hint: &str) -> Fault {
        let end = self.text.len().min(self.at.max(from + 1));
        Fault::new(Rule::Syntax, message, hint).at(from as u32, end as u32)
    }

    fn expected(&self, what: &str) -> Fault {
        let rest = &self.text[self.at..];
        let found = match rest.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next()) {
            Some(character) => format!("`{}` stands", character.escape_debug()),
            None if rest.is_empty() => "the text ends".to_string(),
            None => "something else stands".to_string(),
        };
        self.fault(self.at, format!("expected {what}, but {found} here"), "")
    }

    fn add(&mut self, term: Term, start: usize) -> TermId {
        self.terms.terms.push((term, start as u32, self.at as u32));
        self.terms.terms.len() as u32 - 1
    }

    fn add_bytes(&mut self, bytes: &[u8]) -> Range<u32> {
        let start = self.terms.bytes.len() as u32;
        self.terms.bytes.extend_from_slice(bytes);
        start..self.terms.bytes.len() as u32
    }

    /// Moves what was read since `mark` to the children of one term.
    fn close(&mut self, mark: usize) -> Range<u32> {
        let start = self.terms.children.len() as u32;
        self.terms.children.extend(self.open.drain(mark..));
        start..self.terms.children.len() as u32
    }

    fn term(&mut self, depth: u32) -> Result<TermId> {
        self.blanks();
        if depth > MAX_DEPTH {
            return Err(self.fault(self.at, "terms are nested too deeply".into(), ""));
        }
        let start = self.at;
        match self.peek() {
            b'#' => self.map(start, depth),
            b'{' => {
                self.at += 1;
                let items = self.items(b'}', depth)?;
                Ok(self.add(Term::Tuple(items), start))
            }
            b'[' => {
                self.at += 1;
                let items = self.items(b']', depth)?;
                Ok(self.add(Term::List(items), start))
            }
            b'<' => self.binary(start),
            b'"' => self.string(start),
            b'\'' => {
                let raw = self.quoted(b'\'')?;
                let mut text = Vec::new();
                for point in self.code_points(raw)? {
                    text.extend_from_slice(point.encode_utf8(&mut [0; 4]).as_bytes());
                }
                let text = self.add_bytes(&text);
                Ok(self.add(Term::Atom(text), start))
            }
            b'a'..=b'z' => {
                let rest = &self.text[start..];
                let is_part =
                    |byte: &u8| byte.is_ascii_alphanumeric() || [b'_', b'@'].contains(byte);
                let length = rest.iter().take_while(|byte| is_part(byte)).count();
                self.at += length;
                let text = self.add_bytes(&rest[..length]);
                Ok(self.add(Term::Atom(text), start))
            }
            b'0'..=b'9' | b'-' | b'+' | b'$' => self.number(start),
            _ => Err(self.expected("a term")),
        }
    }

    /// Elements up to the closing character.
    fn items(&mut self, close: u8, depth: u32) -> Result<Range<u32>> {
        let mark = self.open.len();
        self.blanks();
        if !self.eat(close) {
            loop {
                let item = self.term(depth + 1)?;
                self.open.push(item);
                self.blanks();
                if self.eat(close) {
                    break;
                }
                if !self.eat(b',') {
                    return Err(self.expected(&format!("`,` or `{}`", close as char)));
                }
            }
        }
        Ok(self.close(mark))
    }

    fn map(&mut self, start: usize, depth: u32) -> Result<TermId> {
        if !self.eat_text("#{") {
            return Err(self.expected("`#{`"));
        }
        let mark = self.open.len();
        self.blanks();
        if !self.eat(b'}') {
            loop {
                let key = self.term(depth + 1)?;
                self.blanks();
                if !self.eat_text("=>") {
                    return Err(self.expected("`=>`"));
                }
                let value = self.term(depth + 1)?;
                self.open.extend([key, value]);
                self.blanks();
                if self.eat(b'}') {
                    break;
                }
                if !self.eat(b',') {
                    return Err(self.expected("`,` or `}`"));
                }
            }
        }
        let items = self.close(mark);
        Ok(self.add(Term::Map(items), start))
    }

    /// The inside of quotes, escapes and all.
    fn quoted(&mut self, quote: u8) -> Result<Range<usize>> {
        let start = self.at;
        self.at += 1;
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'\\' => self.at += 2,
                _ if byte == quote => {
                    self.at += 1;
                    return Ok(start + 1..self.at - 1);
                }
                _ => self.at += 1,
            }
        }
        self.at = self.text.len();
        Err(self.fault(start, "this quote is not closed".into(), ""))
    }

    /// The characters of quoted text.
    fn code_points(&self, raw: Range<usize>) -> Result<Vec<char>> {
        let (mut points, mut run) = (Vec::new(), Vec::new());
        let utf8 = self.utf8;
        let flush = |run: &mut Vec<u8>, points: &mut Vec<char>| {
            if utf8 {
                points.extend(String::from_utf8_lossy(run).chars());
            } else {
                points.extend(run.iter().map(|&byte| byte as char));
            }
            run.clear();
        };
        let result = pieces(&self.text[raw.clone()], |piece| match piece {
            Piece::Raw(byte) => run.push(byte),
            Piece::Byte(byte) => {
                flush(&mut run, &mut points);
                points.push(byte as char);
            }
            Piece::CodePoint(point) => {
                flush(&mut run, &mut points);
                points.push(point);
            }
        });
        flush(&mut run, &mut points);
        match result {
            Ok(()) => Ok(points),
            Err(at) => {
                let hint = "escapes are \\n \\r \\t \\0 \\\\ \\\" \\xHH \\x{H...}";
                Err(self.fault(raw.start + at, "there is no such escape".into(), hint))
            }
        }
    }

    /// A string, which is a list of code points.
    fn string(&mut self, start: usize) -> Result<TermId> {
        let raw = self.quoted(b'"')?;
        let mark = self.open.len();
        for point in self.code_points(raw)? {
            let item = self.add(Term::Int(false, u32::from(point).into()), start);
            self.open.push(item);
        }
        let items = self.close(mark);
        Ok(self.add(Term::List(items), start))
    }

    fn number(&mut self, start: usize) -> Result<TermId> {
        let negative = self.sign();
        let (term, _) = self.magnitude(negative)?;
        Ok(self.add(term, start))
    }

    fn sign(&mut self) -> bool {
        let negative = self.eat(b'-');
        if !negative {
            self.eat(b'+');
        }
        self.blanks();
        negative
    }

    /// A number without its sign.
    fn magnitude(&mut self, negative: bool) -> Result<(Term, u128)> {
        let start = self.at;
        if self.eat(b'$') {
            return self.character(start, negative);
        }
        let run = |from: usize, text: &[u8]| {
            text[from..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count()
        };
        let whole = run(start, self.text);
        self.at += whole;
        let text = &self.text[start..self.at];
        let bad = |reader: &Self| reader.fault(start, "this is not a number".into(), "");
        if self.peek() == b'#' {
            let base = digits(text, 10).filter(|base| (2..=36).contains(base));
            let base = base.ok_or_else(|| bad(self))? as u32;
            self.at += 1;
            let from = self.at;
            self.at += run(from, self.text);
            let value = digits(&self.text[from..self.at], base).ok_or_else(|| bad(self))?;
            return Ok((Term::Int(negative, value), value));
        }
        let next = self.text.get(self.at + 1).copied().unwrap_or(0);
        if self.peek() != b'.' || !next.is_ascii_digit() {
            let value = digits(text, 10).ok_or_else(|| bad(self))?;
            return Ok((Term::Int(negative, value), value));
        }
        self.at += 1;
        self.at += run(self.at, self.text);
        let exponent = [b'e', b'E'].contains(&self.text[self.at - 1]);
        if exponent && [b'+', b'-'].contains(&self.peek()) {
            self.at += 1;
            self.at += run(self.at, self.text);
        }
        let text = String::from_utf8_lossy(&self.text[start..self.at]).replace('_', "");
        if text.parse::<f64>().is_err() {
            return Err(bad(self));
        }
        let sign = if negative { "-" } else { "" };
        let range = self.add_bytes(format!("{sign}{text}").as_bytes());
        Ok((Term::Float(range), 0))
    }

    /// The number of a character; `$` has been read.
    fn character(&mut self, start: usize, negative: bool) -> Result<(Term, u128)> {
        let from = self.at;
        let length = match self.peek() {
            b'\\' if self.text.get(from + 1) == Some(&b'x') => match self.text.get(from + 2) {
                Some(b'{') => self.text[from..].iter().position(|&b| b == b'}').unwrap_or(0) + 1,
                _ => 4,
            },
            b'\\' => 2,
            byte if self.utf8 && byte >= 0x80 => {
                1 + self.text[from + 1..].iter().take_while(|&&b| b & 0xc0 == 0x80).count()
            }
            _ => 1,
        };
        self.at = (from + length).min(self.text.len());
        match self.code_points(from..self.at)?[..] {
            [point] => Ok((Term::Int(negative, u32::from(point).into()), u32::from(point).into())),
            _ => Err(self.fault(start, "a character is missing after `$`".into(), "")),
        }
    }

    fn binary(&mut self, start: usize) -> Result<TermId> {
        if !self.eat_text("<<") {
            return Err(self.expected("`<<`"));
        }
        let mut bytes = Vec::new();
        self.blanks();
        if !self.eat_text(">>") {
            loop {
                self.segment(&mut bytes)?;
                self.blanks();
                if self.eat_text(">>") {
                    break;
                }
                if !self.eat(b',') {
                    return Err(self.expected("`,` or `>>`"));
                }
                self.blanks();
            }
        }
        let range = self.add_bytes(&bytes);
        Ok(self.add(Term::Binary(range), start))
    }

    /// `"text"`, `"text"/utf8`, `Value`, `Value:Bits`, `Value:Bits/little`.
    fn segment(&mut self, bytes: &mut Vec<u8>) -> Result<()> {
        let start = self.at;
        if self.peek() == b'"' {
            let raw = self.quoted(b'"')?;
            let points = self.code_points(raw)?;
            let utf8 = self.specifiers()?.contains(&"utf8");
            for point in points {
                match u8::try_from(u32::from(point)) {
                    _ if utf8 => bytes.extend_from_slice(point.encode_utf8(&mut [0; 4]).as_bytes()),
                    Ok(byte) => bytes.push(byte),
                    Err(_) => {
                        let message = format!("`{point}` is not a byte");
                        return Err(self.fault(start, message, "write <<\"text\"/utf8>>"));
                    }
                }
            }
            return Ok(());
        }
        let negative = self.sign();
        let (term, magnitude) = self.magnitude(negative)?;
        if matches!(term, Term::Float(_)) {
            return Err(self.fault(start, "a binary holds whole numbers and text".into(), ""));
        }
        self.blanks();
        let mut bits = 8;
        if self.eat(b':') {
            self.blanks();
            bits = self.magnitude(false)?.1;
        }
        let little = self.specifiers()?.contains(&"little");
        if bits % 8 != 0 || bits / 8 > MAX_SEGMENT {
            let message = format!("a segment of {bits} bits cannot be stored");
            return Err(self.fault(start, message, "sizes are multiples of 8, in bits"));
        }
        let size = (bits / 8) as usize;
        if self.terms.bytes.len() + bytes.len() + size > MAX_SEGMENT as usize {
            let message = "binaries may have at most 2^28 bytes together".to_string();
            return Err(self.fault(start, message, "use bss"));
        }
        let value = if negative { magnitude.wrapping_neg() } else { magnitude };
        let filler = if negative && magnitude != 0 { 0xff } else { 0 };
        let mut encoded = vec![filler; size];
        let low = size.min(16);
        encoded[..low].copy_from_slice(&value.to_le_bytes()[..low]);
        if !little {
            encoded.reverse();
        }
        bytes.extend_from_slice(&encoded);
        Ok(())
    }

    /// What follows `/`: type specifiers joined with `-`.
    fn specifiers(&mut self) -> Result<Vec<&'static str>> {
        const KNOWN: [&str; 7] =
            ["little", "big", "signed", "unsigned", "integer", "utf8", "binary"];
        let mut found = Vec::new();
        self.blanks();
        if !self.eat(b'/') {
            return Ok(found);
        }
        loop {
            let rest = &self.text[self.at..];
            let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let word = &rest[..length];
            let Some(known) = KNOWN.iter().find(|known| known.as_bytes() == word) else {
                let hint = "big, little, signed, unsigned, integer or utf8";
                return Err(self.fault(self.at, "there is no such type of segment".into(), hint));
            };
            self.at += length;
            found.push(*known);
            if !self.eat(b'-') {
                return Ok(found);
            }
        }
    }
}
