//! Values to JSON.

use crate::call::{Call, Out};
use crate::limit::{Builder, too_long};
use sox_runtime::{Array, Fault, Str, Table, Unpacked, Value};

/// A container being written, and how far it is.
enum Open<'h> {
    Array(Array<'h>, usize),
    Table(Table<'h>, usize),
    Fields(Value<'h>, std::vec::IntoIter<(Str<'h>, Value<'h>)>),
}

impl<'h> Open<'h> {
    fn value(&self) -> Value<'h> {
        match self {
            Open::Array(array, _) => (*array).into(),
            Open::Table(table, _) => (*table).into(),
            Open::Fields(instance, _) => *instance,
        }
    }

    /// The next element, with its key outside of arrays.
    fn next(&mut self) -> Option<(Option<Value<'h>>, Value<'h>)> {
        match self {
            Open::Array(array, index) => {
                *index += 1;
                array.get(*index - 1).map(|value| (None, value))
            }
            Open::Table(table, position) => {
                let (after, key, value) = table.entry(*position)?;
                *position = after;
                Some((Some(key), value))
            }
            Open::Fields(_, fields) => fields.next().map(|(key, value)| (Some(key.into()), value)),
        }
    }

    fn brackets(&self) -> [&'static str; 2] {
        if matches!(self, Open::Array(..)) { ["[", "]"] } else { ["{", "}"] }
    }
}

struct Writer<'h> {
    call: Call<'h>,
    out: Builder,
    /// What one level is indented by; empty: everything on one line.
    indent: String,
    open: Vec<Open<'h>>,
    no_minus_zero: bool,
}

/// The JSON text of a value; with a number of spaces, or a text, to indent by.
pub(super) fn stringify(c: Call<'_>) -> Out<'_> {
    let indent = match c.opt(1).map(Value::unpack) {
        None => String::new(),
        Some(Unpacked::String(text)) => text.text().into(),
        Some(_) => " ".repeat(c.size(1)?.min(100)),
    };
    write(c, indent, false)
}

/// The JSON text of the first argument; without `-0` for languages that have none.
pub(crate) fn write(c: Call<'_>, indent: String, no_minus_zero: bool) -> Out<'_> {
    let (out, open) = (Builder::new(c.iso), Vec::new());
    let mut writer = Writer { call: c, out, indent, open, no_minus_zero };
    writer.document(c.get(0))?;
    c.new_string(writer.out.finish())
}

impl<'h> Writer<'h> {
    fn document(&mut self, value: Value<'h>) -> Result<(), Fault> {
        self.value(value)?;
        let mut first = true;
        while let Some(container) = self.open.last_mut() {
            let Some((key, value)) = container.next() else {
                let [_, close] = container.brackets();
                self.open.pop();
                if !first {
                    self.new_line()?;
                }
                self.put(close)?;
                first = false;
                continue;
            };
            if !first {
                self.put(",")?;
            }
            self.new_line()?;
            if let Some(key) = key {
                self.key(key)?;
            }
            let depth = self.open.len();
            self.value(value)?;
            // Inside a container that was just opened, the next element is its first.
            first = self.open.len() > depth;
        }
        Ok(())
    }

    /// Writes a scalar, or the opening bracket of a container, which then is open.
    fn value(&mut self, value: Value<'h>) -> Result<(), Fault> {
        let container = match value.unpack() {
            Unpacked::Nil => return self.put("null"),
            Unpacked::Bool(true) => return self.put("true"),
            Unpacked::Bool(false) => return self.put("false"),
            Unpacked::Number(number) => return self.number(number),
            Unpacked::String(string) => return self.string(string.text()),
            Unpacked::Array(array) => Open::Array(array, 0),
            Unpacked::Table(table) => Open::Table(table, 0),
            Unpacked::Instance(instance) => {
                let fields: Vec<_> = instance.fields().collect();
                Open::Fields(value, fields.into_iter())
            }
            _ => return Err(self.call.expected("a value that JSON has", value)),
        };
        self.check_cycle(value)?;
        let [open, _] = container.brackets();
        self.open.push(container);
        self.put(open)
    }

    /// Fails if the containers around a new one show a cycle: the new one is compared with that at
    /// the last power of two of the depth only (Brent's way of finding cycles). A cycle makes the
    /// path repeat for ever, so it is found soon after the depth of its length, at the cost of one
    /// comparison a level.
    fn check_cycle(&self, value: Value<'h>) -> Result<(), Fault> {
        let depth = self.open.len();
        let Some(log) = depth.checked_ilog2() else { return Ok(()) };
        if self.open[(1usize << log) - 1].value().same(value) {
            return Err(self.call.value_error("the value contains itself"));
        }
        Ok(())
    }

    fn key(&mut self, key: Value<'h>) -> Result<(), Fault> {
        match key.unpack() {
            Unpacked::String(string) => self.string(string.text())?,
            Unpacked::Number(number) => self.string(&sox_semantics::number_to_text(number))?,
            _ => return Err(self.call.expected("strings or numbers as keys", key)),
        }
        self.put(if self.indent.is_empty() { ":" } else { ": " })
    }

    fn number(&mut self, number: f64) -> Result<(), Fault> {
        // -0 + 0 is 0, and other numbers stay.
        let number = if self.no_minus_zero { number + 0.0 } else { number };
        let text = sox_semantics::number_to_text(number);
        if !number.is_finite() {
            return Err(self.call.value_error(format_args!("JSON has no {text}")));
        }
        self.put(&text)
    }

    fn string(&mut self, text: &str) -> Result<(), Fault> {
        self.put("\"")?;
        let mut start = 0;
        for (at, byte) in text.bytes().enumerate() {
            let escaped = match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'\n' => "\\n",
                b'\r' => "\\r",
                b'\t' => "\\t",
                0x08 => "\\b",
                0x0c => "\\f",
                0..=0x1f => &format!("\\u{byte:04x}"),
                _ => continue,
            };
            self.put(&text[start..at])?;
            self.put(escaped)?;
            start = at + 1;
        }
        self.put(&text[start..])?;
        self.put("\"")
    }

    /// A line's end and the indentation of the depth reached, where there is indentation.
    fn new_line(&mut self) -> Result<(), Fault> {
        if self.indent.is_empty() {
            return Ok(());
        }
        let mut fits = self.out.push("\n");
        for _ in 0..self.open.len() {
            fits &= self.out.push(&self.indent);
        }
        if fits { Ok(()) } else { Err(too_long(self.call)) }
    }

    fn put(&mut self, text: &str) -> Result<(), Fault> {
        if self.out.push(text) { Ok(()) } else { Err(too_long(self.call)) }
    }
}
