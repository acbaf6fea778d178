//! JSON to values.

use crate::call::{Call, Out};
use sox_runtime::{Array, Fault, Table, Value};

/// A container that is not closed yet; a table with the key whose value comes next.
enum Open<'h> {
    Array(Array<'h>),
    Table(Table<'h>, Value<'h>),
}

struct Parser<'h> {
    call: Call<'h>,
    text: &'h str,
    at: usize,
}

/// The value of a JSON text.
pub(crate) fn parse(c: Call<'_>) -> Out<'_> {
    Parser { call: c, text: c.text(0)?, at: 0 }.document()
}

impl<'h> Parser<'h> {
    fn document(mut self) -> Out<'h> {
        let iso = self.call.iso;
        let mut open: Vec<Open<'h>> = Vec::new();
        loop {
            let mut value = match self.peek() {
                Some(b'[') => {
                    let array = iso.array(0)?;
                    if !self.opens(b']') {
                        open.push(Open::Array(array));
                        continue;
                    }
                    array.into()
                }
                Some(b'{') => {
                    let table = iso.table()?;
                    if !self.opens(b'}') {
                        open.push(Open::Table(table, self.key()?));
                        continue;
                    }
                    table.into()
                }
                _ => self.scalar()?,
            };
            // A value is complete: it goes into the container around it, which may close.
            loop {
                match open.last_mut() {
                    None if self.peek().is_none() => return Ok(value),
                    None => return Err(self.unexpected("the end of the text")),
                    Some(Open::Array(array)) => {
                        array.push(iso, value)?;
                        match self.peek() {
                            Some(b',') => {
                                self.at += 1;
                                break;
                            }
                            Some(b']') => value = (*array).into(),
                            _ => return Err(self.unexpected("\",\" or \"]\"")),
                        }
                    }
                    Some(Open::Table(table, key)) => {
                        table.set(iso, *key, value)?;
                        match self.peek() {
                            Some(b',') => {
                                self.at += 1;
                                *key = self.key()?;
                                break;
                            }
                            Some(b'}') => value = (*table).into(),
                            _ => return Err(self.unexpected("\",\" or \"}\"")),
                        }
                    }
                }
                self.at += 1;
                open.pop();
            }
        }
    }

    /// The next byte that is not space.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Steps into a container; if it closes at once, over that too, and gives true.
    fn opens(&mut self, close: u8) -> bool {
        self.at += 1;
        let empty = self.peek() == Some(close);
        self.at += usize::from(empty);
        empty
    }

    /// A key and its colon.
    fn key(&mut self) -> Out<'h> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a key in quotes"));
        }
        let key = self.string()?;
        if self.peek() != Some(b':') {
            return Err(self.unexpected("\":\""));
        }
        self.at += 1;
        Ok(key)
    }

    fn scalar(&mut self) -> Out<'h> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let words = [
                    ("true", Value::bool(true)),
                    ("false", Value::bool(false)),
                    ("null", Value::nil()),
                ];
                for (word, value) in words {
                    if self.text[self.at..].starts_with(word) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                Err(self.unexpected("a value"))
            }
        }
    }

    fn number(&mut self) -> Out<'h> {
        let start = self.at;
        self.step_over(b"-");
        if !self.step_over(b"0") {
            self.digits()?;
        }
        if self.step_over(b".") {
            self.digits()?;
        }
        if self.step_over(b"eE") {
            self.step_over(b"+-");
            self.digits()?;
        }
        let number = self.text[start..self.at].parse();
        Ok(Value::number(number.expect("JSON numbers are a part of what the parser reads")))
    }

    fn step_over(&mut self, bytes: &[u8]) -> bool {
        let found = self.text.as_bytes().get(self.at).is_some_and(|byte| bytes.contains(byte));
        self.at += usize::from(found);
        found
    }

    fn digits(&mut self) -> Result<(), Fault> {
        if !self.step_over(b"0123456789") {
            return Err(self.unexpected("a digit"));
        }
        while self.step_over(b"0123456789") {}
        Ok(())
    }

    /// A string; the opening quote is here.
    fn string(&mut self) -> Out<'h> {
        self.at += 1;
        let mut start = self.at;
        let mut decoded = String::new();
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b'"') => {
                    let rest = &self.text[start..self.at];
                    self.at += 1;
                    if decoded.is_empty() {
                        return self.call.copy_string(rest);
                    }
                    return self.call.new_string(decoded + rest);
                }
                Some(b'\\') => {
                    decoded.push_str(&self.text[start..self.at]);
                    decoded.push(self.escape()?);
                    start = self.at;
                }
                Some(0..=0x1f) => return Err(self.error("a control character in a string")),
                Some(_) => self.at += 1,
                None => return Err(self.error("the string does not end")),
            }
        }
    }

    /// The character of an escape; the backslash is here.
    fn escape(&mut self) -> Result<char, Fault> {
        let kind = self.text.as_bytes().get(self.at + 1);
        let char = match kind {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.error("an escape that JSON does not have")),
        };
        self.at += 2;
        Ok(char)
    }

    /// `\uXXXX`, or two of them that are a surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, Fault> {
        let Some(first) = self.unit() else {
            return Err(self.error("\"\\u\" needs four hexadecimal digits"));
        };
        let after_first = self.at + 6;
        let mut code = first;
        if (0xd800..0xdc00).contains(&first) {
            self.at = after_first;
            match self.unit() {
                Some(second) if (0xdc00..0xe000).contains(&second) => {
                    code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                }
                _ => self.at -= 6,
            }
        }
        match char::from_u32(code) {
            Some(char) => {
                self.at += 6;
                Ok(char)
            }
            None => Err(self.error("half of a surrogate pair")),
        }
    }

    /// The number of a `\uXXXX` here.
    fn unit(&self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 6)?.strip_prefix("\\u")?;
        // `from_str_radix` would take a sign.
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
        u32::from_str_radix(digits, 16).ok()
    }

    fn unexpected(&self, wanted: &str) -> Fault {
        match self.text[self.at..].chars().next() {
            Some(found) => self.error(&format!("expected {wanted}, found {found:?}")),
            None => self.error(&format!("expected {wanted}, found the end")),
        }
    }

    fn error(&self, what: &str) -> Fault {
        let before = &self.text[..self.at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        self.call.value_error(format_args!("line {line}, column {column}: {what}"))
    }
}
