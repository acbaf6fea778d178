//! One call of a native: its arguments, checked, and its complaints.

use crate::Host;
use sox_runtime::{Args, Array, Cx, ErrorKind, Fault, Isolate, Str, Table, Unpacked, Value};

/// What a native gives.
pub(crate) type Out<'h> = Result<Value<'h>, Fault>;

/// Arguments and name of a running native that may call back: what outlives a safepoint.
#[derive(Clone, Copy)]
pub(crate) struct Site {
    pub(crate) args: Args,
    pub(crate) name: &'static str,
}

impl Site {
    /// The call as seen until the next safepoint.
    pub(crate) fn call<'h>(self, cx: &'h Cx<'_>) -> Call<'h> {
        Call { iso: &*cx.iso, args: self.args, name: self.name }
    }
}

/// A running native: the isolate, the arguments (of a method, argument 0 is the receiver), and the
/// name to complain under.
#[derive(Clone, Copy)]
pub(crate) struct Call<'h> {
    pub(crate) iso: &'h Isolate,
    args: Args,
    name: &'static str,
}

impl<'h> Call<'h> {
    pub(crate) fn new(iso: &'h Isolate, args: Args, name: &'static str) -> Call<'h> {
        Call { iso, args, name }
    }

    /// How many arguments there are, a receiver counted.
    pub(crate) fn count(self) -> usize {
        self.args.count
    }

    /// An argument; nil if it was not given.
    pub(crate) fn get(self, index: usize) -> Value<'h> {
        match self.args.get(self.iso, index) {
            Some(value) if !value.is_unset() => value,
            _ => Value::nil(),
        }
    }

    /// An optional argument: `None` if it was not given or is nil.
    pub(crate) fn opt(self, index: usize) -> Option<Value<'h>> {
        Some(self.get(index)).filter(|value| !value.is_nil())
    }

    pub(crate) fn number(self, index: usize) -> Result<f64, Fault> {
        let value = self.get(index);
        value.as_number().ok_or_else(|| self.expected("a number", value))
    }

    pub(crate) fn opt_number(self, index: usize) -> Result<Option<f64>, Fault> {
        self.opt(index).map(|_| self.number(index)).transpose()
    }

    /// A whole number that a double holds exactly.
    pub(crate) fn whole(self, index: usize) -> Result<f64, Fault> {
        let number = self.number(index)?;
        if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
            return Ok(number);
        }
        let text = sox_semantics::number_to_text(number);
        Err(self.value_error(format!("expected a whole number, got {text}")))
    }

    /// A number of things: whole and not below zero.
    pub(crate) fn size(self, index: usize) -> Result<usize, Fault> {
        let number = self.whole(index)?;
        if number < 0.0 {
            let text = sox_semantics::number_to_text(number);
            return Err(self.value_error(format!("expected a number from 0 on, got {text}")));
        }
        Ok(usize::try_from(number as u64).unwrap_or(usize::MAX))
    }

    pub(crate) fn string(self, index: usize) -> Result<Str<'h>, Fault> {
        let value = self.get(index);
        value.as_str().ok_or_else(|| self.expected("a string", value))
    }

    pub(crate) fn text(self, index: usize) -> Result<&'h str, Fault> {
        self.string(index)?.flat()
    }

    pub(crate) fn opt_text(self, index: usize) -> Result<Option<&'h str>, Fault> {
        self.opt(index).map(|_| self.text(index)).transpose()
    }

    pub(crate) fn array(self, index: usize) -> Result<Array<'h>, Fault> {
        match self.get(index).unpack() {
            Unpacked::Array(array) => Ok(array),
            _ => Err(self.expected("an array", self.get(index))),
        }
    }

    pub(crate) fn table(self, index: usize) -> Result<Table<'h>, Fault> {
        match self.get(index).unpack() {
            Unpacked::Table(table) => Ok(table),
            _ => Err(self.expected("a table", self.get(index))),
        }
    }

    pub(crate) fn host(self) -> &'h Host {
        self.iso.host::<Host>().expect("install() gives the isolate its host")
    }

    /// A string made here.
    pub(crate) fn new_string(self, text: String) -> Out<'h> {
        Ok(self.iso.string_owned(text)?.into())
    }

    /// A copy of a text.
    pub(crate) fn copy_string(self, text: &str) -> Out<'h> {
        Ok(self.iso.string(text)?.into())
    }

    /// An array of these values, of which there are about `count`.
    pub(crate) fn new_array(self, count: usize, items: impl Iterator<Item = Value<'h>>) -> Out<'h> {
        let array = self.iso.array(count)?;
        for item in items {
            array.push(self.iso, item)?;
        }
        Ok(array.into())
    }

    /// The name scripts know this native by: `@file_read` is `file.read` to them.
    pub(crate) fn label(self) -> String {
        match self.name.strip_prefix('@') {
            Some(name) => name.replacen('_', ".", 1),
            None => self.name.into(),
        }
    }

    /// `name: what.` as an error of this kind.
    pub(crate) fn error(self, kind: ErrorKind, what: impl std::fmt::Display) -> Fault {
        Fault::error(kind, format!("{}: {what}.", self.label()))
    }

    pub(crate) fn value_error(self, what: impl std::fmt::Display) -> Fault {
        self.error(ErrorKind::ValueError, what)
    }

    /// `name: expected a string, got <number>.`
    pub(crate) fn expected(self, what: &str, got: Value<'_>) -> Fault {
        let got = got.kind().type_name();
        self.error(ErrorKind::TypeError, format_args!("expected {what}, got {got}"))
    }
}
